// What is shown is the end of the address: nothing, #layer, #layer/channel.

function addressOf({ layer, unit = null }) {
  if (!layer) return "#";
  return `#${encodeURIComponent(layer.name)}${unit === null ? "" : `/${unit}`}`;
}

/** {layer, unit} of an address; {wrong} with a text where it leads nowhere. */
function placeOf(address) {
  if (address.length < 2) return { layer: null, unit: null };
  const [, name, digits] = address.match(/^#(.*?)(?:\/(\d+))?$/s);
  const layer = layers.find((one) => one.name === decoded(name));
  if (!layer) return { layer: null, unit: null, wrong: `There is no layer “${decoded(name)}” on this page.` };
  return { layer, unit: digits === undefined ? null : Number(digits) };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A link within the page. */
function link(place, attributes, ...children) {
  return make("a", { href: addressOf(place), ...attributes }, ...children);
}
