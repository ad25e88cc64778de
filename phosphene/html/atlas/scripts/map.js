// The map: a canvas with the cursor and the pins over it.

class AtlasMap extends Board {
  constructor(state, view, tiles) {
    super(view);
    Object.assign(this, { state, tiles });
    this.cursor = make("div", { class: "mark cursor", hidden: true });
    this.pins = ["A", "B"].map((letter) => make("div", { class: "mark pin", hidden: true }, make("b", {}, letter)));
    this.element = make(
      "div",
      {
        class: "map",
        role: "application",
        tabindex: "0",
        "aria-label": "Activation atlas",
        "aria-roledescription": "map of icons with a cursor",
        "aria-describedby": "keys",
      },
      this.canvas,
      this.cursor,
      ...this.pins,
    );
    this.painter = new Painter(this.canvas.getContext("2d"), tiles);
    this.follow();
  }

  paint() {
    const { state, view, painter, ratio } = this;
    if (!ratio) return;
    painter.paint(view, state.level, { ...state, opacity: opacityOf(state) }, ratio);
    if (state.named) paintNames(painter.context, view, state.level, ratio, state.chosen);
    this.mark();
  }

  /** Sets the cursor and the pins in place. */
  mark() {
    const { state } = this;
    this.#over(this.cursor, state.cursor && state.level, state.cursor && state.cell);
    this.pins.forEach((element, number) => {
      const pin = state.pins[number];
      this.#over(element, pin?.layer === state.layer && pin.level, pin?.cell);
    });
  }

  /** In parts of the map, not in pixels, so that paper may show it at another size. */
  #over(element, level, cell) {
    element.hidden = !level;
    if (!level) return;
    const { view } = this;
    const [row, column] = level.at(cell);
    const { x, y } = view.across({ x: column / level.side, y: row / level.side });
    const side = view.scale / level.side;
    Object.assign(element.style, {
      left: `${(100 * x) / view.width}%`,
      top: `${(100 * y) / view.height}%`,
      width: `${(100 * side) / view.width}%`,
      height: `${(100 * side) / view.height}%`,
    });
  }
}
