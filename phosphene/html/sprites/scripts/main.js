// Sets everything up: one place that is shown, links and keys that lead to another.

const figure = JSON.parse(byId("data").textContent);
const layers = figure.layers.map((record, number) => new Layer(record, number));
const shown = { layer: null, unit: null };
const search = new Search((place) => go(place));
const where = make("nav", { class: "where", "aria-label": "Where you are" });
byId("controls").append(where, search.element);
byId("more").append(howMade(figure.made));
listenToKeys({ back, layer: layerBy, unit: unitBy, search: () => (search.input.focus(), true) });
addEventListener("click", follow);
addEventListener("popstate", () => render(placeOf(location.hash), { ...shown }));
render(placeOf(location.hash), null);

/** Shows a place as a new entry of the history, or, with `instead`, in place of the present one. */
function go(place, instead = false) {
  const before = { ...shown };
  try {
    history[instead ? "replaceState" : "pushState"](null, "", addressOf(place));
  } catch {
    // A page in a frame without an origin of its own has no history.
  }
  if (search.input.value) search.clear();
  return render(place, before);
}

/** Shows a place. `before`: where the reader comes from, who then has the focus led on; null at the start. */
async function render(place, before) {
  Object.assign(shown, { layer: place.layer, unit: place.unit ?? null });
  const asked = addressOf(shown);
  byId("trouble").hidden = true;
  try {
    await place.layer?.load();
  } catch (error) {
    return failed(error);
  }
  if (asked !== addressOf(shown)) return; // the reader went on while it was loading
  const view = viewOf(place);
  byId("view").replaceChildren(...[place.wrong ? make("p", { class: "wrong" }, place.wrong) : null, view].filter(Boolean));
  where.replaceChildren(trail());
  write(byId("keys"), keyWords());
  document.title = [...trailWords().slice(1), figure.title].join(" · ");
  settle(before);
}

function viewOf({ layer, unit }) {
  if (!layer) return overview();
  if (unit === null || unit === undefined) return sheet(layer);
  if (layer.units.includes(unit)) return unitView(layer, unit);
  const text = `Channel ${unit} of ${layer.name} is not on this page. It has ${layer.words}.`;
  return make("section", {}, heading(wordsOf({ layer, unit })), make("p", { class: "wrong" }, text));
}

/** Leads the focus to where the reader came from, the first link of a list, or the heading; at the start it stays. */
function settle(before) {
  const links = [...byId("view").querySelectorAll("[data-step]")];
  const from = before && (shown.layer === before.layer ? before.unit : shown.layer ? null : before.layer.number);
  const one = links.find(({ dataset }) => dataset.step === String(from ?? "")) ?? links[0];
  if (one) stand(links, one, false);
  if (!before) return;
  scrollTo(0, 0);
  if (one) stand(links, one);
  else byId("heading").focus({ preventScroll: true });
  write(byId("said"), shown.layer ? wordsOf(shown) + (shown.unit === null ? `: ${shown.layer.words}` : "") : plural(layers.length, "layer"));
}

function focusView() {
  const links = [...byId("view").querySelectorAll("[data-step]")];
  if (links.length) stand(links, links[stopOf(links)]);
  else byId("heading").focus();
}

/** The way from all layers to what is shown. */
function trail() {
  const places = [{ layer: null }, { layer: shown.layer }, shown].slice(0, trailWords().length);
  const items = trailWords().map((text, depth, all) =>
    make("li", {}, depth === all.length - 1 ? make("span", { "aria-current": "page" }, text) : link(places[depth], {}, text)),
  );
  return make("ol", {}, ...items);
}

function trailWords() {
  const { layer, unit } = shown;
  return [figure.network, ...(layer ? [layer.name] : []), ...(layer && unit !== null ? [`channel ${unit}`] : [])];
}

function keyWords() {
  const arrows = shown.unit === null ? "Arrow keys move, Enter opens" : "Left and right lead to the channel before and after";
  const back = shown.layer ? ", Escape leads back" : "";
  return `${arrows}${back}; [ and ] lead to the layer before and after; / goes to the search.`;
}

/** A click on a link of this page, unless the reader wants it in another window. */
function follow(event) {
  const target = event.target.closest?.('a[href^="#"]');
  if (!target || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
  event.preventDefault();
  go(placeOf(target.getAttribute("href")));
}

function back() {
  const { layer, unit } = shown;
  if (layer) go({ layer: unit === null ? null : layer, unit: null });
  return Boolean(layer);
}

function layerBy(step) {
  const place = shown.layer ? shown.layer.number + step : step > 0 ? 0 : -1;
  if (layers[place]) go({ layer: layers[place], unit: null });
  return true;
}

function unitBy(step) {
  const { layer, unit } = shown;
  const to = layer?.units[layer.units.indexOf(unit) + step];
  if (unit === null || to === undefined) return false;
  go({ layer, unit: to }, true);
  return true;
}
