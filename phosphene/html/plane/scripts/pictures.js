// The pictures: where each stands, of which class it is, which are nearest to it, and where its thumbnail is.

const REACHED = 18; // CSS pixels about a picture in which the pointer finds it

class Pictures {
  constructor(record) {
    for (const name of ["place", "label", "shown", "reach", "nearest", "distance"]) this[name] = new Numbers(record[name]).elements;
    Object.assign(this, { names: record.names, each: record.each, count: record.names.length });
    this.ranks = new Int32Array(this.count).fill(-1); // of the thumbnails
    this.shown.forEach((one, rank) => (this.ranks[one] = rank));
    this.there = [...this.label.keys()].filter((one) => Number.isFinite(this.place[2 * one] + this.place[2 * one + 1]));
  }

  /** How far the thumbnails stand apart where they stand close, but for those in one place. */
  get spacing() {
    const apart = this.reach.filter((far) => far > 0).sort();
    return apart[Math.floor(apart.length / 10)];
  }

  at(one) {
    return { x: this.place[2 * one], y: this.place[2 * one + 1] };
  }

  /** The class of a picture by its place, or −1. */
  classOf(one) {
    return this.label[one] - 1;
  }

  className(one) {
    return figure.classes[this.classOf(one)] ?? "no class";
  }

  /** [{one, distance}], the nearest first. */
  neighbours(one) {
    return Array.from({ length: this.each }, (_, rank) => one * this.each + rank).map((k) => ({
      one: this.nearest[k],
      distance: this.distance[k],
    }));
  }

  /** The picture nearest to a point {x, y} of the map, no further than `most`; −1 for none. */
  near({ x, y }, most = Infinity) {
    let [best, least] = [-1, most];
    for (const one of this.there) {
      const far = Math.hypot(this.place[2 * one] - x, this.place[2 * one + 1] - y);
      if (far < least) [best, least] = [one, far];
    }
    return best;
  }

  /** The next picture in a direction, within 45 degrees of it and at least so far ahead; the same one where there is none. */
  next(one, down, right, apart) {
    const from = this.at(one);
    let [best, least] = [one, Infinity];
    for (const other of this.there) {
      const [x, y] = [this.place[2 * other] - from.x, this.place[2 * other + 1] - from.y];
      const ahead = x * right + y * down;
      const aside = Math.abs(x * down) + Math.abs(y * right);
      if (other === one || ahead <= apart || aside > ahead) continue;
      const far = ahead + 2 * aside;
      if (far < least) [best, least] = [other, far];
    }
    return best;
  }
}

/** Thumbnails lie side by side on sheets, which are looked at only when the page has been painted once. */
class Thumbnails {
  constructor(pictures, tiles) {
    Object.assign(this, { pictures, tiles, awake: false });
    const wake = () => {
      this.awake = true;
      tiles.arrived();
    };
    requestAnimationFrame(() => setTimeout(wake));
  }

  has(one) {
    return this.pictures.ranks[one] >= 0;
  }

  /** Draws a picture over a square; whether its sheet was there. */
  draw(context, one, left, top, side) {
    const { across, side: size } = figure;
    const rank = this.pictures.ranks[one];
    const sheet = this.awake && this.tiles.get(`tiles/${Math.floor(rank / across ** 2)}`);
    if (!sheet) return false;
    const place = rank % across ** 2;
    context.drawImage(sheet, (place % across) * size, Math.floor(place / across) * size, size, size, left, top, side, side);
    return true;
  }
}
