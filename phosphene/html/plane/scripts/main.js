// Sets everything up: one state, and parts that show it.

const QUIET = 150; // milliseconds without a change before it is said
const [APART, DEEPEST] = [14, 3000]; // CSS pixels of a step of the arrow keys, at least; the most that the map is divided

const figure = JSON.parse(byId("data").textContent);
const pictures = new Pictures(figure);
const view = new View(() => refresh());
view.finest = between((2 * LARGE) / CELL_MOST / (pictures.spacing || 1), 6, DEEPEST);
const state = { cursor: -1, held: false, chosen: null, set: (change) => refresh(Object.assign(state, change)) };
const thumbnails = new Thumbnails(pictures, new Tiles(() => refresh(), failed));
const map = new PicturesMap(state, view, thumbnails);
const small = new Overview(view);
const trouble = make("p", { class: "trouble", role: "alert", hidden: true });
const hint = make("p", { class: "hint", hidden: true }, "To zoom, hold Ctrl while scrolling, or click the map first");
const unhint = debounced(() => (hint.hidden = true), 1500);
const card = new Card(pictures, thumbnails, { go: (one) => go(one, true), hold: () => state.set({ held: !state.held }) });
const legend = new Legend(state);
const said = debounced(() => write(byId("said"), words()), QUIET);
const work = {
  step,
  pin: () => state.set({ held: state.cursor >= 0 && !state.held }),
  release: () => (state.held ? state.set({ held: false }) : state.set({ chosen: null })),
  zoom: (factor) => view.glideBy(factor, state.cursor < 0 ? undefined : held(view.across(pictures.at(state.cursor)))),
  home: () => view.glide({ x: 0.5, y: 0.5, zoom: 1 }),
  search: figure.classes.length ? () => legend.buttons[0].focus() : undefined,
};
let pointed = -1; // the picture under the pointer

listenToKeys(map.element, work);
map.element.addEventListener("focus", () => state.cursor >= 0 || state.set({ cursor: pictures.near(view) }));
new Pointer(map.element, view, { look, pin, hint: hinted });
small.layer(figure);
const stage = make("div", { class: "stage" }, map.element, zoomButtons(work), small.element, hint, trouble);
byId("plane").append(stage, card.element, legend.element);
write(byId("note"), [counted(), figure.about].filter(Boolean).join(" "));
const made = howMade(figure.made);
byId("more").append(made);
addEventListener("beforeprint", () => (made.open = true));
state.set({ cursor: pictures.near({ x: 0.5, y: 0.5 }) });

/** Shows a change, or a move of the view, or thumbnails that have arrived. */
function refresh() {
  if (refresh.asked) return;
  refresh.asked = true;
  requestAnimationFrame(() => {
    refresh.asked = false;
    map.paint();
    small.show();
    card.show(state);
    legend.show();
    said();
  });
}

function counted() {
  const lost = pictures.count - pictures.there.length;
  const without = lost ? ` ${plural(lost, "picture")} without a place.` : "";
  return `${plural(pictures.count, "picture")}, ${pictures.shown.length} of them with a thumbnail, more of which show the nearer one looks.${without}`;
}

function words() {
  const { cursor, held: still_, chosen } = state;
  const clear = chosen === null ? "" : ` Shown: ${figure.classes[chosen]}.`;
  if (cursor < 0) return clear;
  const near = pictures.neighbours(cursor).map(({ one }) => `${pictures.names[one]}, ${pictures.className(one)}`);
  const nearest = near.length ? ` Nearest: ${near.join("; ")}.` : "";
  return `${pictures.names[cursor]}, ${pictures.className(cursor)}${still_ ? ", held" : ""}.${nearest}${clear}`;
}

function failed(error) {
  write(trouble, error.message);
  trouble.hidden = false;
}

function hinted() {
  hint.hidden = false;
  unhint();
}

/** The pointer moves over the map: what is held stays. */
function look(point) {
  pointed = map.picture(point);
  map.element.classList.toggle("over", pointed >= 0);
  if (pointed >= 0 && !state.held && pointed !== state.cursor) state.set({ cursor: pointed });
}

/** A click holds a picture, another one on it or beside all pictures releases it. */
function pin() {
  const again = state.held && pointed === state.cursor;
  state.set(pointed < 0 || again ? { held: false } : { cursor: pointed, held: true });
}

function go(cursor, hold = state.held) {
  state.set({ cursor, held: hold });
  const at = pictures.at(cursor);
  if (!Number.isFinite(at.x + at.y)) return; // it has no place
  if (held(view.across(at))) view.reveal(at, (3 * sideAt(view.zoom)) / view.scale);
  else view.glide(at);
}

/** To the next picture in a direction, or as many further. */
function step(down, right) {
  let one = state.cursor < 0 ? pictures.near(view) : state.cursor;
  const apart = APART / view.scale;
  for (let left = Math.max(Math.abs(down), Math.abs(right)); left > 0; left--) one = pictures.next(one, Math.sign(down), Math.sign(right), apart);
  go(one);
}

/** A point of the map that is in sight; nothing for any other. */
function held(at) {
  return at.x >= 0 && at.y >= 0 && at.x <= view.width && at.y <= view.height ? at : undefined;
}
