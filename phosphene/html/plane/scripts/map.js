// The map: a canvas that the pictures are painted on.

class PicturesMap extends Board {
  constructor(state, view, thumbnails) {
    super(view);
    this.state = state;
    this.element = make(
      "div",
      {
        class: "map",
        role: "application",
        tabindex: "0",
        "aria-label": "Map of pictures",
        "aria-roledescription": "map of pictures with a cursor",
        "aria-describedby": "keys",
      },
      this.canvas,
    );
    this.painter = new PicturesPainter(this.canvas.getContext("2d"), thumbnails.pictures, thumbnails);
    this.follow();
  }

  paint() {
    if (this.ratio) this.painter.paint(this.view, this.state, this.ratio, getComputedStyle(this.element).color);
  }

  /** The picture under a point of the map, or near it; −1 for none. */
  picture(point) {
    const { painter, view } = this;
    const under = painter.view ? painter.under(view.across(point)) : -1;
    return under < 0 ? painter.pictures.near(point, REACHED / view.scale) : under;
  }
}
