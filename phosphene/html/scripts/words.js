// Numbers and places as text.

const THREE_DIGITS = new Intl.NumberFormat("en", {
  minimumSignificantDigits: 3,
  maximumSignificantDigits: 3,
  useGrouping: false,
});

const LONG = 60; // letters that stay in one line

/** Three significant digits with a true minus sign: 4.20, −0.0123, 1.50e−7. */
function number(value) {
  if (value === null || !Number.isFinite(value)) return "unknown";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size < 1e-4 || size >= 1e6 ? value.toExponential(2).replace("+", "") : THREE_DIGITS.format(value);
  return text.replaceAll("-", "−");
}

/** The same with the sign always written. */
function signed(value) {
  return value > 0 ? `+${number(value)}` : number(value);
}

function percent(part) {
  return `${Math.round(100 * part)}%`;
}

function plural(count, word) {
  return count === 1 ? `1 ${word}` : `${count} ${word}s`;
}

/** A cell as people count: from 1. */
function cellWords(layer, cell) {
  return `${placeWords(cell)} of ${layer.rows} × ${layer.columns}`;
}

/** A cell without the size of its layer. */
function placeWords(cell) {
  return `row ${cell.row + 1}, column ${cell.column + 1}`;
}

/** The pixels of the receptive field of a layer; none and all of the picture or more are Infinity. */
function fieldOf({ sees }, { height, width }) {
  return sees && sees < Math.max(height, width) ? sees : Infinity;
}

function seesWords(layer, picture) {
  const field = fieldOf(layer, picture);
  return field < Infinity ? `receptive field ${field} px` : "receptive field ≥ the picture";
}

function dashedWords({ name }) {
  return `dashed: the receptive field of ${name}`;
}

/** A long text with a line for each of its parts, which end at commas outside of brackets. */
function linesOf(text) {
  if (text.length < LONG) return text;
  let depth = 0;
  const letters = [...text].map((letter, place) => {
    depth += "([{".includes(letter) - ")]}".includes(letter);
    return letter === " " && text[place - 1] === "," && depth === 0 ? "\n" : letter;
  });
  return letters.join("");
}
