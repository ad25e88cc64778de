// Maps from bytes to colors. 255, or 127 with signs, is the largest size of a value in a map; 0 is 0.

const SCALES = [
  { value: "own", text: "each map" },
  { value: "shared", text: "frame" },
  { value: "clip", text: "clip" },
];

/** A layer's maps: frame by frame, channel by channel, row by row. */
class Layer {
  constructor(record, frames) {
    Object.assign(this, record);
    this.count = this.channels.length;
    this.cells = this.rows * this.columns;
    this.most = record.maps.most;
    this.signs = record.maps.type === "i1";
    this.values = new Numbers(record.maps);
    this.largest = largest(this.most);
    this.frames = frames;
  }

  /** What the end of the scale is for one map. */
  end(frame, place, scale) {
    const first = frame * this.count;
    if (scale === "clip") return this.largest;
    return scale === "own" ? this.most[first + place] : largest(this.most.slice(first, first + this.count));
  }

  /** Paints the map of a channel, given by its place among those shown. */
  paint(canvas, frame, place, scale) {
    const { rows, columns, cells, signs } = this;
    const map = frame * this.count + place;
    const part = this.most[map] / (this.end(frame, place, scale) || 1) / LARGEST[signs ? "i1" : "u1"];
    const colors = signs ? diverging.elements : even.elements;
    const image = new ImageData(columns, rows);
    for (let cell = 0; cell < cells; cell++) {
      const step = Math.round(255 * part * this.values.elements[map * cells + cell]) + (signs ? 255 : 0);
      image.data.set([colors[3 * step], colors[3 * step + 1], colors[3 * step + 2], 255], 4 * cell);
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  /** Where a map has its largest number, and that number. */
  strongest(frame, place) {
    const start = (frame * this.count + place) * this.cells;
    let best = 0;
    for (let cell = 1; cell < this.cells; cell++) {
      if (this.values.elements[start + cell] > this.values.elements[start + best]) best = cell;
    }
    return { row: Math.floor(best / this.columns), column: best % this.columns, value: this.values.at(start + best) };
  }
}

/** The colors from one end of a scale to the other. */
function paintLegend(canvas, signs) {
  const colors = (signs ? diverging : even).elements;
  const image = new ImageData(colors.length / 3, 1);
  canvas.width = image.width;
  for (let step = 0; step < image.width; step++) image.data.set([...colors.slice(3 * step, 3 * step + 3), 255], 4 * step);
  canvas.getContext("2d").putImageData(image, 0, 0);
}
