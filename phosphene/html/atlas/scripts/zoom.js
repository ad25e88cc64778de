// Zoom, for pointers; keys have + and −.

/** Buttons over the map. */
function zoomButtons(work) {
  const button = (text, label, onclick) => make("button", { type: "button", "aria-label": label, title: label, onclick }, text);
  return make(
    "div",
    { class: "zoom", role: "group", "aria-label": "Zoom" },
    button("+", "Zoom in", () => work.zoom(ZOOM)),
    button("−", "Zoom out", () => work.zoom(1 / ZOOM)),
    button("⌂", "Show everything", work.home),
  );
}
