// Lists of icons with names, values and bars, and the spotlight: the icon whose map lies over the picture.

/** The icon that is pointed at or focused, or else the one that a click holds: {layer, icon}. */
class Spotlight {
  #over = null;
  #held = null;
  #changed;

  constructor(changed) {
    this.#changed = changed;
  }

  on(layer) {
    const shown = this.#over ?? this.#held;
    return shown?.layer === layer ? shown.icon : null;
  }

  holds(layer, icon) {
    return this.#held?.layer === layer && this.#held.icon === icon;
  }

  point(layer, icon) {
    this.#over = { layer, icon };
    this.#changed();
  }

  leave() {
    this.#over = null;
    this.#changed();
  }

  toggle(layer, icon) {
    this.#held = this.holds(layer, icon) ? null : { layer, icon };
    this.#changed();
  }

  release() {
    this.#held = null;
    this.leave();
  }
}

/** One button: icon, name, value, bar, and what else there is: what it adds, a note. */
class Entry {
  constructor(sheet, both) {
    this.sheet = sheet;
    this.canvas = sheet.canvas();
    this.name = make("span", { class: "name" });
    this.value = make("span", { class: "value" });
    this.adds = make("span", { class: "adds" });
    this.note = make("span", { class: "note" });
    this.bar = bar(both);
    const text = make("span", { class: "text" }, this.name, " ", this.value, this.bar.element, " ", this.adds, " ", this.note);
    this.element = make("button", { type: "button", class: "entry", tabindex: "-1" }, this.canvas, text);
  }

  show({ icon, name, value, part, adds = "", note = "", color }) {
    write(this.name, name);
    write(this.value, value);
    write(this.adds, adds);
    write(this.note, note);
    this.bar.set(part);
    if (color) this.element.style.setProperty("--color", color);
    if (this.icon !== icon) {
      this.icon = icon;
      this.draw();
    }
  }

  draw() {
    if (this.icon !== undefined) this.sheet.draw(this.canvas, this.icon);
  }
}

/** A toolbar of entries: one tab stop, arrow keys from entry to entry; up and down leave a row by `onleave(±1, number)`. */
class Entries {
  constructor({ label, count, layer, both, vertical, spotlight, onleave }) {
    Object.assign(this, { layer, spotlight, onleave });
    this.entries = Array.from({ length: count }, () => new Entry(layer.sheet, both));
    this.entries.forEach((entry, number) => this.#listen(entry, number));
    this.element = make(
      "div",
      { class: "entries", role: "toolbar", "aria-label": label, "aria-orientation": vertical ? "vertical" : "horizontal" },
      ...this.entries.map((entry) => entry.element),
    );
    this.element.style.setProperty("--count", count);
    this.entries[0]?.element.setAttribute("tabindex", "0");
    layer.sheet.ready.then(() => this.entries.forEach((entry) => entry.draw()));
  }

  /** list: {icon, name, value, part, adds, note, color} for each entry. */
  show(list) {
    this.entries.forEach((entry, number) => entry.show(list[number]));
    this.mark();
  }

  mark() {
    for (const { element, icon } of this.entries) {
      element.setAttribute("aria-pressed", String(this.spotlight.holds(this.layer, icon)));
    }
  }

  focus(number) {
    const chosen = between(number, 0, this.entries.length - 1);
    this.entries.forEach(({ element }, one) => element.setAttribute("tabindex", one === chosen ? "0" : "-1"));
    this.entries[chosen].element.focus();
  }

  #listen(entry, number) {
    const { layer, spotlight } = this;
    const listeners = {
      pointerenter: ({ pointerType }) => pointerType !== "touch" && spotlight.point(layer, entry.icon),
      pointerleave: () => spotlight.leave(),
      focus: () => entry.element.matches(":focus-visible") && spotlight.point(layer, entry.icon),
      blur: () => spotlight.leave(),
      click: () => spotlight.toggle(layer, entry.icon),
      keydown: (event) => this.#typed(event, number),
    };
    for (const [name, listener] of Object.entries(listeners)) entry.element.addEventListener(name, listener);
  }

  #typed(event, number) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const last = this.entries.length - 1;
    const [down] = STEPS[event.key] ?? [0];
    if (down && this.onleave) this.onleave(down, number);
    else if (event.key in STEPS) this.focus(number + STEPS[event.key][0] + STEPS[event.key][1]);
    else if (event.key === "Home") this.focus(0);
    else if (event.key === "End") this.focus(last);
    else return;
    event.preventDefault();
  }
}
