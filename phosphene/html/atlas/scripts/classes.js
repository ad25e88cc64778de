// Search over the classes, and the filter: the chosen class is clear where it is strong, all else faint.

const FEW = 12;

class Classes {
  /** choose(label): a class is chosen or, with null, none.  strongest(step): to the next or last cell of the chosen class. */
  constructor(state, { choose, strongest, say }) {
    Object.assign(this, { state, choose, strongest, say, all: false });
    this.input = make("input", {
      type: "search",
      id: "search",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "name of a class",
      oninput: () => this.#typed(),
      onkeydown: (event) => this.#key(event),
    });
    this.list = make("div", { class: "chips", role: "group", "aria-label": "Classes" });
    this.more = make("button", { type: "button", onclick: () => this.#more() });
    this.walk = make(
      "div",
      { class: "walk", role: "group", "aria-label": "Cells of the chosen class, the strongest first", hidden: true },
      make("button", { type: "button", onclick: () => strongest(-1) }, "Previous cell"),
      (this.rank = make("span", { class: "rank" })),
      make("button", { type: "button", onclick: () => strongest(1) }, "Next cell"),
      (this.sign = make("button", { type: "button", onclick: () => state.set({ sign: -state.sign }) })),
      make("button", { type: "button", onclick: () => choose(null) }, "Clear the filter"),
    );
    this.about = make("p", { class: "note about" });
    this.counts = make("p", { class: "note" });
    this.element = make(
      "section",
      { class: "classes", "aria-label": "Search and filter" },
      make("label", { for: "search" }, "Find a class"),
      this.input,
      this.about,
      this.walk,
      this.list,
      this.counts,
      this.more,
    );
  }

  get found() {
    const words = this.input.value.trim().toLowerCase();
    const order = classOrder(this.level);
    return words ? order.filter(({ label }) => figure.labels[label].toLowerCase().includes(words)) : order;
  }

  /** The shown grid, once its numbers have arrived; until then the one before it, or the coarsest. */
  get level() {
    const { level, layer } = this.state;
    if (level.ready) this.counted = level;
    return this.counted?.layer === layer ? this.counted : layer.levels[0];
  }

  show() {
    const { state, level } = this;
    if (!level.ready) return level.load().then(() => this.show(), () => {});
    this.#list();
    this.walk.hidden = state.chosen === null;
    this.sign.hidden = !state.layer.negative && state.sign > 0;
    write(this.sign, state.sign > 0 ? "Show where it speaks against" : "Show where it speaks for");
    write(this.rank, this.#rank());
    write(this.about, this.#words());
  }

  #list() {
    const { state, found, level } = this;
    const shown = this.all ? found : found.slice(0, FEW);
    const chosen = found.find(({ label }) => label === state.chosen);
    if (chosen && !shown.includes(chosen)) shown.unshift(chosen);
    const key = shown.map(({ label, samples }) => `${label}:${samples}`).join();
    if (this.key !== key) this.list.replaceChildren(...shown.map((one) => this.#chip(one)));
    if (this.key !== key || this.pressed !== state.chosen) {
      for (const chip of this.list.children) chip.setAttribute("aria-pressed", String(Number(chip.value) === state.chosen));
    }
    Object.assign(this, { key, pressed: state.chosen });
    this.list.classList.toggle("whole", this.all);
    this.more.hidden = found.length <= FEW;
    write(this.more, this.all ? `Show ${FEW} of ${found.length} classes` : `Show all ${found.length} classes`);
    const numbered = shown.some(({ samples }) => samples);
    const scroll = this.all ? ` All ${found.length} are here: scroll the list.` : "";
    write(this.counts, (numbered ? `Numbers: samples in the cells of ${level.side} × ${level.side} in which the class comes first.` : "") + scroll);
  }

  #chip({ label, samples }) {
    return make(
      "button",
      { type: "button", class: "chip", value: label, onclick: () => this.choose(this.state.chosen === label ? null : label) },
      make("span", {}, figure.labels[label]),
      samples ? make("span", { class: "note", title: "samples in cells where it is the first class" }, whole(samples)) : null,
    );
  }

  /** Where the cursor is among the cells of the chosen class. */
  #rank() {
    const { state } = this;
    const { chosen, sign, level } = state;
    if (chosen === null || !level.ready) return "";
    const places = level.strongest(chosen, sign);
    const rank = state.cursor ? places.indexOf(level.places[state.cell]) : -1;
    return rank < 0 ? plural(places.length, "cell") : `${rank + 1} of ${places.length}`;
  }

  /** What was not found, or where the chosen class is strong, and what that means. */
  #words() {
    const { chosen, sign, level, layer } = this.state;
    const typed = this.input.value.trim();
    if (typed && !this.found.length) return `no class matches '${typed}'`;
    if (chosen === null || !level.ready) return "";
    const places = level.strongest(chosen, sign);
    const [name, does, kind] = [figure.labels[chosen], places.length === 1 ? "speaks" : "speak", sign > 0 ? "for" : "against"];
    const most = places.length ? `, at most ${signed(level.valuesOf(chosen).values[places[0]])}; the others are faint` : "";
    const means = ` A cell speaks ${kind} a class whose score its activations ${sign > 0 ? "raise" : "lower"}, on average.`;
    const stored = level.classes < figure.labels.length;
    const limit = stored ? ` Known where the class is among the ${level.classes} largest of a cell.` : "";
    const against = layer.negative ? "" : " Where it speaks against a class is not stored in this atlas.";
    return `${plural(places.length, "cell")} of ${level.side} × ${level.side} ${does} ${kind} ${name}${most}.${means}${limit}${against}`;
  }

  #typed() {
    this.all = false;
    this.show();
    const { length } = this.found;
    this.say(length ? (length === 1 ? "1 class found" : `${length} classes found`) : this.#words());
  }

  #key(event) {
    if (event.key !== "Enter" || !this.found.length) return;
    event.preventDefault();
    this.choose(this.found[0].label);
  }

  #more() {
    this.all = !this.all;
    this.show();
  }
}

/** All classes with the samples of the cells in which they come first, the most at the front. */
function classOrder(level) {
  if (!level?.ready) return [];
  level.classOrder ??= (() => {
    const samples = new Float64Array(figure.labels.length);
    level.count.forEach((count, place) => {
      const first = level.classes ? level.top[place * level.classes] : 0;
      if (first) samples[first - 1] += count;
    });
    return [...samples].map((one, label) => ({ label, samples: one })).sort((a, b) => b.samples - a.samples || a.label - b.label);
  })();
  return level.classOrder;
}
