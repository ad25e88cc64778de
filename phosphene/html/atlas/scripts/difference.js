// Two cells side by side: their first classes, with what each has of those of the other.

/** A table, and where it needs it what "≤" means there. */
function differenceOf([one, other], name) {
  const sides = [one, other].map(({ level, place }) => {
    const values = new Map(level.topOf(place).map(({ label, value }) => [label, value]));
    return { first: level.firstOf(place), stored: level.classes, of: (label) => values.get(label), rest: level.restOf(place) };
  });
  const labels = new Set(sides.flatMap(({ first }) => first.map(({ label }) => label)));
  const rows = [...labels].map((label) => differenceRow(label, sides)).sort((a, b) => Math.abs(b.off) - Math.abs(a.off));
  const made = table(`A and ${name}`, { columns: ["Class", "A", name, `A − ${name}`], rows: rows.map(({ texts }) => texts) });
  const stored = Math.min(...sides.map((side) => side.stored));
  const kept = `${stored} largest${one.level.layer.negative ? "" : " above 0"}`;
  const why = `≤ and ≥: the class is not stored for a cell, which keeps its ${kept}; it has no more there than the least of these, or than 0.`;
  return [made, rows.some(({ bounded }) => bounded) ? make("p", { class: "note" }, why) : null].filter(Boolean);
}

/** Of one class: {off, the least that the two differ by; bounded, whether one is not stored; texts}. */
function differenceRow(label, [one, other]) {
  const [a, b] = [one.of(label) ?? one.rest, other.of(label) ?? other.rest];
  const known = [one, other].map((side) => side.of(label) !== undefined);
  const off = known[0] ? (known[1] ? "" : "≥ ") : "≤ ";
  const texts = [figure.labels[label], ...[a, b].map((value, side) => `${known[side] ? "" : "≤ "}${signed(value)}`), `${off}${signed(a - b)}`];
  return { off: a - b, bounded: !known.every(Boolean), texts };
}
