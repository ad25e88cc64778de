// The present view as a PNG: what the canvas shows, on the color of the paper.

/** A promise of the file. */
function viewAsPicture(map) {
  const { canvas } = map;
  const copy = make("canvas", { width: canvas.width, height: canvas.height });
  const context = copy.getContext("2d");
  context.fillStyle = getComputedStyle(map.element).backgroundColor;
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0);
  return new Promise((resolve) => copy.toBlob(resolve, "image/png"));
}

/** The view as a file of the reader's. */
async function saveView(map, name) {
  map.paint();
  const url = URL.createObjectURL(await viewAsPicture(map));
  make("a", { href: url, download: `${name.replace(/[^\p{L}\p{N}-]+/gu, "-").slice(0, 60) || "atlas"}.png` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
