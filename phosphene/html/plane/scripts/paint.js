// Paints the map: a dot for each picture in the color of its class, thumbnails where there is room, the neighbours' lines.

const [DOT, GROWN, EDGE, FAINT] = [5, 9, 2, 0.1]; // CSS pixels of a dot, at the start and near by; of an edge; opacity
const RAISED = 7; // CSS pixels between a dot and its thumbnail above it, so that the dots of a class are seen
const [LEAST, LARGE] = [34, 88]; // CSS pixels of a thumbnail, at the start and near by
const ROOM = 1.2; // of a thumbnail's side, that it has at least

/** CSS pixels of a thumbnail at a zoom. */
function sideAt(zoom) {
  return between(LEAST * Math.sqrt(zoom), LEAST, LARGE);
}

class PicturesPainter {
  constructor(context, pictures, thumbnails) {
    Object.assign(this, { context, pictures, thumbnails, seen: [] });
  }

  /** ratio: pixels of the canvas for one CSS pixel.  ink: the color of lines. */
  paint(view, { chosen, cursor }, ratio, ink) {
    const { context, pictures } = this;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, view.width, view.height);
    Object.assign(this, { view, chosen, ink, side: sideAt(view.zoom) });
    context.imageSmoothingQuality = "medium";
    this.#dots(pictures.there);
    this.seen = this.#room();
    for (const one of this.seen) this.#thumbnail(one);
    context.globalAlpha = 1;
    if (cursor >= 0) this.#neighbours(cursor);
  }

  /** The thumbnail under a point in CSS pixels; −1 for none. */
  under({ x, y }) {
    const { side } = this;
    const found = this.seen.find((one) => {
      const { left, top } = this.#corner(one, side);
      return between(x, left - EDGE, left + side + EDGE) === x && between(y, top - EDGE, top + side + RAISED) === y;
    });
    return found ?? -1;
  }

  /** Where a thumbnail begins: above its dot, but within the map as long as that is. */
  #corner(one, side) {
    const { x, y } = this.view.across(this.pictures.at(one));
    const top = y - side - RAISED;
    return { left: x - side / 2, top: y >= 0 ? Math.max(2 * EDGE, top) : top };
  }

  /** The thumbnails that are in sight and have room: each is as far as a thumbnail from all that come before it. */
  #room() {
    const { pictures, view, side } = this;
    const found = [];
    pictures.shown.forEach((one, rank) => {
      if (!(pictures.reach[rank] * view.scale >= ROOM * side + 2 * EDGE)) return;
      const { x, y } = view.across(pictures.at(one));
      if (x > -side && y > -side && x < view.width + side && y < view.height + 2 * side) found.push(one);
    });
    return found;
  }

  #clear(one) {
    return this.chosen === null || this.pictures.classOf(one) === this.chosen;
  }

  /** Those of the chosen class above the others. */
  #dots(ones) {
    const { context, view, pictures } = this;
    const size = between(DOT * view.zoom ** 0.25, DOT, GROWN);
    for (const clear of [false, true]) {
      context.globalAlpha = clear ? 1 : FAINT;
      for (const one of ones) {
        if (this.#clear(one) !== clear) continue;
        const { x, y } = view.across(pictures.at(one));
        context.fillStyle = inkOf(pictures.classOf(one));
        context.fillRect(x - size / 2, y - size / 2, size, size);
      }
    }
  }

  #thumbnail(one, side = this.side) {
    const { context, pictures } = this;
    const { left, top } = this.#corner(one, side);
    context.globalAlpha = this.#clear(one) ? 1 : FAINT;
    context.fillStyle = inkOf(pictures.classOf(one));
    context.fillRect(left - EDGE, top - EDGE, side + 2 * EDGE, side + 2 * EDGE);
    this.thumbnails.draw(context, one, left, top, side);
  }

  /** Lines from the cursor to the neighbours of its picture, and all of them above the others. */
  #neighbours(cursor) {
    const { context, view, pictures, thumbnails, side } = this;
    const from = view.across(pictures.at(cursor));
    const others = pictures.neighbours(cursor).map(({ one }) => one);
    Object.assign(context, { strokeStyle: this.ink, lineWidth: 1.5 });
    context.beginPath();
    for (const one of others) {
      const to = view.across(pictures.at(one));
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
    }
    context.stroke();
    for (const one of others.reverse()) this.#marked(one, this.seen.includes(one) ? side : 0.7 * side, 1.5);
    this.#marked(cursor, 1.4 * side, 3);
  }

  /** A picture in a frame; without a thumbnail its dot. */
  #marked(one, side, width) {
    const { context, view, pictures, thumbnails } = this;
    const { x, y } = view.across(pictures.at(one));
    const shown = thumbnails.has(one);
    const size = shown ? side : GROWN;
    const { left, top } = shown ? this.#corner(one, side) : { left: x - GROWN / 2, top: y - GROWN / 2 };
    this.chosen = null; // what is looked at is never faint
    if (shown) this.#thumbnail(one, side);
    context.fillStyle = inkOf(pictures.classOf(one));
    context.fillRect(x - GROWN / 2, y - GROWN / 2, GROWN, GROWN);
    context.lineWidth = width;
    const around = EDGE + 1;
    context.strokeRect(left - around, top - around, size + 2 * around, size + 2 * around);
  }
}

/** The color of a class; the last one is that of pictures without one. */
function inkOf(one) {
  return figure.inks.at(one);
}
