// The keyboard in the map.

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const [LEAP, ZOOM] = [5, 1.6];

/** `work` has one function for each thing a key does; a key without one is left to the page. */
function listenToKeys(element, work) {
  const keys = {
    "+": () => work.zoom(ZOOM),
    "=": () => work.zoom(ZOOM),
    "-": () => work.zoom(1 / ZOOM),
    Home: work.home,
    Enter: work.pin,
    " ": work.pin,
    Escape: work.release,
    PageUp: work.level && (() => work.level(-1)),
    PageDown: work.level && (() => work.level(1)),
    "[": work.layer && (() => work.layer(-1)),
    "]": work.layer && (() => work.layer(1)),
    "/": work.search,
  };
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in ARROWS) work.step(...ARROWS[event.key].map((step) => step * (event.shiftKey ? LEAP : 1)));
    else if (keys[event.key]) keys[event.key]();
    else return;
    event.preventDefault();
  });
}
