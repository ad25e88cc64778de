// The present view as a figure for a paper: title, what is shown, the map with the numbers of its rows and columns, the pins,
// the scale of the icons; black on white in any scheme of colors.

const SHEET = { edge: 20, ruler: 34, gap: 12, mini: 26, letters: 13, title: 20 }; // CSS pixels
const [BLACK, GREY, WHITE] = ["#000", "#555", "#fff"];
const NUMBERED = [1, 5, 10, 20, 50]; // cells between two numbers at the edge
const PARTS = [0.25, 0.5, 1]; // of a cell's area, in the scale

/** What the map shows, in words. */
function viewWords({ layer, level, chosen, sign, faded }) {
  const clear = chosen === null ? "" : `; clear where they speak ${sign > 0 ? "for" : "against"} ${figure.labels[chosen]}`;
  const faint = faded ? "; fainter where coherence is low" : "";
  return `${layer.name}, ${level.side} × ${level.side} cells, ${whole(level.samples)} samples${clear}${faint}`;
}

/** A promise of the file. */
function viewAsPicture(map) {
  const copy = make("canvas");
  const sheet = new Sheet(copy.getContext("2d"), map);
  Object.assign(copy, { width: Math.round(sheet.width * map.ratio), height: Math.round(sheet.height * map.ratio) });
  sheet.draw();
  return new Promise((resolve) => copy.toBlob(resolve, "image/png"));
}

class Sheet {
  /** Measures everything first: setting the size of a canvas empties it. */
  constructor(context, map) {
    const { edge, ruler, gap, letters, title } = SHEET;
    const { state, view, ratio, canvas } = map;
    Object.assign(this, { context, state, view, ratio, canvas, left: edge + ruler, width: view.width + 2 * edge + ruler });
    this.head = [...this.#lines(figure.title, title, 600), ...this.#lines(viewWords(state), letters)];
    this.foot = state.pins.flatMap((pin, number) => this.#lines(pinWords(pin, "AB"[number]), letters));
    this.top = edge + high(this.head) + ruler;
    this.below = this.top + view.height + gap;
    this.height = this.below + SHEET.mini + gap + high(this.foot) + edge;
  }

  draw() {
    const { context, canvas, ratio, left, top, view, state } = this;
    context.fillStyle = WHITE;
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    context.drawImage(canvas, Math.round(left * ratio), Math.round(top * ratio));
    context.scale(ratio, ratio);
    this.#write(this.head, SHEET.edge);
    context.strokeStyle = GREY;
    context.strokeRect(left, top, view.width, view.height);
    this.#rulers();
    context.save();
    context.beginPath();
    context.rect(left, top, view.width, view.height);
    context.clip();
    state.pins.forEach((pin, number) => pin.layer === state.layer && this.#pin(pin, "AB"[number]));
    context.restore();
    this.#scale();
    this.#write(this.foot, this.below + SHEET.mini + SHEET.gap);
  }

  /** A text in lines that fit: [{text, size, weight}]. */
  #lines(text, size, weight = 400) {
    this.#font(size, weight);
    const found = [""];
    for (const word of text.split(" ")) {
      const longer = found.at(-1) ? `${found.at(-1)} ${word}` : word;
      if (found.at(-1) && this.context.measureText(longer).width > this.width - 2 * SHEET.edge) found.push(word);
      else found[found.length - 1] = longer;
    }
    return found.map((line) => ({ text: line, size, weight }));
  }

  #font(size, weight = 400, align = "left") {
    Object.assign(this.context, { font: `${weight} ${size}px system-ui, sans-serif`, textAlign: align, textBaseline: "middle" });
  }

  #write(lines, top) {
    this.context.fillStyle = BLACK;
    for (const { text, size, weight } of lines) {
      this.#font(size, weight);
      this.context.fillText(text, SHEET.edge, top + size * 0.7);
      top += high([{ size }]);
    }
  }

  /** Numbers of columns above the map and of rows beside it, as cells are named. */
  #rulers() {
    const { context, view, left, top, state } = this;
    const { side } = state.level;
    const step = NUMBERED.find((cells) => (cells * view.scale) / side >= 28) ?? NUMBERED.at(-1);
    const corner = view.across({ x: 0, y: 0 });
    context.fillStyle = GREY;
    for (let cell = 1; cell <= side; cell++) {
      if (cell !== 1 && cell % step) continue;
      const off = ((cell - 0.5) / side) * view.scale;
      this.#font(11, 400, "center");
      if (corner.x + off >= 0 && corner.x + off <= view.width) context.fillText(cell, left + corner.x + off, top - 9);
      this.#font(11, 400, "right");
      if (corner.y + off >= 0 && corner.y + off <= view.height) context.fillText(cell, left - 6, top + corner.y + off);
    }
    this.#font(11);
    context.fillText("row, column", SHEET.edge, top - 22);
  }

  #pin({ level, cell }, letter) {
    const { context, view, left, top } = this;
    const [row, column] = level.at(cell);
    const { x, y } = view.across({ x: column / level.side, y: row / level.side });
    const side = view.scale / level.side;
    for (const [color, width] of [[BLACK, 6], [WHITE, 3]]) {
      Object.assign(context, { strokeStyle: color, lineWidth: width });
      context.strokeRect(left + x, top + y, side, side);
    }
    context.fillStyle = BLACK;
    const head = top + Math.max(0, y - 18); // over the cell, but within the map
    context.fillRect(left + x - 2, head, 18, 18);
    context.fillStyle = WHITE;
    this.#font(SHEET.letters, 600, "center");
    context.fillText(letter, left + x + 7, head + 9.5);
  }

  /** Cells with icons of a quarter, half and all of their area, and the samples that these stand for. */
  #scale() {
    const { context, state, below: top } = this;
    const { mini, letters, gap } = SHEET;
    const { level, sized, density } = state;
    let { left } = this;
    const write = (text) => {
      context.fillStyle = BLACK;
      this.#font(letters);
      context.fillText(text, left, top + mini / 2);
      left += context.measureText(text).width + gap;
    };
    if (!sized || !level.ready) return write("All icons have the same size.");
    const counts = PARTS.map((part) => Math.ceil((part * level.full) / density));
    write("Samples:");
    PARTS.forEach((part, number) => {
      if (counts[number] === counts[number - 1]) return;
      const [side, inside] = [mini, mini * Math.sqrt(part)];
      Object.assign(context, { strokeStyle: GREY, lineWidth: 1, fillStyle: "#999" });
      context.fillRect(left + (side - inside) / 2, top + (side - inside) / 2, inside, inside);
      context.strokeRect(left, top, side, side);
      left += side + 6;
      write(part < 1 ? whole(counts[number]) : `${whole(counts[number])} or more`);
    });
  }
}

/** CSS pixels of lines. */
function high(lines) {
  return lines.reduce((sum, { size }) => sum + Math.round(size * 1.4), 0);
}

/** A pinned cell in a line. */
function pinWords({ layer, level, cell }, letter) {
  const where = `${letter}: ${layer.name}, ${level.words(cell)} × ${level.side}`;
  const place = level.ready ? level.places[cell] : -1;
  if (place < 0) return where;
  const named = level.firstOf(place).map(({ label, value }) => `${figure.labels[label].replaceAll(" ", "\u00a0")}\u00a0${signed(value)}`);
  return [where, plural(level.count[place], "sample"), named.join(", ")].filter(Boolean).join("; ");
}

/** The view as a file of the reader's. */
async function saveView(map, name) {
  map.paint();
  const url = URL.createObjectURL(await viewAsPicture(map));
  make("a", { href: url, download: `${name.replace(/[^\p{L}\p{N}-]+/gu, "-").slice(0, 60) || "atlas"}.png` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
