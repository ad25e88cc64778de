// The map: a canvas with the cursor and the pins over it.

const SHARPEST = 2; // pixels for one CSS pixel

class AtlasMap {
  constructor(state, view, tiles) {
    Object.assign(this, { state, view, tiles });
    this.canvas = make("canvas", { "aria-hidden": "true" });
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
    new ResizeObserver(() => this.#resized()).observe(this.element);
    this.#watchDensity();
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

  #resized() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!width || matchMedia("print").matches) return;
    this.ratio = Math.min(devicePixelRatio, SHARPEST);
    Object.assign(this.canvas, { width: Math.round(width * this.ratio), height: Math.round(height * this.ratio) });
    this.element.style.setProperty("--ratio", width / height);
    this.view.sized(width, height);
    this.paint();
  }

  #watchDensity() {
    const query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    query.addEventListener("change", () => (this.#resized(), this.#watchDensity()), { once: true });
  }
}
