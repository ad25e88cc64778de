// A layer's icons, as a list of links; the tile of an icon is loaded when the icon comes near to the window.

const NEAR = "600px";

function sheet(layer) {
  const icons = layer.units.map(() => make("i", { class: "icon" }));
  const links = layer.units.map((unit, place) =>
    make(
      "li",
      {},
      link(
        { layer, unit },
        { class: "unit", "data-step": unit, "aria-label": `channel ${unit}` },
        icons[place],
        make("span", { "aria-hidden": "true" }, String(unit)),
      ),
    ),
  );
  const list = make("ul", { class: "units", "data-steps": "", "aria-label": `Channels of ${layer.name}` }, ...links);
  showNear(icons, (place) => layer.tileOf(layer.units[place]));
  const note = layer.each ? `${layer.words}; open one for the pictures that it answered most` : layer.words;
  const [before, after] = [-1, 1].map((step) => layers[layer.number + step]).map((other) => other && { layer: other, unit: null });
  const head = make("header", {}, heading(layer.name), stepLinks("Layer before and after", before, after, (to) => to.layer.name));
  return make("section", { "aria-labelledby": "heading" }, head, make("p", { class: "note" }, note), list);
}

/** Shows each element's picture when the element comes near to the window. */
function showNear(elements, tile) {
  const place = new Map(elements.map((element, number) => [element, number]));
  const watch = new IntersectionObserver(
    (seen) => {
      for (const { target, isIntersecting } of seen) {
        if (!isIntersecting) continue;
        watch.unobserve(target);
        show(target, tile(place.get(target)));
      }
    },
    { rootMargin: NEAR },
  );
  elements.forEach((element) => watch.observe(element));
}
