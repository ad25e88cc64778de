// A panel: one picture with its own cursor, and what the figure shows of it.

const VIEWS = { dictionary: DictionaryView, explanation: ExplanationView, grid: GridView, groups: GroupsView, influences: InfluencesView };

class Panel {
  /** changed: called after each move of the cursor.  start: the place at which it begins. */
  constructor(figure, picture, changed, start = middle(figure.pins?.[0])) {
    Object.assign(this, { figure, number: picture, changed, start, place: start });
    this.pinned = false;
    this.source = null; // the picture that the cursor was last moved on, while it is there
    this.title = make("h2");
    this.release = make("button", { type: "button", class: "release", onclick: () => this.pin(false) }, "Release the pin");
    this.inside = make("div");
    this.element = make(
      "section",
      { class: "panel", onkeydown: (event) => event.key === "Escape" && this.escape() },
      make("header", {}, this.title, this.release),
      this.inside,
    );
    this.build();
  }

  get picture() {
    return this.figure.pictures[this.number];
  }

  /** The picture and the place, for all layers alike. */
  get where() {
    return `${this.picture.name}, ${percent(this.place.y)} from the top and ${percent(this.place.x)} from the left`;
  }

  /** The layers that are shown now. */
  get layers() {
    const { layers, layer } = this.figure;
    return layer === null ? layers : [layers[layer]];
  }

  /** Makes the view anew, after a change of the picture, the layers or the mode. */
  build() {
    write(this.title, this.picture.name);
    this.element.setAttribute("aria-label", this.picture.name);
    this.source = null;
    this.view = new VIEWS[this.figure.kind](this);
    this.inside.replaceChildren(this.view.element);
    this.show();
  }

  look(place, source) {
    this.place = place;
    this.source = source;
    this.show();
  }

  pin(pinned) {
    this.pinned = pinned;
    if (!pinned && !this.source?.element.matches(":hover, :focus")) this.source = null;
    this.show();
  }

  /** The pointer or the focus has left a picture. */
  away(source) {
    if (this.pinned || this.source !== source) return;
    this.source = null;
    this.show();
  }

  escape() {
    this.view.spotlight?.release();
    this.pin(false);
  }

  show() {
    this.release.classList.toggle("idle", !this.pinned);
    this.view.show();
    this.changed(this);
  }

  words() {
    return `${this.picture.name}${this.pinned ? ", pinned" : ""}. ${this.view.words()}.`;
  }

  /** Buttons that lead the cursor to the figure's places, if it names several. */
  places() {
    const { pins = [] } = this.figure;
    if (pins.length < 2) return null;
    const buttons = pins.map((pin, number) => {
      const go = () => {
        this.look(middle(pin), null);
        this.pin(true);
      };
      return make("button", { type: "button", onclick: go }, `${number + 1}`);
    });
    return make("div", { class: "places", role: "group", "aria-label": "Places" }, "Places ", ...buttons);
  }
}

/** [y, x] as a place; the middle of the picture without one. */
function middle([y, x] = [0.5, 0.5]) {
  return { y, x };
}
