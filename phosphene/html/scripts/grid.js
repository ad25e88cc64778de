// The activation grid: at each position, the icon painted for the activation found there.

const GRID_MODES = [
  { value: "sized", text: "size by activation" },
  { value: "equal", text: "equal icons" },
  { value: "joint", text: "joint picture" },
  { value: "none", text: "picture alone" },
];
const SHARPEST = 1568; // pixels of the canvas with the icons, either way

/** The ways to show a grid that its data has. */
function gridModes({ layers }) {
  const views = layers.flatMap((layer) => layer.views);
  const has = { sized: views.some((view) => view.sheet), equal: views.some((view) => view.sheet), none: true };
  has.joint = views.some((view) => view.joint);
  return GRID_MODES.filter(({ value }) => has[value]);
}

class GridView extends PartsView {
  static note({ whitened }) {
    return whitened ? ["The activations were whitened first: what all of them share was taken away."] : [];
  }

  constructor(panel) {
    super(panel.layers.map((layer) => new GridPart(panel, layer)));
  }

  table() {
    return {
      columns: ["Layer", "Row", "Column", "Length of the activation"],
      rows: this.parts.map(({ layer, cell, norm }) => [layer.name, cell.row + 1, cell.column + 1, norm]),
    };
  }
}

class GridPart {
  constructor(panel, layer) {
    Object.assign(this, { panel, layer });
    this.view = layer.views[panel.number];
    this.most = largest(this.view.norm.all()) || 1;
    this.picture = new PictureView(panel, [layer], `${panel.picture.name}: activation grid of ${layer.name}`);
    this.large = this.view.sheet?.canvas();
    this.here = make("span", { class: "here" });
    this.text = make("p", { class: "value" });
    this.bar = bar(false);
    const side = make("div", { class: "side" }, this.large, make("div", {}, this.text, this.bar.element));
    const stage = make("div", { class: "stage" }, this.picture.element);
    this.element = make("section", { class: "part" }, make("h3", {}, layer.name, " ", this.here), stage, side);
    this.#overlay();
  }

  show() {
    this.picture.show();
    this.cell = cellAt(this.layer, this.panel.place);
    const norm = this.view.norm.at(this.cell.place);
    this.norm = number(norm);
    write(this.here, `${cellWords(this.layer, this.cell)} · ${seesWords(this.layer, this.panel.picture)}`);
    write(this.text, `length ${this.norm}`);
    this.bar.set(norm / this.most);
    this.view.sheet?.ready.then(() => this.view.sheet.draw(this.large, this.cell.place));
  }

  words() {
    return `${this.layer.name}, ${cellWords(this.layer, this.cell)}: length ${this.norm}`;
  }

  #overlay() {
    const { mode } = this.panel.figure;
    const { sheet, joint } = this.view;
    if (mode === "joint" && joint) this.picture.map.after(make("img", { class: "joint", src: joint, alt: "" }));
    if (!["sized", "equal"].includes(mode) || !sheet) return;
    this.picture.element.classList.add("dimmed");
    this.picture.map.hidden = false;
    sheet.ready.then(() => this.#icons(mode === "sized"));
  }

  /** Each icon in the middle of its cell, on a canvas with the shape of the picture, so that icons stay square. */
  #icons(sized) {
    const { rows, columns } = this.layer;
    const { width, height } = this.panel.picture;
    const canvas = this.picture.map;
    const scale = Math.min((2 * this.view.sheet.side * columns) / width, SHARPEST / Math.max(width, height));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const [wide, tall] = [canvas.width / columns, canvas.height / rows];
    for (let place = 0; place < rows * columns; place++) {
      const side = Math.min(wide, tall) * (sized ? this.view.side.at(place) : 1);
      const left = ((place % columns) + 0.5) * wide - side / 2;
      const top = (Math.floor(place / columns) + 0.5) * tall - side / 2;
      this.view.sheet.draw(canvas, place, left, top, side);
    }
  }
}
