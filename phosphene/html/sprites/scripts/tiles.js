// Pictures lie on tiles, `across` x `across` of them; an element shows one as a part of its background.

const CUT = 1 / 32; // of an icon's side, at each edge, where the next one on the tile would shine through

const urls = new Map(); // name of a tile: a promise of an address that has arrived

/** Where picture `place` of `count` lies: the name of its tile, and the background of an element that shows it. */
function tileAt(group, place, count) {
  const { across } = figure;
  const tile = Math.floor(place / across ** 2);
  const within = place % across ** 2;
  const rows = Math.ceil(Math.min(count - tile * across ** 2, across ** 2) / across);
  const size = (of) => `${(100 * of) / (1 - 2 * CUT)}%`;
  const part = (at, of) => `${(100 * (at + CUT)) / (of - 1 + 2 * CUT)}%`;
  return {
    name: `tiles/${group}-${tile}.webp`,
    backgroundSize: `${size(across)} ${size(rows)}`,
    backgroundPosition: `${part(within % across, across)} ${part(Math.floor(within / across), rows)}`,
  };
}

/** Shows a picture in an element as soon as its tile is there. */
async function show(element, { name, backgroundSize, backgroundPosition }) {
  Object.assign(element.style, { backgroundSize, backgroundPosition });
  if (!urls.has(name)) urls.set(name, arrived(name));
  try {
    element.style.backgroundImage = `url("${await urls.get(name)}")`;
  } catch (error) {
    urls.delete(name);
    failed(error);
  }
}

/** A tile from the file beside the page, or from the page itself. */
async function arrived(name) {
  const inside = storedIn(name);
  const address = inside ? URL.createObjectURL(new Blob([bytes(inside.split(",")[1])], { type: "image/webp" })) : name;
  const image = new Image();
  image.src = address;
  await image.decode().catch(() => {
    throw new Error(`${name} is missing beside this page, or damaged`);
  });
  return address;
}

function storedIn(name) {
  inside ??= JSON.parse(byId("stored").textContent);
  return inside[name];
}

/** An element for one picture; `label` where it says something that no text beside it says. */
function pictureOf(tile, label) {
  const element = make("i", { class: "icon", ...(label ? { role: "img", "aria-label": label } : {}) });
  show(element, tile);
  return element;
}

function failed(error) {
  write(byId("trouble"), error.message);
  byId("trouble").hidden = false;
}
