// Paints the visible icons. Where a finer grid has not arrived, the coarser one shows, and under all of them the overview.

const [CROP, GAP, FAINT] = [0.03, 0.02, 0.08]; // of an icon's border, of a cell, opacity
const MOST_TILES = 160; // in sight; a grid that is too fine for that shows as the coarser one
const SMALL = 24; // pixels of a cell below which whole tiles are kept as they were painted: there are thousands of icons

class Painter {
  constructor(context, tiles) {
    Object.assign(this, { context, tiles, kept: new Map(), key: "" });
  }

  /** look: {sized, density, opacity(level) → (place) → 0 to 1}.  ratio: pixels of the canvas for one CSS pixel. */
  paint(view, level, look, ratio) {
    const { width, height } = this.context.canvas;
    const [corner, scale] = [view.across({ x: 0, y: 0 }), view.scale * ratio];
    Object.assign(this, { left: corner.x * ratio, top: corner.y * ratio, scale, width, height, look, level });
    this.context.globalAlpha = 1;
    this.context.clearRect(0, 0, width, height);
    this.context.imageSmoothingQuality = scale / level.side < level.icon / 2 ? "medium" : "low";
    this.#keep(level);
    this.#stack(level);
    this.context.globalAlpha = 1;
  }

  /** Painted tiles serve as long as only the place of the map changes. */
  #keep(level) {
    const { chosen, sign, faded, sized, density } = this.look;
    const key = [level.layer.number, level.side, this.scale, chosen, sign, faded, sized, density].join();
    this.keeps = this.key === key && this.scale / level.side < SMALL;
    if (!this.keeps) this.kept.clear();
    this.key = key;
  }

  #stack(level) {
    if (!level.ready) {
      level.load().then(this.tiles.arrived, this.tiles.failed);
      return this.#under(level);
    }
    const tiles = this.#tilesSeen(level);
    if (tiles.length > MOST_TILES && level.number) return this.#under(level);
    if (level === this.level) this.tiles.room(tiles.length);
    const seen = tiles.map((tile) => ({
      tile,
      picture: level.filled.has(tile) ? this.tiles.get(level.tileName(tile)) : undefined,
    }));
    const here = seen.filter(({ tile, picture }) => picture || !level.filled.has(tile));
    if (here.length < seen.length) this.#under(level);
    for (const { tile, picture } of here) this.#tile(level, tile, picture, here.length < seen.length);
  }

  #under(level) {
    const { layer, number } = level;
    if (number) this.#stack(layer.levels[number - 1]);
    else if (layer.picture.complete) {
      this.context.drawImage(layer.picture, this.left, this.top, this.scale, this.scale);
    }
  }

  #tilesSeen(level) {
    const side = (figure.across / level.side) * this.scale;
    const [rows, columns] = [span(this.top, side, this.height), span(this.left, side, this.width)];
    const found = [];
    for (let row = rows.first; row <= Math.min(rows.last, level.tilesAcross - 1); row++) {
      for (let column = columns.first; column <= Math.min(columns.last, level.tilesAcross - 1); column++) {
        found.push(row * level.tilesAcross + column);
      }
    }
    return found;
  }

  #tile(level, tile, picture, clear) {
    const { context, scale, left, top } = this;
    const { across } = figure;
    const size = scale / level.side;
    const [firstRow, firstColumn] = [Math.floor(tile / level.tilesAcross) * across, (tile % level.tilesAcross) * across];
    if (clear) {
      context.clearRect(
        Math.round(left + firstColumn * size),
        Math.round(top + firstRow * size),
        Math.round(across * size),
        Math.round(across * size),
      );
    }
    if (!picture) return;
    const at = { left: left + firstColumn * size, top: top + firstRow * size };
    if (!this.keeps || level !== this.level) return this.#icons(context, level, [firstRow, firstColumn], picture, at, this);
    if (!this.kept.has(tile)) this.kept.set(tile, this.#kept(level, [firstRow, firstColumn], picture));
    context.drawImage(this.kept.get(tile), Math.round(at.left), Math.round(at.top));
  }

  #kept(level, first, picture) {
    const side = Math.ceil((figure.across * this.scale) / level.side) + 1;
    const canvas = make("canvas", { width: side, height: side });
    this.#icons(canvas.getContext("2d"), level, first, picture, { left: 0, top: 0 }, { width: side, height: side });
    return canvas;
  }

  /** The icons of a tile that begins at a place, as far as they are seen in a frame. */
  #icons(context, level, [firstRow, firstColumn], picture, { left, top }, { width, height }) {
    const size = this.scale / level.side;
    const opacity = this.look.opacity(level);
    const { icon } = level;
    const crop = Math.round(CROP * icon);
    const [rows, columns] = [span(top, size, height), span(left, size, width)];
    const last = (first, seen) => Math.min(figure.across - 1, level.side - 1 - first, seen.last);
    for (let row = rows.first; row <= last(firstRow, rows); row++) {
      for (let column = columns.first; column <= last(firstColumn, columns); column++) {
        const place = level.places[(firstRow + row) * level.side + firstColumn + column];
        if (place < 0) continue;
        const inner = this.#extent(level, place) * (1 - GAP);
        const [x, y] = [left + (column + (1 - inner) / 2) * size, top + (row + (1 - inner) / 2) * size];
        const [edge, head] = [Math.round(x), Math.round(y)];
        const wide = Math.max(1, Math.round(x + inner * size) - edge);
        const high = Math.max(1, Math.round(y + inner * size) - head);
        const [cutX, cutY, cut] = [column * icon + crop, row * icon + crop, icon - 2 * crop];
        context.globalAlpha = opacity ? opacity(place) : 1;
        context.drawImage(picture, cutX, cutY, cut, cut, edge, head, wide, high);
      }
    }
    context.globalAlpha = 1;
  }

  /** The side of an icon in its cell: its area is proportional to the samples, up to `full` of them. */
  #extent(level, place) {
    if (!this.look.sized) return 1;
    return Math.min(1, Math.sqrt((this.look.density * level.count[place]) / level.full));
  }
}

/** The first and the last of a row of parts that begins at `start` which are seen between 0 and `length`. */
function span(start, side, length) {
  return { first: Math.max(0, Math.floor(-start / side)), last: Math.floor((length - start) / side) };
}

/** How clearly each place is seen: by the attribution of the chosen class, by coherence; nothing where all are alike. */
function opacityOf({ chosen, sign, faded }) {
  if (chosen === null && !faded) return () => null;
  return (level) => {
    const known = chosen === null ? null : level.valuesOf(chosen);
    const clear = (part) => FAINT + (1 - FAINT) * between(part, 0, 1);
    return (place) =>
      (known ? clear((sign * known.values[place]) / (known.most || 1)) : 1) * (faded ? clear(level.coherence[place]) : 1);
  };
}
