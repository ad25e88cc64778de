// The semantic dictionary: under the cursor, the channels of each layer that answer most, each with its icon.

class DictionaryView {
  static note({ measure }) {
    return [`The bars show the ${measure}, relative to the largest in the layer over the picture.`];
  }

  constructor(panel) {
    this.panel = panel;
    this.spotlight = new Spotlight(() => this.#spot());
    this.picture = new PictureView(panel, panel.layers, `${panel.picture.name}: channels that answer most at the cursor`);
    this.rows = panel.layers.map(
      (layer, number) => new DictionaryRow(panel, layer, this.spotlight, (...way) => this.#leave(number, ...way)),
    );
    this.legend = make("p", { class: "reading live" });
    const stage = make("div", { class: "stage" }, this.picture.element, this.legend, panel.places());
    const rows = make("div", { class: "rows" }, ...this.rows.map((row) => row.element));
    this.element = make("div", { class: "beside" }, stage, rows);
  }

  show() {
    for (const row of this.rows) row.show();
    this.#spot();
  }

  words() {
    return this.rows.map((row) => row.words()).join(". ");
  }

  table() {
    return {
      columns: ["Channel", "Layer", this.panel.figure.measure],
      rows: this.rows.flatMap((row) => row.list.map(({ name, value }) => [name, row.layer.name, value])),
    };
  }

  #spot() {
    const row = this.rows.find(({ layer }) => this.spotlight.on(layer) !== null);
    const icon = row && this.spotlight.on(row.layer);
    this.picture.map.hidden = !row;
    if (row) paintChannel(this.picture.map, row.layer, row.map(icon));
    this.picture.show(row?.layer);
    write(this.legend, row ? row.legend(icon) : this.rows.length ? dashedWords(this.picture.finest) : "");
    for (const one of this.rows) one.entries.mark();
  }

  /** From row to row by the arrow keys; upwards out of the first row to the picture. */
  #leave(from, step, number) {
    const next = from + step;
    if (next < 0) this.picture.element.focus();
    else this.rows[Math.min(next, this.rows.length - 1)].entries.focus(number);
  }
}

class DictionaryRow {
  constructor(panel, layer, spotlight, onleave) {
    Object.assign(this, { panel, layer });
    this.view = layer.views[panel.number];
    const values = this.view.value.all();
    const both = values.some((value) => value < 0);
    this.most = largest(values) || 1;
    this.here = make("span", { class: "here" });
    const label = `Channels of ${layer.name} at the cursor`;
    this.entries = new Entries({ label, count: layer.count, layer, both, spotlight, onleave });
    this.element = make("section", { class: "row" }, make("h3", {}, layer.name, " ", this.here), this.entries.element);
  }

  show() {
    const cell = cellAt(this.layer, this.panel.place);
    if (this.cell?.place === cell.place) return;
    this.cell = cell;
    write(this.here, `${cellWords(this.layer, cell)} · ${seesWords(this.layer, this.panel.picture)}`);
    this.list = Array.from({ length: this.layer.count }, (_, rank) => this.#entry(cell.place * this.layer.count + rank));
    this.entries.show(this.list);
  }

  map(icon) {
    const count = this.layer.rows * this.layer.columns;
    return this.view.maps.range(icon * count, count);
  }

  /** What the picture shows while an icon is pointed at. */
  legend(icon) {
    const channel = `${this.layer.names[icon]} of ${this.layer.name}`;
    const both = this.map(icon).some((value) => value < 0);
    return both ? `orange: ${channel} is positive, blue: negative` : `bright: where ${channel} answers most`;
  }

  words() {
    const first = this.list.slice(0, 3).map(({ name, value }) => `${name} ${value}`);
    return `${this.layer.name}, ${cellWords(this.layer, this.cell)}: ${first.join(", ")}`;
  }

  #entry(place) {
    const icon = this.view.index.at(place);
    const value = this.view.value.at(place);
    return { icon, name: this.layer.names[icon], value: number(value), part: value / this.most };
  }
}
