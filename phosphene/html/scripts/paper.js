// Paper has no cursor: it shows every place that the figure names, and how the figure was made.

function readyForPaper(figure, panels, made) {
  const added = [];
  let open;
  addEventListener("beforeprint", () => {
    open = made.open;
    made.open = true;
    for (const panel of panels) added.push(...otherPlaces(figure, panel));
  });
  addEventListener("afterprint", () => {
    made.open = open;
    for (const panel of added.splice(0)) panel.element.remove();
  });
}

/** Panels for the places that the cursor of a panel is not at, set up behind it. */
function otherPlaces(figure, panel) {
  const places = (figure.pins ?? []).map(middle).filter(({ y, x }) => y !== panel.place.y || x !== panel.place.x);
  const others = places.map((place) => new Panel(figure, panel.number, () => {}, place));
  panel.element.after(...others.map((other) => other.element));
  return others;
}
