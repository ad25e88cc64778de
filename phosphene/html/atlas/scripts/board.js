// A canvas in an element, as large as that is, with as many pixels as the screen has.

const SHARPEST = 2; // pixels for one CSS pixel

class Board {
  /** Who extends it makes `element` with `canvas` in it, calls `follow()`, and paints in `paint()`, after each change of size. */
  constructor(view) {
    this.view = view;
    this.canvas = make("canvas", { "aria-hidden": "true" });
  }

  follow() {
    new ResizeObserver(() => this.#resized()).observe(this.element);
    this.#watchDensity();
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
