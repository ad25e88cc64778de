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
      { class: "walk", role: "group", "aria-label": "Cells of the chosen class", hidden: true },
      make("button", { type: "button", onclick: () => strongest(-1) }, "Stronger"),
      make("button", { type: "button", onclick: () => strongest(1) }, "Weaker"),
      (this.sign = make("button", { type: "button", onclick: () => state.set({ sign: -state.sign }) })),
      make("button", { type: "button", onclick: () => choose(null) }, "Clear the filter"),
    );
    this.about = make("p", { class: "note" });
    this.element = make(
      "section",
      { class: "classes", "aria-label": "Search and filter" },
      make("label", { for: "search" }, "Find a class"),
      this.input,
      this.about,
      this.walk,
      this.list,
      this.more,
    );
  }

  get found() {
    const words = this.input.value.trim().toLowerCase();
    const order = classOrder(this.state.layer.levels[0]);
    return words ? order.filter(({ label }) => figure.labels[label].toLowerCase().includes(words)) : order;
  }

  show() {
    const { state } = this;
    const [level] = state.layer.levels;
    if (!level) return;
    if (!level.ready) return level.load().then(() => this.show(), () => {});
    this.#list();
    this.walk.hidden = state.chosen === null;
    this.sign.hidden = !state.layer.negative && state.sign > 0;
    write(this.sign, state.sign > 0 ? "Show where it speaks against" : "Show where it speaks for");
    write(this.about, this.#words());
  }

  #list() {
    const { state, found } = this;
    const shown = this.all ? found : found.slice(0, FEW);
    const chosen = found.find(({ label }) => label === state.chosen);
    if (chosen && !shown.includes(chosen)) shown.unshift(chosen);
    const key = shown.map(({ label, samples }) => `${label}:${samples}`).join();
    if (this.key !== key) this.list.replaceChildren(...shown.map((one) => this.#chip(one)));
    this.key = key;
    for (const chip of this.list.children) chip.setAttribute("aria-pressed", String(Number(chip.value) === state.chosen));
    this.list.classList.toggle("whole", this.all);
    this.more.hidden = found.length <= FEW;
    write(this.more, this.all ? "Show fewer" : `Show all ${found.length} classes`);
  }

  #chip({ label, samples }) {
    return make(
      "button",
      { type: "button", class: "chip", value: label, onclick: () => this.choose(this.state.chosen === label ? null : label) },
      make("span", {}, figure.labels[label]),
      samples ? make("span", { class: "note", title: "samples in cells where it is the first class" }, whole(samples)) : null,
    );
  }

  #words() {
    const { chosen, sign, level } = this.state;
    if (chosen === null || !level.ready) return "";
    const places = level.strongest(chosen, sign);
    const cells = plural(places.length, "cell");
    const kind = sign > 0 ? "speak for" : "speak against";
    const words = `${cells} of ${level.side} × ${level.side} ${kind} ${figure.labels[chosen]}`;
    return places.length ? `${words}, at most ${signed(level.valuesOf(chosen).values[places[0]])}; the others are faint` : words;
  }

  #typed() {
    this.all = false;
    this.show();
    const { length } = this.found;
    this.say(length === 1 ? "1 class found" : `${length} classes found`);
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
