// One picture with a cursor: the pointer or the arrow keys move it, a click or Enter pins it, Escape releases it.

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const LEAP = 5;
const WHOLE = { rows: 1, columns: 1, sees: 0 }; // the one cell of a figure without layers

const NUDGE = 1e-4; // cells before a border that count as on it, as fractions are rounded; Python has the same rule

/** The cell of a layer at a place {y, x}, given as fractions of the picture's height and width. */
function cellAt({ rows, columns }, { y, x }) {
  const row = between(Math.floor(y * rows + NUDGE), 0, rows - 1);
  const column = between(Math.floor(x * columns + NUDGE), 0, columns - 1);
  return { row, column, place: row * columns + column };
}

function middleOf({ rows, columns }, { row, column }) {
  return { y: (row + 0.5) / rows, x: (column + 0.5) / columns };
}

class PictureView {
  /** cells: the layers whose cells are outlined; the arrow keys move by the cells of the finest of them. */
  constructor(panel, cells, label) {
    this.panel = panel;
    this.cells = cells;
    this.finest = cells.reduce((best, one) => (one.rows * one.columns < best.rows * best.columns ? best : one), WHOLE);
    const { source, width, height } = panel.picture;
    this.map = make("canvas", { class: "map", hidden: true });
    this.outlines = cells.map(() => make("div", { class: "cell" }));
    this.field = make("div", { class: "field", hidden: true });
    this.element = make(
      "div",
      {
        class: "picture",
        role: "application",
        tabindex: "0",
        "aria-label": label,
        "aria-roledescription": "picture with a cursor",
        "aria-describedby": "keys",
        onpointermove: (event) => this.#pointed(event),
        onpointerleave: () => panel.away(this),
        onclick: (event) => this.#clicked(event),
        onkeydown: (event) => this.#typed(event),
        onblur: () => panel.away(this),
      },
      make("img", { src: source, alt: "", width, height, draggable: "false" }),
      this.map,
      this.field,
      ...this.outlines,
    );
    this.element.style.setProperty("--ratio", width / height);
  }

  /** Moves the outlines to the panel's place: that of `layer` stands out, and what it sees from there is dashed. */
  show(layer = this.finest) {
    this.cells.forEach((one, number) => this.#outline(this.outlines[number], one, one === layer));
    this.#see(layer);
    this.element.classList.toggle("pinned", this.panel.pinned);
  }

  #outline(element, layer, present) {
    const { rows, columns } = layer;
    const { row, column } = cellAt(layer, this.panel.place);
    element.classList.toggle("present", present);
    cover(element, row / rows, column / columns, 1 / rows, 1 / columns);
  }

  #see(layer) {
    const { width, height } = this.panel.picture;
    const { y, x } = middleOf(layer, cellAt(layer, this.panel.place));
    const field = fieldOf(layer, this.panel.picture);
    const [tall, wide] = [field / height / 2, field / width / 2];
    const [top, left] = [Math.max(0, y - tall), Math.max(0, x - wide)];
    cover(this.field, top, left, Math.min(1, y + tall) - top, Math.min(1, x + wide) - left);
    this.field.hidden = false;
  }

  #at(event) {
    const { top, left, width, height } = this.element.getBoundingClientRect();
    return { y: between((event.clientY - top) / height, 0, 1), x: between((event.clientX - left) / width, 0, 1) };
  }

  #pointed(event) {
    if (event.pointerType === "touch" || this.panel.pinned) return; // a finger scrolls; its tap arrives as a click
    this.panel.look(this.#at(event), this);
  }

  /** Pins the cell; a click on the pinned cell releases it, one beside it moves the pin. */
  #clicked(event) {
    const { panel, finest } = this;
    const at = this.#at(event);
    const again = panel.pinned && cellAt(finest, at).place === cellAt(finest, panel.place).place;
    panel.look(at, this);
    panel.pin(!again);
  }

  #typed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { panel, finest } = this;
    if (event.key in STEPS) {
      const [down, right] = STEPS[event.key].map((step) => step * (event.shiftKey ? LEAP : 1));
      const { row, column } = cellAt(finest, panel.place);
      const cell = { row: between(row + down, 0, finest.rows - 1), column: between(column + right, 0, finest.columns - 1) };
      panel.look(middleOf(finest, cell), this);
    } else if (event.key === "Home") panel.look(panel.start, this);
    else if (event.key === "Enter" || event.key === " ") {
      panel.look(panel.place, this);
      panel.pin(!panel.pinned);
    } else return;
    event.preventDefault();
  }
}

/** Sets an element over a part of the picture, all in fractions. */
function cover(element, top, left, height, width) {
  Object.assign(element.style, {
    top: `${100 * top}%`,
    left: `${100 * left}%`,
    height: `${100 * height}%`,
    width: `${100 * width}%`,
  });
}
