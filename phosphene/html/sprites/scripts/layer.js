// A layer: its channels, and the examples of each.

class Layer {
  constructor(record, number) {
    Object.assign(this, record, { number });
  }

  /** A promise of the layer with its numbers: units, and for each `each` examples and their activations. */
  load() {
    this.ready ??= load(`data/${this.number}`).then(({ units, each, examples, activation }) => {
      const [places, answers] = [examples, activation].map((record) => new Numbers(record).elements);
      Object.assign(this, { units: [...new Numbers(units).elements], each, places, answers });
      return this;
    });
    this.ready.catch(() => (this.ready = null)); // asked for again at the next look
    return this.ready;
  }

  /** The examples of a channel: [{place, value}], the strongest first. */
  examplesOf(unit) {
    const first = this.units.indexOf(unit) * this.each;
    const places = [...this.places.slice(first, first + this.each)];
    return places.map((place, rank) => ({ place: place - 1, value: this.answers[first + rank] })).filter(({ place }) => place >= 0);
  }

  /** The tile of a channel and its place there. */
  tileOf(unit) {
    return tileAt(`${this.number}`, this.units.indexOf(unit), this.count);
  }

  get words() {
    return this.count === this.channels ? plural(this.count, "channel") : `${this.count} of ${plural(this.channels, "channel")}`;
  }
}
