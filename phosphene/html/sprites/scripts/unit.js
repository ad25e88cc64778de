// One channel: its icon, large, the pictures that it answered most, the channels beside it.

const BESIDE = 6; // channels on each side

function unitView(layer, unit) {
  const name = `channel ${unit} of ${layer.name}`;
  const icon = pictureOf(layer.tileOf(unit), `Icon of ${name}`);
  const facts = make("dl", {}, ...fact("objective", objective(layer, unit)), ...fact("network", figure.network));
  const large = make("div", { class: "large" }, icon, steps(layer, unit), facts);
  const beside = make("div", {}, examples(layer, unit), neighbours(layer, unit));
  return make("section", { class: "one", "aria-labelledby": "heading" }, heading(`${layer.name}, channel ${unit}`), large, beside);
}

/** The objective that the icon is painted for, as the language writes it. */
function objective(layer, unit) {
  const name = layer.name.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
  return `channel('${name}', ${unit})`;
}

function fact(name, text) {
  return [make("dt", {}, name), make("dd", {}, text)];
}

/** Links to the channel before and the one after. */
function steps(layer, unit) {
  const place = layer.units.indexOf(unit);
  const [before, after] = [layer.units[place - 1], layer.units[place + 1]].map((to) => to !== undefined && { layer, unit: to });
  return stepLinks("Channel before and after", before, after, (to) => to.unit);
}

function examples(layer, unit) {
  const found = layer.examplesOf(unit);
  const title = make("h3", {}, "Pictures that it answered most");
  if (!found.length) {
    const why = figure.examples ? "No activations of this layer were collected." : "No pictures were given to this page.";
    return make("div", { class: "examples" }, title, make("p", { class: "note" }, why));
  }
  const most = largest(found.map(({ value }) => value));
  const both = found.some(({ value }) => value < 0);
  const shown = found.map(({ place, value }) => example(place, value, most, both));
  const note = "The activation is that of one position of each picture, chosen at random.";
  return make("div", { class: "examples" }, title, make("ol", {}, ...shown), make("p", { class: "note" }, note));
}

function example(place, value, most, both) {
  const { element, set } = bar(both);
  set(most ? value / most : 0);
  const name = make("span", { class: "name" });
  const { across } = figure;
  namesOn(Math.floor(place / across ** 2)).then((names) => write(name, names[place % across ** 2]), failed);
  const picture = pictureOf(tileAt("examples", place, figure.examples));
  return make("li", {}, picture, make("span", { class: "value" }, number(value)), element, name);
}

const named = new Map(); // number of a sheet: a promise of its names

function namesOn(sheet) {
  if (!named.has(sheet)) {
    named.set(sheet, load(`data/examples-${sheet}`));
    named.get(sheet).catch(() => named.delete(sheet));
  }
  return named.get(sheet);
}

function neighbours(layer, unit) {
  const place = layer.units.indexOf(unit);
  const first = between(place - BESIDE, 0, Math.max(0, layer.count - 2 * BESIDE - 1));
  const shown = layer.units.slice(first, first + 2 * BESIDE + 1).map((one) =>
    make(
      "li",
      {},
      link(
        { layer, unit: one },
        { class: "unit", "aria-label": `channel ${one}`, "aria-current": one === unit ? "true" : undefined },
        pictureOf(layer.tileOf(one)),
        make("span", { "aria-hidden": "true" }, String(one)),
      ),
    ),
  );
  return make("div", {}, make("h3", {}, "Channels beside it"), make("ul", { class: "units few" }, ...shown));
}
