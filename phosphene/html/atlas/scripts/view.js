// Which part of the layout, a square of side 1, the map shows: {x, y} in its middle, at `zoom`; at 1 all of it is seen.

const [LEAST_ZOOM, CELL_MOST, MARGIN] = [0.8, 320, 0.04]; // CELL_MOST: CSS pixels of the finest cell at the largest zoom
const TWEEN = 220; // milliseconds
const still = matchMedia("(prefers-reduced-motion: reduce)");

class View {
  constructor(moved) {
    Object.assign(this, { moved, x: 0.5, y: 0.5, zoom: 1, width: 1, height: 1, finest: 10 });
  }

  /** CSS pixels of the layout's side. */
  get scale() {
    return Math.min(this.width, this.height) * (1 - 2 * MARGIN) * this.zoom;
  }

  get most() {
    return Math.max(1, (CELL_MOST * this.finest * this.zoom) / this.scale);
  }

  /** A point of the layout in CSS pixels from the map's upper left corner, and back. */
  across({ x, y }) {
    return { x: (x - this.x) * this.scale + this.width / 2, y: (y - this.y) * this.scale + this.height / 2 };
  }

  point({ x, y }) {
    return { x: (x - this.width / 2) / this.scale + this.x, y: (y - this.height / 2) / this.scale + this.y };
  }

  sized(width, height) {
    Object.assign(this, { width, height });
    this.set({});
  }

  set({ x = this.x, y = this.y, zoom = this.zoom }) {
    this.zoom = between(zoom, LEAST_ZOOM, this.most);
    this.x = this.#held(x, this.width);
    this.y = this.#held(y, this.height);
    this.moved();
  }

  /** The middle, so that the layout fills the map as far as it can, or stays whole within it. */
  #held(middle, length) {
    const half = length / this.scale / 2;
    const room = Math.abs(0.5 + MARGIN - half);
    return between(middle, 0.5 - room, 0.5 + room);
  }

  pan(dx, dy) {
    this.stop();
    this.set({ x: this.x - dx / this.scale, y: this.y - dy / this.scale });
  }

  /** Zooms by a factor about a point of the map that stays where it is. */
  about(at, factor) {
    this.stop();
    this.set(this.#zoomed(at, factor));
  }

  #zoomed(at, factor) {
    const zoom = between(this.zoom * factor, LEAST_ZOOM, this.most);
    const kept = this.point(at);
    const part = this.zoom / zoom;
    return { x: kept.x + (this.x - kept.x) * part, y: kept.y + (this.y - kept.y) * part, zoom };
  }

  /** The same in steps, about the middle unless told. */
  glideBy(factor, at = { x: this.width / 2, y: this.height / 2 }) {
    this.glide(this.#zoomed(at, factor));
  }

  /** Moves to a view over some frames; at once for readers who want no motion. */
  glide(to) {
    this.stop();
    if (still.matches) return this.set(to);
    const [from, begin] = [{ x: this.x, y: this.y, zoom: this.zoom }, performance.now()];
    const step = (now) => {
      const part = between((now - begin) / TWEEN, 0, 1);
      const eased = part * (2 - part);
      const zoom = from.zoom * ((to.zoom ?? from.zoom) / from.zoom) ** eased;
      this.set({ x: mixed(from.x, to.x ?? from.x, eased), y: mixed(from.y, to.y ?? from.y, eased), zoom });
      this.frame = part < 1 ? requestAnimationFrame(step) : null;
    };
    this.frame = requestAnimationFrame(step);
  }

  stop() {
    if (this.frame) cancelAnimationFrame(this.frame);
    this.frame = null;
  }

  /** Moves no further than it must to have a square about a point in the map. */
  reveal(middle, side) {
    const { x, y } = this.across(middle);
    const reach = (side * this.scale) / 2 + 12;
    const over = (at, length) => Math.min(0, at - reach) + Math.max(0, at + reach - length);
    const [dx, dy] = [over(x, this.width), over(y, this.height)];
    if (dx || dy) this.glide({ x: this.x + dx / this.scale, y: this.y + dy / this.scale });
  }

  /** The grid whose cells have about 40 to 80 CSS pixels, among those that show at least half of what any of them shows. */
  level(levels) {
    const most = Math.max(...levels.map(({ samples }) => samples));
    const dense = levels.filter(({ samples }) => 2 * samples >= most);
    const off = ({ side }) => Math.abs(Math.log2(this.scale / side / 57));
    return dense.reduce((best, one) => (off(one) < off(best) ? one : best), dense[0]);
  }
}

function mixed(from, to, part) {
  return from + (to - from) * part;
}
