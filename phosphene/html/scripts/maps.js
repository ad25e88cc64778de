// Maps over a picture: one pixel for each position of a layer, stretched over the picture by the style sheet.

const [FOR, AGAINST] = ["--for", "--against"].map((name) =>
  channelsOf(getComputedStyle(document.documentElement).getPropertyValue(name).trim()),
);
const DARKEST = 0.82;

/** Paints a canvas of rows x columns pixels; `color(place)` is [red, green, blue, alpha from 0 to 1]. */
function paint(canvas, { rows, columns }, color) {
  canvas.width = columns; // also clears it
  canvas.height = rows;
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  for (let place = 0; place < rows * columns; place++) {
    const [red, green, blue, alpha] = color(place);
    image.data.set([red, green, blue, Math.round(255 * alpha)], 4 * place);
  }
  context.putImageData(image, 0, 0);
}

/** Darkens the picture where the values are small; with signs, the diverging map. */
function paintChannel(canvas, layer, values) {
  if (values.some((value) => value < 0)) return paintSigned(canvas, layer, values);
  const most = largest(values) || 1;
  paint(canvas, layer, (place) => [0, 0, 0, DARKEST * (1 - values[place] / most)]);
}

/** Orange for, blue against. */
function paintSigned(canvas, layer, values, most = largest(values) || 1) {
  paint(canvas, layer, (place) => {
    const part = values[place] / most;
    return [...(part < 0 ? AGAINST : FOR), DARKEST * Math.abs(part)];
  });
}

/** Each map in its color; where several meet, mixed by squares, so that the strongest stays itself. Parts are from 0 to 1. */
function paintColors(canvas, layer, maps) {
  paint(canvas, layer, (place) => {
    let sum = 0;
    let strongest = 0;
    const mix = [0, 0, 0];
    for (const { color, parts } of maps) {
      const part = parts[place];
      sum += part ** 2;
      strongest = Math.max(strongest, part);
      color.forEach((value, number) => (mix[number] += part ** 2 * value));
    }
    return [...mix.map((value) => value / (sum || 1)), DARKEST * strongest];
  });
}

/** "#a1b2c3" as [161, 178, 195]. */
function channelsOf(color) {
  return [1, 3, 5].map((place) => parseInt(color.slice(place, place + 2), 16));
}
