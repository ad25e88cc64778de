// The classes, those that stand apart most first: a press makes all others faint.

class Legend {
  constructor(state) {
    this.state = state;
    const { order, classes, silhouette, accuracy } = figure;
    this.buttons = order.map((one) => this.#button(one));
    const measured = silhouette.length ? "silhouette, and the votes of neighbours" : "";
    const key = measured ? make("p", { class: "note" }, `Beside a class: how many pictures it has, its ${measured}.`) : null;
    this.element = make(
      "section",
      { class: "legend", "aria-label": "Classes", hidden: !classes.length },
      make("h2", {}, "Classes"),
      make("div", { class: "chips", role: "group", "aria-label": "Show one class" }, ...this.buttons),
      accuracy.length ? key : null,
    );
  }

  #button(one) {
    const { state } = this;
    const { classes, count, silhouette, accuracy, inks } = figure;
    const numbers = [String(count[one])];
    const told = [classes[one], plural(count[one], "picture")];
    if (silhouette.length) told.push(`silhouette ${numbers[numbers.push(number(silhouette[one])) - 1]}`);
    if (accuracy.length) told.push(`votes ${numbers[numbers.push(percent(accuracy[one])) - 1]}`);
    const button = make(
      "button",
      { type: "button", value: one, "aria-label": told.join(", "), onclick: () => state.set({ chosen: state.chosen === one ? null : one }) },
      make("span", { class: "kind" }, classes[one]),
      ...numbers.map((text) => make("span", { class: "number" }, text)),
    );
    button.style.setProperty("--color", inks[one]);
    return button;
  }

  show() {
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(Number(button.value) === this.state.chosen));
  }
}
