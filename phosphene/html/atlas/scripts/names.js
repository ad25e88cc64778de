// Names of the largest regions, written over the icons where no other name is in the way.

const [LETTERS, HALO, MOST_NAMES] = [13, 4, 24]; // CSS pixels

/** context: of a canvas with `ratio` pixels for one CSS pixel.  chosen: the class whose regions alone are named, or null. */
function paintNames(context, view, level, ratio, chosen) {
  if (!level.ready) return;
  const taken = [];
  context.font = `600 ${LETTERS * ratio}px system-ui, sans-serif`;
  Object.assign(context, { textAlign: "center", textBaseline: "middle", lineJoin: "round", lineWidth: HALO * ratio });
  for (const [label, row, column] of level.regions) {
    if (chosen !== null && label !== chosen) continue;
    const at = view.across(level.middle(row * level.side + column));
    const text = figure.labels[label];
    const half = context.measureText(text).width / ratio / 2 + 6;
    const x = between(at.x, half, view.width - half);
    const box = { left: x - half, right: x + half, top: at.y - LETTERS, bottom: at.y + LETTERS };
    const out = at.x < 0 || at.x > view.width || box.top < 0 || box.bottom > view.height;
    if (out || taken.some((other) => overlaps(box, other))) continue;
    taken.push(box);
    context.strokeStyle = "rgb(0 0 0 / 80%)";
    context.strokeText(text, x * ratio, at.y * ratio);
    context.fillStyle = "#fff";
    context.fillText(text, x * ratio, at.y * ratio);
    if (taken.length === MOST_NAMES) return;
  }
}

function overlaps(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
