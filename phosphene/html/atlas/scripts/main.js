// Sets everything up: one state, and parts that show it.

const QUIET = 150; // milliseconds without a change before it is said and written into the address

const figure = JSON.parse(byId("data").textContent);
const layers = figure.layers.map((record, number) => new Layer(record, number)).filter(({ levels }) => levels.length);
byId("more").append(howMade(figure.made));
if (layers.length) start();
else byId("atlas").append(make("p", {}, "This atlas has no layer with cells."));

function start() {
  const view = new View(() => refresh());
  const state = new State(layers, view, (change) => refresh(change));
  const tiles = new Tiles(() => refresh(), failed);
  const map = new AtlasMap(state, view, tiles);
  const small = new Overview(view);
  const shown = make("p", { class: "shown" });
  const trouble = make("p", { class: "trouble", role: "alert", hidden: true });
  const hint = make("p", { class: "hint", hidden: true }, "To zoom, hold Ctrl while scrolling, or click the map first");
  const cells = new Cells(state, tiles);
  const classes = new Classes(state, { choose, strongest, say });
  const tables = new Tables(state, (cell) => jump({ cursor: state.level.middle(cell) }, cell));
  const controls = new Controls(state, { jump, save: () => saveView(map, `${figure.title} ${state.layer.name}`) });
  const work = {
    step,
    pin: () => pin(),
    release: () => state.set({ pins: state.pins.slice(0, -1) }),
    zoom: (factor) => view.glideBy(factor, state.cursor && inside(view.across(state.cursor)) ? view.across(state.cursor) : undefined),
    home,
    level: (step) => nextLevel(step),
    layer: (step) => jump({ layer: layers[between(layers.indexOf(state.layer) + step, 0, layers.length - 1)] }),
    search: () => classes.input.focus(),
  };
  const settled = debounced(() => {
    say(words());
    state.write(false);
  }, QUIET);
  const unhint = debounced(() => (hint.hidden = true), 1500);

  listenToKeys(map.element, work);
  map.element.addEventListener("focus", () => state.cursor ?? step(0, 0));
  new Pointer(map.element, view, {
    look: (cursor) => state.cursor && state.level.cellAt(cursor) === state.cell ? undefined : state.set({ cursor }),
    pin,
    hint: () => {
      hint.hidden = false;
      unhint();
    },
  });
  byId("controls").append(...controls.elements);
  const stage = make("div", { class: "stage" }, shown, map.element, zoomButtons(work), small.element, hint, trouble);
  byId("atlas").append(classes.element, stage, cells.element);
  byId("more").prepend(tables.element);
  readyForPrint();
  addEventListener("popstate", () => state.read(location.hash));
  addEventListener("hashchange", () => location.hash === state.words() || state.read(location.hash));
  state.read(location.hash);
  const { level: first } = state;
  first.load().then(() => state.cursor ?? state.set({ cursor: largestCell(first) }), failed);

  /** Shows a change, or a move of the view, or a picture that has arrived. */
  function refresh() {
    if (refresh.asked) return;
    refresh.asked = true;
    requestAnimationFrame(() => {
      refresh.asked = false;
      view.finest = state.layer.levels.at(-1).side;
      map.paint();
      small.layer(state.layer);
      small.show();
      cells.show();
      classes.show();
      controls.show();
      tables.update();
      write(byId("note"), note());
      write(shown, viewWords(state));
      settled();
    });
  }

  function note() {
    const { name, channels, samples, outliers, levels } = state.layer;
    const left = outliers ? `; ${plural(outliers, "outlier")} left out` : "";
    const grids = levels.map(({ side, cells: count }) => `${count} of ${side} × ${side}`).join(", ");
    const sized = state.sized && state.level.ready ? ` An icon fills its cell from ${plural(Math.ceil(state.level.full / state.density), "sample")} on.` : "";
    return `${name}: ${whole(samples)} samples of ${plural(channels, "channel")}${left}. Cells with an icon: ${grids}.${sized}`;
  }

  function words() {
    const { level, cursor, layer } = state;
    if (!cursor || !level.ready) return "";
    const place = level.places[state.cell];
    const where = `${layers.length > 1 ? `${layer.name}, ` : ""}${level.words(state.cell)}`;
    const pinned = state.pins.findIndex((pin) => pin.level === level && pin.cell === state.cell);
    const held = pinned < 0 ? "" : `, pinned as ${"AB"[pinned]}`;
    if (place < 0) return `${where}${held}: no icon`;
    const named = level.firstOf(place).slice(0, 3).map(({ label, value }) => `${figure.labels[label]} ${number(value)}`);
    return `${where}${held}: ${[named.join(", "), plural(level.count[place], "sample")].filter(Boolean).join("; ")}`;
  }

  function say(text) {
    write(byId("said"), text);
  }

  function failed(error) {
    write(trouble, error.message);
    trouble.hidden = false;
  }

  /** A change that the browser's history leads back from; with a cell, the view follows it. */
  function jump(change, cell) {
    state.write(false);
    state.set(change);
    state.write(true);
    if (cell !== undefined) view.reveal(state.level.middle(cell), 1 / state.level.side);
  }

  function choose(label) {
    jump({ chosen: label, sign: 1 });
    if (label !== null) state.level.load().then(() => strongest(0), failed);
  }

  /** To the strongest cell of the chosen class, or from the cursor's to one that is next in strength. */
  function strongest(step) {
    const { level, chosen, sign } = state;
    const places = level.strongest(chosen, sign);
    if (!places.length) return;
    const now = step ? places.indexOf(level.places[state.cell]) : -1;
    const cell = level.cell[places[now < 0 ? 0 : between(now + step, 0, places.length - 1)]];
    state.set({ cursor: level.middle(cell) });
    view.reveal(level.middle(cell), 1 / level.side);
  }

  function step(down, right) {
    const { level } = state;
    const [row, column] = level.at(level.cellAt(state.cursor ?? view));
    const held = (one) => between(one, 0, level.side - 1);
    const cursor = level.middle(held(row + down) * level.side + held(column + right));
    state.set({ cursor });
    view.reveal(cursor, 1 / level.side);
  }

  function pin() {
    const { level, layer, cell } = state;
    if (level.ready && level.places[cell] >= 0) state.pin({ layer, level, cell });
  }

  function home() {
    jump({ fixed: null });
    view.glide({ x: 0.5, y: 0.5, zoom: 1 });
  }

  function nextLevel(step) {
    const { levels } = state.layer;
    jump({ fixed: levels[between(levels.indexOf(state.level) + step, 0, levels.length - 1)].side });
  }

  function inside({ x, y }) {
    return x >= 0 && y >= 0 && x <= view.width && y <= view.height;
  }
}

function largestCell(level) {
  return level.order.length ? level.middle(level.cell[level.order[0]]) : { x: 0.5, y: 0.5 };
}

/** Paper shows how the atlas was made. */
function readyForPrint() {
  const made = document.querySelector(".made");
  let open;
  addEventListener("beforeprint", () => {
    open = made.open;
    made.open = true;
  });
  addEventListener("afterprint", () => (made.open = open));
}
