// A figure that shows each layer in a part of its own.

class PartsView {
  constructor(parts) {
    this.parts = parts;
    this.element = make("div", { class: "parts" }, ...parts.map((part) => part.element));
  }

  show() {
    for (const part of this.parts) part.show();
  }

  words() {
    return this.parts.map((part) => part.words()).join(". ");
  }
}
