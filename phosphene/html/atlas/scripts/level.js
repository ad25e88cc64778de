// A layer and its grids, from coarse to fine. The numbers of a grid arrive when it is first looked at.

const LISTED = 5; // classes of a cell that are listed; more of them are stored, to compare it with others

class Level {
  #promise;

  constructor(layer, number, { side, cells, icon, samples }) {
    Object.assign(this, { layer, number, side, cells, icon, samples });
    this.ready = false;
    this.tilesAcross = Math.ceil(side / figure.across);
  }

  load() {
    this.#promise ??= load(`data/${this.layer.number}-${this.number}`).then((data) => this.#arrived(data));
    return this.#promise;
  }

  #arrived(data) {
    for (const name of ["cell", "count", "top", "value", "coherence", "share", "nearest"]) {
      this[name] = new Numbers(data[name]).elements;
    }
    Object.assign(this, { full: data.full, classes: data.classes, examples: data.examples, regions: data.regions });
    this.places = new Int32Array(this.side ** 2).fill(-1);
    this.filled = new Set(); // tiles that have icons
    this.cell.forEach((cell, place) => {
      this.places[cell] = place;
      this.filled.add(this.tileOf(cell));
    });
    this.order = Uint32Array.from(this.count.keys()).sort((a, b) => this.count[b] - this.count[a] || a - b);
    this.ready = true;
  }

  tileOf(cell) {
    const [row, column] = this.at(cell);
    return Math.floor(row / figure.across) * this.tilesAcross + Math.floor(column / figure.across);
  }

  tileName(tile) {
    return `tiles/${this.layer.number}-${this.number}/${Math.floor(tile / this.tilesAcross)}-${tile % this.tilesAcross}`;
  }

  /** [row, column] of a cell. */
  at(cell) {
    return [Math.floor(cell / this.side), cell % this.side];
  }

  /** The cell at a point {x, y} of the layout, a square of side 1. */
  cellAt({ x, y }) {
    const step = (part) => between(Math.floor(part * this.side), 0, this.side - 1);
    return step(y) * this.side + step(x);
  }

  middle(cell) {
    const [row, column] = this.at(cell);
    return { x: (column + 0.5) / this.side, y: (row + 0.5) / this.side };
  }

  /** The first classes of a place, as they are listed. */
  firstOf(place) {
    return this.topOf(place).slice(0, LISTED);
  }

  /** All stored classes of a place: [{label, value}], the largest first. */
  topOf(place) {
    const found = [];
    for (let rank = place * this.classes; rank < (place + 1) * this.classes; rank++) {
      if (this.top[rank]) found.push({ label: this.top[rank] - 1, value: this.value[rank] });
    }
    return found;
  }

  /** What a class that is not stored for a place has at most: no more than the least that is, nothing where there is room. */
  restOf(place) {
    const found = this.topOf(place);
    return found.length < this.classes ? 0 : found.at(-1).value;
  }

  /** The attribution of a class at each place; 0 where it is not among the stored ones. */
  valuesOf(label) {
    if (this.known?.label !== label) {
      const values = new Float32Array(this.count.length);
      this.top.forEach((one, rank) => {
        if (one === label + 1) values[Math.floor(rank / this.classes)] = this.value[rank];
      });
      this.known = { label, values, most: largest(values), places: new Map() };
    }
    return this.known;
  }

  /** The places where a class has the largest attribution of one sign, in order. */
  strongest(label, sign) {
    const { values, places } = this.valuesOf(label);
    if (!places.has(sign)) {
      const found = [...values.keys()].filter((place) => sign * values[place] > 0);
      places.set(sign, found.sort((a, b) => sign * (values[b] - values[a])));
    }
    return places.get(sign);
  }

  words(cell) {
    const [row, column] = this.at(cell);
    return `row ${row + 1}, column ${column + 1} of ${this.side}`;
  }
}

/** A whole number as people read it. */
function whole(count) {
  return count.toLocaleString("en");
}

class Layer {
  constructor(record, number) {
    Object.assign(this, record, { number });
    this.levels = record.levels.map((level, place) => new Level(this, place, level));
    if (!this.overview) return;
    this.picture = new Image();
    this.picture.src = this.overview;
  }
}
