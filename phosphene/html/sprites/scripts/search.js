// The search: a channel by its number, a layer by a part of its name, or both: "17", "block4", "block4 17".

const MOST = 8; // results that are shown

class Search {
  /** go(place): to a result. */
  constructor(go) {
    this.go = go;
    this.input = make("input", {
      type: "search",
      placeholder: "a number, a name, or both",
      autocomplete: "off",
      spellcheck: "false",
      oninput: () => this.update(),
      onkeydown: (event) => this.#key(event),
    });
    this.results = make("ul", { class: "results", "aria-label": "Found" });
    this.note = make("p", { class: "note", role: "status" });
    const label = make("label", {}, "Find a channel or a layer", this.input);
    this.element = make("search", { class: "search" }, label, make("div", { class: "found" }, this.note, this.results));
  }

  /** Shows what is found for the text; `here` is the layer whose channels come first. */
  async update() {
    const text = this.input.value.trim();
    const found = text ? await find(text, shown.layer) : [];
    if (text !== this.input.value.trim()) return; // older than another letter
    this.found = found;
    this.results.replaceChildren(...found.slice(0, MOST).map((place) => make("li", {}, link(place, {}, wordsOf(place)))));
    write(this.note, !text ? "" : found.length > MOST ? `${MOST} of ${found.length} are shown` : found.length ? "" : nothing(text));
  }

  clear() {
    this.input.value = "";
    return this.update();
  }

  async #key(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      await this.update();
      if (this.found.length) this.go(this.found[0]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      await this.clear();
      focusView();
    }
  }
}

/** Places that a text means: the layer of this very name, channels of the present layer, of others, then layers. */
async function find(text, here) {
  const small = text.toLowerCase();
  const called = layers.filter(({ name }) => name.toLowerCase().includes(small)).map((layer) => ({ layer, unit: null }));
  const exact = called.filter(({ layer }) => layer.name.toLowerCase() === small);
  const [, head, digits] = small.match(/^(.*?)[\s/:,]*(\d*)$/s);
  const within = digits ? layers.filter(({ name }) => name.toLowerCase().includes(head)) : [];
  within.sort((a, b) => rank(b, head, here) - rank(a, head, here)); // stable: else in the order of the network
  const found = await Promise.all(within.map((layer) => layer.load()));
  const units = found.filter((layer) => layer.units.includes(Number(digits))).map((layer) => ({ layer, unit: Number(digits) }));
  return [...exact, ...units, ...called.filter((one) => !exact.includes(one))];
}

function rank(layer, head, here) {
  return 2 * (layer.name.toLowerCase() === head) + (layer === here);
}

function wordsOf({ layer, unit }) {
  return unit === null ? layer.name : `${layer.name}, channel ${unit}`;
}

function nothing(text) {
  const few = layers.map(({ name }) => name).slice(0, 3).join(", ");
  return `Nothing is called “${text}” here. Layers: ${few}${layers.length > 3 ? ", …" : ""}`;
}
