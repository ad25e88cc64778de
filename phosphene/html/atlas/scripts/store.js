// What the page does not have yet. In a folder each entry is a script beside the page, which hands over its value by
// `phosphene.put`: under file: a page may read no other kind of file. In one file all entries are in the page.

const arriving = new Map(); // name: {promise, resolve}
let inside; // the entries in the page, read at the first look

window.phosphene = { put: (name, value) => arriving.get(name)?.resolve(value) };

/** A promise of the value of an entry. Whoever asks keeps it: a second call after the first has ended loads it again. */
function load(name) {
  inside ??= JSON.parse(byId("stored").textContent);
  if (name in inside) return Promise.resolve(inside[name]);
  if (!arriving.has(name)) arriving.set(name, fetched(name));
  return arriving.get(name).promise;
}

function fetched(name) {
  const entry = {};
  const script = make("script", { src: `${name}.js` });
  entry.promise = new Promise((resolve, reject) => {
    entry.resolve = resolve;
    script.addEventListener("error", () => reject(new Error(`${name}.js is missing beside this page`)));
  }).finally(() => {
    arriving.delete(name);
    script.remove();
  });
  document.head.append(script);
  return entry;
}
