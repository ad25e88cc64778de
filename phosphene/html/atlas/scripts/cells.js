// What is known of the cell under the cursor and of the pinned ones, side by side.

const PATIENCE = 120; // milliseconds that a cell is looked at before its examples are loaded
const ICON = 96; // CSS pixels
const MEANING = [
  "Coherence is 1 where all activations of a cell point the same way, and near 0 where they cancel and its icon says little.",
  "The first class leads in the samples whose own largest attribution is to it.",
  "Beside a class: what the activations of the cell add to its score, on average; above 0 the cell speaks for it.",
];

class Card {
  constructor({ layer, level, cell }, { title, action, tiles, several }) {
    Object.assign(this, { level, cell, tiles });
    this.place = level.places[cell];
    const [where, grid] = level.words(cell).split(" of ");
    const about = make("p", { class: "note" }, several ? `${layer.name}, ${grid} × ${grid}` : `${grid} × ${grid}`);
    const head = make("header", {}, make("h2", {}, title ? make("b", {}, title) : null, where), about, action);
    this.element = make("section", { class: "card", "aria-label": title ? `Cell ${title}` : "Cell at the cursor" }, head);
    this.bars = new ClassBars(this.place < 0 ? [] : level.firstOf(this.place));
    this.element.append(...(this.place < 0 ? [make("p", { class: "note" }, "No icon here: too few samples.")] : this.#inside(layer)));
    this.draw();
  }

  #inside(layer) {
    const { level, place } = this;
    this.icon = make("canvas", { class: "icon", width: ICON * 2, height: ICON * 2, "aria-hidden": "true" });
    const count = level.count[place];
    const facts = [
      ["samples", `${whole(count)} (${number((100 * count) / layer.samples)}%)`],
      ["coherence", number(level.coherence[place])],
    ];
    if (this.bars.rows.length) facts.push(["first class leads in", `${percent(level.share[place])} of them`]);
    const lines = facts.flatMap(([name, text]) => [make("dt", {}, name), make("dd", {}, text)]);
    this.examples = make("div", { class: "examples" });
    return [make("div", { class: "known" }, this.icon, make("dl", {}, ...lines)), this.bars.element, this.examples];
  }

  /** Draws the icon, and again when it arrives. */
  draw() {
    if (this.place < 0 || this.drawn) return;
    const { level, cell } = this;
    const picture = this.tiles.get(level.tileName(level.tileOf(cell)));
    if (!picture) return;
    const [row, column] = level.at(cell).map((one) => (one % figure.across) * level.icon);
    const { width } = this.icon;
    this.icon.getContext("2d").drawImage(picture, column, row, level.icon, level.icon, 0, 0, width, width);
    this.drawn = true;
  }

  /** Shows the nearest examples as far as they are there, and asks for the others. */
  async exemplify() {
    if (this.place < 0 || this.exemplified) return;
    this.exemplified = true;
    const { level, place, examples } = this;
    const places = level.nearest.slice(place * level.examples, (place + 1) * level.examples).filter((one) => one > 0);
    const shown = await Promise.all([...places].map((one) => exampleOf(one - 1)));
    if (shown.length) examples.append(make("h3", {}, "Nearest examples", make("span", {}, " (press one to enlarge it)")), make("ul", {}, ...shown));
  }
}

class Cells {
  #slots = [null, null, null]; // A, B, cursor: {key, card}
  #soon = debounced(() => this.#shown().forEach((card) => card.exemplify().catch(this.tiles.failed)), PATIENCE);

  constructor(state, tiles) {
    Object.assign(this, { state, tiles });
    this.cards = make("div", { class: "cards" });
    this.difference = make("div", { class: "difference" });
    this.meaning = make("div", { class: "meaning" }, ...MEANING.map((words) => make("p", { class: "note" }, words)));
    this.element = make("section", { class: "cells", "aria-label": "Cells" }, this.cards, this.difference, this.meaning);
  }

  show() {
    const { state } = this;
    const [a, b] = state.pins;
    const cursor = state.cursor && { layer: state.layer, level: state.level, cell: state.cell };
    const shown = [a, b, b || !cursor || (a && samePin(a, cursor)) ? null : cursor];
    const late = shown.filter((one) => one && !one.level.ready);
    if (late.length) return Promise.all(late.map(({ level }) => level.load())).then(() => this.show(), this.tiles.failed);
    this.#slots = shown.map((one, number) => this.#slot(one, number));
    const cards = this.#shown();
    const elements = cards.map(({ element }) => element);
    if (elements.some((element, place) => element !== this.cards.children[place]) || elements.length !== this.cards.children.length) {
      this.cards.replaceChildren(...elements);
      this.difference.replaceChildren(...(cards.length > 1 && cards.every(({ place }) => place >= 0) ? differenceOf(cards, b ? "B" : "cursor") : []));
    }
    const most = largest(cards.map(({ bars }) => bars.most));
    cards.forEach((card) => {
      card.bars.scale(most);
      card.draw();
    });
    this.#soon();
  }

  #shown() {
    return this.#slots.filter(Boolean).map(({ card }) => card);
  }

  #slot(one, number) {
    if (!one) return null;
    const key = `${one.layer.number}/${one.level.number}/${one.cell}`;
    if (this.#slots[number]?.key === key) return this.#slots[number];
    const title = ["A", "B", ""][number];
    const words = title ? "Release" : "Pin";
    const named = title ? { "aria-label": `Release ${title}` } : {};
    const action = make("button", { type: "button", ...named, onclick: () => this.state.pin(one) }, words);
    const empty = one.level.places[one.cell] < 0;
    const several = this.state.layers.length > 1;
    return { key, card: new Card(one, { title, action: empty && !title ? null : action, tiles: this.tiles, several }) };
  }
}
