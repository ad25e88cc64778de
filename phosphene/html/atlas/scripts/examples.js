// The pictures nearest to a cell's mean: thumbnails, of which a press shows one larger, with its name.

const sheets = new Map(); // number: a promise of {picture, names}

/** An example as a list item: a button with its thumbnail. */
async function exampleOf(one) {
  const { across, examples } = figure;
  const [number, place] = [Math.floor(one / across ** 2), one % across ** 2];
  if (!sheets.has(number)) {
    if (sheets.size > 15) sheets.delete(sheets.keys().next().value);
    const sheet = load(`tiles/examples/${number}`).then(async ({ source, names }) => ({ picture: await decoded(source), names }));
    sheets.set(number, sheet);
  }
  const { picture, names } = await sheets.get(number);
  const { side } = examples;
  const canvas = make("canvas", { width: side, height: side, "aria-hidden": "true" });
  const [x, y] = [(place % across) * side, Math.floor(place / across) * side];
  canvas.getContext("2d").drawImage(picture, x, y, side, side, 0, 0, side, side);
  return make("li", {}, exampleButton(canvas, names[place]));
}

function exampleButton(canvas, name) {
  const words = make("span", { "aria-hidden": "true" }, name);
  const enlarge = ({ currentTarget: button }) => {
    const large = button.getAttribute("aria-expanded") === "true";
    for (const other of button.closest("ul").querySelectorAll("button")) other.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-expanded", String(!large));
  };
  return make("button", { type: "button", class: "example", "aria-label": name, "aria-expanded": "false", title: name, onclick: enlarge }, canvas, words);
}
