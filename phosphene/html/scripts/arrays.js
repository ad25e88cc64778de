// Arrays travel as base64: {type, data}. Bytes also carry `most`, the largest size of a value in each of their slices.

const ELEMENTS = { u1: Uint8Array, i1: Int8Array, u2: Uint16Array, u4: Uint32Array, f4: Float32Array };
const LARGEST = { u1: 255, i1: 127 };

/** The numbers of one array in C order; the text is decoded at the first look. */
class Numbers {
  #record;
  #elements;

  constructor(record) {
    this.#record = record;
  }

  get elements() {
    // Little-endian, as all of today's machines are.
    this.#elements ??= new ELEMENTS[this.#record.type](bytes(this.#record.data).buffer);
    return this.#elements;
  }

  get length() {
    return this.elements.length;
  }

  at(place) {
    const { type, most } = this.#record;
    if (!most) return this.elements[place];
    const slice = Math.floor((place * most.length) / this.length);
    return (this.elements[place] * most[slice]) / LARGEST[type];
  }

  /** `count` values from `start`, every `step`-th of them. */
  range(start, count, step = 1) {
    return Float32Array.from({ length: count }, (_, number) => this.at(start + number * step));
  }

  all() {
    return this.range(0, this.length);
  }
}

function bytes(base64) {
  const text = atob(base64);
  const result = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place++) result[place] = text.charCodeAt(place);
  return result;
}

/** The largest size of a value; 0 of none. */
function largest(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function between(value, low, high) {
  return Math.max(low, Math.min(high, value));
}
