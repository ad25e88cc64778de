// Explanations: maps of what speaks for an objective, each method, layer and objective in a part of its own.

const EXPLANATION_MODES = [
  { value: "over", text: "over the picture" },
  { value: "map", text: "map alone" },
  { value: "none", text: "picture alone" },
];
const FEW = 9; // maps that are shown together at the start

/** What is shown at the start: all methods and layers of the first objective, or the last layer of many. */
function firstShown({ layers }) {
  const names = layerNames(layers);
  return { objective: 0, method: null, layer: layers.length > FEW && names.length > 1 ? names.at(-1) : null };
}

function layerNames(layers) {
  return [...new Set(layers.map(({ name }) => name))];
}

/** The choices of an explanation; null is all of a kind. */
function explanationControls({ objectives, layers, shown }) {
  const named = (names) => names.map((text, value) => ({ value, text }));
  const methods = new Map(layers.map(({ method, by }) => [method, by]));
  const sorts = [
    ["Class", "objective", named(objectives)],
    ["Method", "method", [...methods].map(([value, text]) => ({ value, text }))],
    ["Layer", "layer", layerNames(layers).map((text) => ({ value: text, text }))],
  ];
  return sorts
    .filter(([, , options]) => options.length > 1)
    .map(([legend, key, options]) =>
      choice(legend, [...options, { value: null, text: "all" }], shown[key], (value) => rebuild({ shown: { ...figure.shown, [key]: value } })),
    );
}

class ExplanationView extends PartsView {
  static note({ post, layers }) {
    const raw = "Maps are raw: the method's own numbers, summed over channels, at the layer's own positions.";
    return [
      post === "raw" ? raw : `Maps as ${post} shows them, enlarged to the picture.`,
      "Each map has its own scale, whose ends stand under it; what is beyond them has the full color.",
      ...(layers.some(({ missing }) => missing.flat().some((part) => part !== null))
        ? ["Where a method promises that its values add up to the score's change, what they miss is said."]
        : []),
    ];
  }

  constructor(panel) {
    const { objectives, shown } = panel.figure;
    const goals = objectives.map((_, goal) => goal).filter((goal) => shown.objective === null || shown.objective === goal);
    const layers = panel.layers.filter(
      ({ method, name }) => (shown.method === null || shown.method === method) && (shown.layer === null || shown.layer === name),
    );
    super(layers.flatMap((layer) => goals.map((goal) => new ExplanationPart(panel, layer, goal, goals.length > 1))));
    if (!layers.length) this.element.append(make("p", { class: "reading" }, "This method was not asked at this layer."));
    const scores = goals.map((goal) => `${objectives[goal]}: ${number(panel.figure.scores[panel.number][goal])}`);
    const score = make("p", { class: "reading" }, `Score of ${scores.join(", ")}`);
    this.element = make("div", {}, make("div", { class: "legend" }, score), this.element);
  }

  table() {
    return {
      columns: ["Method", "Layer", "Class", "Score", "Row", "Column", "Value", "Full color from", "Values add up to", "Missing"],
      rows: this.parts.map((part) => part.row()),
    };
  }
}

class ExplanationPart {
  /** named: whether the heading says which objective it is. */
  constructor(panel, layer, goal, named) {
    Object.assign(this, { panel, layer, goal });
    const { figure, number: place } = panel;
    this.values = layer.maps[place][goal].all();
    this.end = layer.ends[place][goal];
    this.score = number(figure.scores[place][goal]);
    this.objective = figure.objectives[goal];
    const name = `${layer.by} at ${layer.name}`;
    this.picture = new PictureView(panel, [layer], `${panel.picture.name}: ${name}, ${this.objective}`);
    this.picture.element.classList.add("explained", "cells", figure.mode, layer.signs ? "signs" : "even");
    this.picture.map.hidden = figure.mode === "none";
    paintValues(this.picture.map, layer, this.values, this.end);
    this.here = make("span", { class: "here" });
    this.text = make("p", { class: "value" });
    this.bar = bar(layer.signs);
    const stage = make("div", { class: "stage" }, this.picture.element, this.#scale());
    const side = make("div", { class: "side" }, this.text, this.bar.element, this.#sum());
    const objective = named ? [make("span", { class: "goal" }, `, ${this.objective}`)] : [];
    this.element = make("section", { class: "part" }, make("h3", {}, name, ...objective, " ", this.here), stage, side);
  }

  show() {
    this.picture.show();
    this.cell = cellAt(this.layer, this.panel.place);
    const value = this.values[this.cell.place];
    this.value = this.layer.signs ? signed(value) : number(value);
    write(this.here, cellWords(this.layer, this.cell));
    write(this.text, this.value);
    this.bar.set(this.end ? between(value / this.end, -1, 1) : 0);
  }

  words() {
    return `${this.layer.by} at ${this.layer.name}, ${this.objective}, ${cellWords(this.layer, this.cell)}: ${this.value}`;
  }

  row() {
    const { layer, cell } = this;
    const missing = this.missing === null ? "no sum promised" : `${number(100 * this.missing)}%`;
    return [layer.by, layer.name, this.objective, this.score, cell.row + 1, cell.column + 1, this.value, number(this.end), this.total, missing];
  }

  /** The colors from one end of the scale to the other, and the numbers there. */
  #scale() {
    const stripe = make("canvas", { class: "stripe", "aria-hidden": "true" });
    const { elements } = this.layer.signs ? figure.diverging : figure.even;
    paint(stripe, { rows: 1, columns: elements.length / 3 }, (step) => [...elements.slice(3 * step, 3 * step + 3), 1]);
    const end = number(this.end);
    const ends = make("span", { class: "ends" }, make("span", {}, this.layer.signs ? `−${end}` : "0"), make("span", {}, end));
    return make("p", { class: "scale key" }, stripe, ends);
  }

  #sum() {
    const { number: place } = this.panel;
    this.missing = this.layer.missing[place][this.goal];
    this.total = number(this.layer.totals[place][this.goal]);
    if (this.missing === null) return null;
    const missing = `${number(100 * this.missing)}% of the score's change is missing`;
    return make("p", { class: "reading" }, `values add up to ${this.total}, ${missing}`);
  }
}

/** Paints values as Python does: with signs by the diverging colors, others by the even ones. */
function paintValues(canvas, { rows, columns, signs }, values, end) {
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  const { elements } = signs ? figure.diverging : figure.even;
  const middle = signs ? 255 : 0;
  for (let place = 0; place < values.length; place++) {
    const part = end ? between(values[place] / end, signs ? -1 : 0, 1) : 0;
    const step = 3 * (middle + Math.round(255 * part));
    for (let color = 0; color < 3; color++) image.data[4 * place + color] = elements[step + color];
    image.data[4 * place + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}
