// Numbers and places as text.

const THREE_DIGITS = new Intl.NumberFormat("en", {
  minimumSignificantDigits: 3,
  maximumSignificantDigits: 3,
  useGrouping: false,
});

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
  return `row ${cell.row + 1}, column ${cell.column + 1} of ${layer.rows} × ${layer.columns}`;
}

function seesWords(layer) {
  return layer.sees ? `sees ${layer.sees} px` : "sees the whole picture";
}
