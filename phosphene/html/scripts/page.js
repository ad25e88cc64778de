// The page: reads the data, sets up the controls and one or two panels, and says where the cursor is.

const KINDS = {
  dictionary: "Semantic dictionary",
  explanation: "Explanation",
  grid: "Activation grid",
  groups: "Neuron groups",
  influences: "Influences",
};
// One position of each kind's arrays, as Python has it.
const ARRAYS = {
  dictionary: "index[0, 2, 1]",
  explanation: "maps[0, 0, 2, 1]",
  grid: "vectors[0, 2, 1]",
  groups: "maps[0, :, 2, 1]",
  influences: "spatial[0, 2, 1]",
};
const DASHED = "Dashed: what the position under the cursor depends on, its receptive field, cut at the picture's edge.";
const POINTING = "Point at an icon to see its map over the picture; a click keeps it, Escape lets it go.";
const QUIET = 150; // milliseconds without a move before the place is said

const figure = JSON.parse(byId("data").textContent, revived);
figure.layers.forEach((layer, number) => (layer.number = number));
figure.modes = { grid: gridModes, explanation: () => EXPLANATION_MODES }[figure.kind]?.(figure) ?? [];
figure.mode = figure.modes[0]?.value;
figure.shown = figure.kind === "explanation" ? firstShown(figure) : {};
figure.layer = ["dictionary", "explanation", "influences"].includes(figure.kind) || figure.layers.length < 2 ? null : 0; // null: all

let moved; // the panel whose cursor moved last
const panels = [];
const tables = new TableView(panels);
const settled = debounced(() => {
  write(byId("said"), moved.words());
  tables.update();
}, QUIET);
panels.push(new Panel(figure, 0, changed));

write(byId("kind"), KINDS[figure.kind]);
byId("note").append(...reading().map((text) => make("p", {}, text)));
write(byId("live"), ["explanation", "grid"].includes(figure.kind) ? DASHED : `${DASHED} ${POINTING}`);
byId("controls").append(...controls());
byId("figure").append(panels[0].element);
const made = howMade(figure.made);
byId("more").append(tables.element, made);
readyForPaper(figure, panels, made);
if (window !== parent) fitNotebook();

/** Arrays and sheets as objects that decode themselves at the first look. */
function revived(_, value) {
  if (value?.type && value.data !== undefined) return new Numbers(value);
  return value?.across ? new Sheet(value) : value;
}

/** How to read the page: what this figure shows, then what all of them have. */
function reading() {
  return [
    ...VIEWS[figure.kind].note(figure),
    ...(figure.places && figure.pins.length > 1 ? [`Places: ${figure.places}.`] : []),
    `Rows and columns are counted from 1: ${ARRAYS[figure.kind]} in Python is row 3, column 2 of the first picture.`,
  ];
}

/** In the frame of a notebook: a small heading, and the frame is told how high the page is. */
function fitNotebook() {
  document.documentElement.classList.add("framed");
  new ResizeObserver(() => parent.postMessage({ phosphene: document.body.offsetHeight }, "*")).observe(document.body);
}

function changed(panel) {
  moved = panel;
  settled();
}

function controls() {
  const { pictures, layers, modes, mode } = figure;
  const found = [];
  if (pictures.length > 1) found.push(pictureChoice(), compareChoice());
  if (figure.kind === "explanation") found.push(...explanationControls(figure));
  else if (layers.length > 1) found.push(layerChoice());
  if (modes.length > 1) found.push(choice("Show", modes, mode, (value) => rebuild({ mode: value })));
  return found;
}

function pictureChoice() {
  const options = figure.pictures.map(({ name, source }, number) => ({ value: number, text: name, image: source }));
  return choice("Picture", options, 0, (number) => {
    panels[0].number = number;
    panels[0].build();
  });
}

function compareChoice() {
  const options = figure.pictures.map(({ name }, number) => make("option", { value: number }, name));
  const nothing = make("option", { value: "" }, "nothing");
  const select = make("select", { onchange: () => compare(select.value) }, nothing, ...options);
  return make("label", { class: "compare" }, "Compare with", select);
}

/** Sets up, changes or takes away the second panel. */
function compare(value) {
  panels.splice(1).forEach((panel) => panel.element.remove());
  if (value !== "") {
    panels.push(new Panel(figure, Number(value), changed));
    byId("figure").append(panels[1].element);
  }
  byId("figure").classList.toggle("two", panels.length > 1);
  tables.update();
}

function layerChoice() {
  const options = figure.layers.map(({ name }, number) => ({ value: number, text: name }));
  return choice("Layer", [...options, { value: null, text: "all" }], figure.layer, (layer) => rebuild({ layer }));
}

function rebuild(change) {
  Object.assign(figure, change);
  for (const panel of panels) panel.build();
}
