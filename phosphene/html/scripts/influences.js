// Influences: what each place and channel adds to the objective, and what places of different layers add to each other.

class InfluencesView extends PartsView {
  static note({ method }) {
    return [
      `How influence is measured: ${method}.`,
      "While the pointer is over one layer, the others show how their positions are linked to the one under it: what they " +
        "add to the length of its activation, or it to theirs. The length is the Euclidean norm.",
    ];
  }

  constructor(panel) {
    const spotlight = new Spotlight(() => panel.show());
    super(
      panel.layers.map((layer) => new InfluencesPart(panel, layer, spotlight)),
      spotlight,
    );
    this.panel = panel;
    const key = make("p", { class: "key" }, make("i", { class: "for" }), "orange, +: adds ");
    key.append(make("i", { class: "against" }), "blue, −: takes away");
    const { toward, scores } = panel.figure;
    const score = make("p", { class: "reading" }, `${toward}: ${number(scores[panel.number])}`);
    this.element = make("div", {}, make("div", { class: "legend" }, score, key), this.element);
  }

  /** The part under the cursor shows its own influence; the others what their places have to do with the cursor's. */
  show() {
    const { source } = this.panel;
    const from = this.parts.find((part) => part.picture === source);
    for (const part of this.parts) part.show(from && from !== part ? this.#link(from, part) : null);
  }

  table() {
    return {
      columns: ["What", "Layer", "Influence"],
      rows: this.parts.flatMap((part) => part.table()),
    };
  }

  /** The numbers that tie the places of `part` to the cursor's place in `from`. */
  #link(from, part) {
    const { links } = this.panel.figure;
    const cell = cellAt(from.layer, this.panel.place);
    const at = `${placeWords(cell)} of ${from.layer.name}`;
    const count = part.count;
    const above = links.find(({ upper, lower }) => upper === from.layer.number && lower === part.layer.number);
    const below = links.find(({ upper, lower }) => lower === from.layer.number && upper === part.layer.number);
    if (above) {
      const values = above.views[this.panel.number].range(cell.place * count, count);
      return { values, words: `what each position adds to the length of the activation at ${at}` };
    }
    if (!below) return null;
    const values = below.views[this.panel.number].range(cell.place, count, from.count);
    return { values, words: `what ${at} adds to the length of the activation at each position` };
  }
}

class InfluencesPart {
  constructor(panel, layer, spotlight) {
    Object.assign(this, { panel, layer, spotlight });
    this.view = layer.views[panel.number];
    this.count = layer.rows * layer.columns;
    this.spatial = this.view.spatial.all();
    this.picture = new PictureView(panel, [layer], `${panel.picture.name}: influence of the places of ${layer.name}`);
    this.picture.element.classList.add("gray", "cells");
    this.picture.map.hidden = false;
    this.shows = make("p", { class: "reading" });
    this.here = make("span", { class: "here" });
    const stage = make("div", { class: "stage" }, this.picture.element, this.shows, this.#sum(), this.#missing());
    const label = `Channels of ${layer.name} with the largest influence`;
    const count = this.view.index.length;
    this.entries = new Entries({ label, count, layer, both: true, vertical: true, spotlight });
    this.list = this.#list();
    this.entries.show(this.list);
    const side = make("div", { class: "side" }, make("h4", {}, "Channels, over the whole picture"), this.entries.element);
    this.element = make("section", { class: "part" }, make("h3", {}, layer.name, " ", this.here), stage, side);
  }

  show(link) {
    this.picture.show();
    this.cell = cellAt(this.layer, this.panel.place);
    const icon = this.spotlight.on(this.layer);
    const shown = icon !== null ? this.#channel(icon) : (link ?? this.#own());
    paintSigned(this.picture.map, this.layer, shown.values);
    this.value = signed(shown.values[this.cell.place]);
    write(this.here, `${cellWords(this.layer, this.cell)}: ${this.value}`);
    write(this.shows, shown.words);
    this.shown = shown;
    this.entries.mark();
  }

  words() {
    return `${this.layer.name}, ${cellWords(this.layer, this.cell)}: ${this.value}, ${this.shown.words}`;
  }

  table() {
    const here = [`${cellWords(this.layer, this.cell)}: ${this.shown.words}`, this.layer.name, this.value];
    return [here, ...this.list.map(({ name, value }) => [name, this.layer.name, value])];
  }

  #own() {
    return { values: this.spatial, words: `what each position adds to ${this.panel.figure.toward}` };
  }

  #sum() {
    const score = number(this.panel.figure.scores[this.panel.number]);
    return make("p", { class: "reading" }, `positions add up to ${number(this.view.total)}; the score is ${score}`);
  }

  #missing() {
    const missing = this.panel.figure.missing[this.layer.number]?.[this.panel.number] ?? null;
    if (missing === null) return null;
    return make("p", { class: "reading" }, `The influences leave out ${number(100 * missing)}% of the score's change.`);
  }

  #channel(icon) {
    const values = this.view.maps.range(icon * this.count, this.count);
    return { values, words: `what ${this.layer.names[icon]} adds to ${this.panel.figure.toward}, at each position` };
  }

  #list() {
    const values = this.view.value.all();
    const most = largest(values) || 1;
    return Array.from(values, (value, rank) => {
      const icon = this.view.index.at(rank);
      return { icon, name: this.layer.names[icon], value: signed(value), part: value / most };
    });
  }
}
