// The atlas as tables, for readers without the map: the cells of the shown grid, and the classes with their strongest cells.

const STEP = 50; // rows

class Tables {
  /** go(cell): the cursor moves there. */
  constructor(state, go) {
    Object.assign(this, { state, go, rows: STEP });
    this.inside = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Tables of cells and classes" });
    this.more = make("button", { type: "button", onclick: () => this.#more() }, `${STEP} more cells`);
    this.element = make(
      "details",
      { class: "tables", ontoggle: () => this.update() },
      make("summary", {}, "Cells and classes as tables"),
      this.inside,
      this.more,
    );
  }

  update() {
    const { state } = this;
    if (!this.element.open || !state.layer.levels.length) return;
    const { level } = state;
    if (!level.ready) return level.load().then(() => this.update(), () => {});
    const key = [state.layer.number, level.number, state.chosen, state.sign, this.rows].join();
    if (this.key === key) return;
    this.key = key;
    const places = state.chosen === null ? [...level.order] : level.strongest(state.chosen, state.sign);
    this.more.hidden = places.length <= this.rows;
    this.inside.replaceChildren(...(level.classes ? [this.#classes(level)] : []), this.#cells(level, places));
  }

  #more() {
    this.rows += STEP;
    this.update();
  }

  #cells(level, places) {
    const { chosen, sign, layer } = this.state;
    const shown = places.slice(0, this.rows);
    const by = chosen === null ? "by samples" : `by attribution ${sign > 0 ? "for" : "against"} ${figure.labels[chosen]}`;
    const made = table(`${layer.name}: ${shown.length} of ${places.length} cells of ${level.side} × ${level.side}, ${by}`, {
      columns: ["Cell", "Samples", "Coherence", "First class leads in", "Classes"],
      rows: shown.map((place) => [
        level.words(level.cell[place]),
        level.count[place],
        number(level.coherence[place]),
        percent(level.share[place]),
        classWords(level, place),
      ]),
    });
    return this.#linked(made, shown.map((place) => level.cell[place]));
  }

  #classes(level) {
    const shown = classOrder(level).filter(({ samples }) => samples);
    const strongest = shown.map(({ label }) => level.strongest(label, 1)[0]);
    const made = table(`${this.state.layer.name}: classes that come first in a cell`, {
      columns: ["Strongest cell", "Class", "Samples in its cells", "Largest attribution"],
      rows: shown.map(({ label, samples }, line) => {
        const place = strongest[line];
        if (place === undefined) return ["none", figure.labels[label], samples, "none above 0"];
        return [level.words(level.cell[place]), figure.labels[label], samples, signed(level.valuesOf(label).values[place])];
      }),
    });
    return this.#linked(made, strongest.map((place) => level.cell[place]));
  }

  /** The heading of each row as a button that leads to its cell. */
  #linked(made, cells) {
    made.querySelectorAll("tbody th").forEach((head, line) => {
      if (cells[line] === undefined) return;
      const button = make("button", { type: "button", class: "link", onclick: () => this.go(cells[line]) }, head.textContent);
      head.replaceChildren(button);
    });
    return made;
  }
}

function classWords(level, place) {
  return level.firstOf(place).map(({ label, value }) => `${figure.labels[label]} ${number(value)}`).join(", ");
}
