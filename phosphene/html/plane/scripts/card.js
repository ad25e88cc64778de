// The picture at the cursor, and its neighbours, each of which leads to itself. The elements stay, so that the focus does.

const [WIDE, EACH] = [192, 112]; // pixels of the picture, and of a neighbour

class Card {
  /** go(one): the cursor moves to a picture.  hold(): it stays there, or goes on. */
  constructor(pictures, thumbnails, { go, hold }) {
    Object.assign(this, { pictures, thumbnails });
    this.name = make("h2");
    this.kind = make("p", { class: "kind" });
    this.picture = canvasOf(WIDE);
    this.hold = make("button", { type: "button", onclick: hold });
    this.lines = Array.from({ length: pictures.each }, () => this.#line(go));
    const near = [make("h3", {}, "Nearest neighbours"), make("ol", {}, ...this.lines.map(({ item }) => item))];
    this.element = make(
      "section",
      { class: "card", "aria-label": "Picture at the cursor" },
      this.picture,
      make("div", {}, this.name, this.kind, this.hold),
      make("div", { class: "near", hidden: !pictures.each }, ...near),
    );
  }

  #line(go) {
    const line = { one: -1, canvas: canvasOf(EACH), name: make("span", { class: "name" }), kind: make("span", { class: "kind" }) };
    line.far = make("span", { class: "far" });
    const button = make("button", { type: "button", onclick: () => go(line.one) }, line.canvas, line.kind, line.name, line.far);
    line.item = make("li", {}, button);
    return line;
  }

  show({ cursor, held }) {
    const { pictures } = this;
    this.element.hidden = cursor < 0;
    if (cursor < 0) return;
    write(this.name, pictures.names[cursor]);
    colored(this.kind, pictures, cursor);
    write(this.hold, held ? "Release" : "Hold");
    this.#draw(this.picture, cursor, WIDE);
    pictures.neighbours(cursor).forEach(({ one, distance }, rank) => {
      const line = this.lines[rank];
      line.one = one;
      write(line.name, pictures.names[one]);
      colored(line.kind, pictures, one);
      write(line.far, number(distance));
      this.#draw(line.canvas, one, EACH);
    });
  }

  /** Once for each picture: the sheet may arrive later, and then this is called again. */
  #draw(canvas, one, side) {
    if (canvas.shows === one) return;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, side, side);
    context.imageSmoothingQuality = "high";
    canvas.shows = !this.thumbnails.has(one) || this.thumbnails.draw(context, one, 0, 0, side) ? one : -1;
    canvas.classList.toggle("none", !this.thumbnails.has(one));
  }
}

function canvasOf(side) {
  return make("canvas", { width: side, height: side, "aria-hidden": "true" });
}

/** The class of a picture, and its color. */
function colored(element, pictures, one) {
  write(element, figure.classes.length ? pictures.className(one) : "");
  element.style.setProperty("--color", inkOf(pictures.classOf(one)));
}
