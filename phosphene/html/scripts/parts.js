// A figure that shows each layer in a part of its own.

class PartsView {
  /** spotlight: that of the lists in the parts, if there is one; Escape releases it. */
  constructor(parts, spotlight) {
    Object.assign(this, { parts, spotlight });
    this.element = make("div", { class: "parts" }, ...parts.map((part) => part.element));
  }

  show() {
    for (const part of this.parts) part.show();
  }

  words() {
    return this.parts.map((part) => part.words()).join(". ");
  }
}
