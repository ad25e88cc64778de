// Sets everything up: one frame, one layer and one channel are shown at a time.

const clip = JSON.parse(byId("data").textContent);
const even = new Numbers(clip.even);
const diverging = new Numbers(clip.diverging);
const layers = clip.layers.map((record) => new Layer(record, clip.frames.length));
const shown = { frame: 0, layer: layers[0], channel: 0, scale: "own", timer: 0 };

const transport = new Transport(clip.frames.length, { play, go: (frame) => step(frame) });
const chosen = new Chosen();
const maps = new Maps((place) => {
  shown.channel = place;
  render();
});
const cell = make("div", { class: "cell" });
const layerChoice = choice("Layer", layers.map(({ name }, value) => ({ value, text: name })), 0, (place) => turn(layers[place]));
byId("controls").append(
  ...(layers.length > 1 ? [layerChoice] : []),
  choice("Scale", SCALES, shown.scale, (scale) => {
    shown.scale = scale;
    render();
  }),
  maps.key,
);
byId("stage").firstElementChild.append(cell);
byId("stage").append(transport.element, chosen.element);
byId("maps").append(maps.element);
byId("more").append(howMade(clip.made));
addEventListener("keydown", pressed);
turn(layers[0]);
write(byId("said"), `${shown.layer.name}, ${plural(clip.frames.length, "frame")}`);

function turn(layer) {
  shown.layer = layer;
  shown.channel = Math.min(shown.channel, layer.count - 1);
  maps.build(layer, shown.channel);
  render();
}

function render() {
  const { frame, layer, channel, scale, timer } = shown;
  byId("frame").src = clip.frames[frame];
  byId("frame").alt = `Frame ${frame + 1}`;
  const { row, column } = layer.strongest(frame, channel);
  Object.assign(cell.style, {
    top: `${(100 * row) / layer.rows}%`,
    left: `${(100 * column) / layer.columns}%`,
    height: `${100 / layer.rows}%`,
    width: `${100 / layer.columns}%`,
  });
  cell.hidden = layer.cells === 1;
  transport.show(frame, timer > 0);
  chosen.show(layer, frame, channel, scale);
  maps.show(layer, frame, scale);
}

function step(frame) {
  shown.frame = between(frame, 0, clip.frames.length - 1);
  render();
  if (!shown.timer) write(byId("said"), `frame ${shown.frame + 1} of ${clip.frames.length}`);
}

function play() {
  if (shown.timer) clearInterval(shown.timer);
  const next = () => step((shown.frame + 1) % clip.frames.length);
  shown.timer = shown.timer || clip.frames.length < 2 ? 0 : setInterval(next, 1000 / clip.rate);
  render();
}

/** Keys of the page; a control keeps its own. */
function pressed(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const { type, tagName } = event.target;
  const free = type !== "radio" && type !== "range";
  const place = layers.indexOf(shown.layer);
  if (event.key === " " && !["BUTTON", "SUMMARY"].includes(tagName)) play();
  else if (event.key === "ArrowLeft" && free) step(shown.frame - 1);
  else if (event.key === "ArrowRight" && free) step(shown.frame + 1);
  else if (event.key === "Home" && free) step(0);
  else if (event.key === "End" && free) step(clip.frames.length - 1);
  else if ((event.key === "[" || event.key === "]") && layers.length > 1) switchLayer(between(place + (event.key === "]" ? 1 : -1), 0, layers.length - 1));
  else return;
  event.preventDefault();
}

function switchLayer(place) {
  layerChoice.querySelectorAll("input")[place].checked = true;
  const inside = byId("maps").contains(document.activeElement);
  turn(layers[place]);
  if (inside) maps.element.querySelector("input:checked").focus();
  write(byId("said"), layers[place].name);
}
