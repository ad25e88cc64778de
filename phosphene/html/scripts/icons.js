// Icons lie side by side on one sheet for each layer. They are cut onto canvases, which scale without a neighbour's edge.

class Sheet {
  #source;
  #across;
  #image;
  #ready;
  #decoded = false;

  constructor({ source, side, across }) {
    this.side = side;
    this.#source = source;
    this.#across = across;
  }

  /** A promise of the decoded sheet; the decoding begins when somebody first asks. */
  get ready() {
    if (!this.#image) {
      this.#image = new Image();
      this.#image.src = this.#source;
      this.#ready = this.#image.decode().then(() => (this.#decoded = true));
    }
    return this.#ready;
  }

  /** A canvas for one icon; decorative, as its name always stands beside it. */
  canvas() {
    return make("canvas", { class: "icon", width: this.side, height: this.side, "aria-hidden": "true" });
  }

  /** Draws an icon over a square of a canvas, by default over all of it; nothing before the sheet is ready. */
  draw(canvas, icon, left = 0, top = 0, side = canvas.width) {
    if (!this.#decoded) return;
    const x = (icon % this.#across) * this.side;
    const y = Math.floor(icon / this.#across) * this.side;
    canvas.getContext("2d").drawImage(this.#image, x, y, this.side, this.side, left, top, side, side);
  }
}
