// What the page shows, and how the address says it: everything after # that is not as at the start.

const START = { fixed: null, chosen: null, sign: 1, sized: true, density: 1, named: true, faded: false };

class State {
  #written = "";

  /** changed: called with what has changed, by name. */
  constructor(layers, view, changed) {
    Object.assign(this, START, { layers, view, changed, layer: layers[0], cursor: null, pins: [] });
  }

  /** The grid that is shown: the fixed one, or the one that fits the zoom. */
  get level() {
    const { levels } = this.layer;
    return levels.find(({ side }) => side === this.fixed) ?? this.view.level(levels);
  }

  get cell() {
    return this.level.cellAt(this.cursor);
  }

  set(change) {
    Object.assign(this, change);
    this.changed(change);
  }

  /** Pins a cell, the second beside the first; a third takes the place of the second. A pinned one is released. */
  pin(one) {
    const others = this.pins.filter((pin) => !samePin(pin, one));
    this.set({ pins: others.length < this.pins.length ? others : [...this.pins.slice(0, 1), one] });
  }

  /** The state as the end of an address. */
  words() {
    const { layer, layers, view, fixed, chosen, sign, pins, cursor } = this;
    const found = new URLSearchParams();
    if (layer !== layers[0]) found.set("layer", layer.name);
    const place = [view.x, view.y, view.zoom].map((one) => one.toFixed(4).replace(/\.?0+$/, ""));
    if (place.join() !== "0.5,0.5,1") found.set("view", place.join());
    if (fixed) found.set("grid", fixed);
    if (chosen !== null) found.set("class", figure.labels[chosen]);
    if (sign < 0) found.set("sign", "against");
    if (cursor) found.set("at", [cursor.x, cursor.y].map((one) => one.toFixed(4)).join());
    pins.forEach((pin) => found.append("pin", `${pin.level.side}:${pin.cell}:${pin.layer.name}`));
    for (const name of ["sized", "density", "named", "faded"]) if (this[name] !== START[name]) found.set(name, Number(this[name]));
    return `#${found}`;
  }

  /** Writes the address; `jump`: as a new entry of the history, so that the browser's button leads back. */
  write(jump) {
    const words = this.words();
    if (words === this.#written) return;
    this.#written = words;
    try {
      history[jump ? "pushState" : "replaceState"](null, "", words);
    } catch {
      // A page in a frame without an origin of its own has no history.
    }
  }

  /** Takes over an address; what it does not say, or says wrongly, is as at the start. */
  read(words) {
    this.#written = words;
    const given = new URLSearchParams(words.slice(1));
    const named = (name) => this.layers.find((layer) => layer.name === name);
    const numbers = (name, count) => {
      const found = (given.get(name) ?? "").split(",").map(Number);
      return found.length === count && found.every(Number.isFinite) ? found : null;
    };
    const chosen = figure.labels.indexOf(given.get("class"));
    const [x, y, zoom] = numbers("view", 3) ?? [0.5, 0.5, 1];
    const at = numbers("at", 2);
    Object.assign(this, START, {
      layer: named(given.get("layer")) ?? this.layers[0],
      fixed: Number(given.get("grid")) || null,
      chosen: chosen < 0 ? null : chosen,
      sign: given.get("sign") === "against" ? -1 : 1,
      sized: given.get("sized") !== "0",
      density: between(Number(given.get("density") ?? 1) || 1, 0.125, 8),
      named: given.get("named") !== "0",
      faded: given.get("faded") === "1",
      cursor: at ? { x: at[0], y: at[1] } : this.cursor,
      pins: given.getAll("pin").slice(0, 2).map((text) => readPin(text, named)).filter(Boolean),
    });
    this.view.finest = this.layer.levels.at(-1).side;
    this.view.stop();
    this.view.set({ x, y, zoom });
    this.changed(this);
  }
}

function samePin(one, other) {
  return one.level === other.level && one.cell === other.cell;
}

function readPin(text, named) {
  const [side, cell, ...name] = text.split(":");
  const layer = named(name.join(":"));
  const level = layer?.levels.find((one) => one.side === Number(side));
  return level && Number(cell) >= 0 && Number(cell) < level.side ** 2 ? { layer, level, cell: Number(cell) } : null;
}
