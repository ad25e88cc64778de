// The frame with what plays it, the channel that is chosen, and all maps of the layer.

/** The button, the slider and the number of the frame; nothing for a single one. */
class Transport {
  constructor(count, work) {
    this.count = count;
    this.button = make("button", { type: "button", onclick: work.play }, "Play");
    this.slider = make("input", { type: "range", min: 0, max: count - 1, value: 0, "aria-label": "Frame", oninput: () => work.go(Number(this.slider.value)) });
    this.number = make("span", { class: "here" });
    this.element = make("div", { class: "transport", hidden: count < 2 }, this.button, this.slider, this.number);
  }

  show(frame, playing) {
    write(this.button, playing ? "Stop" : "Play");
    this.slider.value = frame;
    this.slider.setAttribute("aria-valuetext", `frame ${frame + 1} of ${this.count}`);
    write(this.number, `${frame + 1} of ${this.count}`);
  }
}

/** The chosen channel: its map, large, and where it is strongest. */
class Chosen {
  constructor() {
    this.canvas = make("canvas", { class: "map" });
    this.name = make("h2", { id: "channel" });
    this.fact = make("p", { class: "note" });
    this.element = make("section", { class: "chosen", "aria-labelledby": "channel" }, this.name, this.canvas, this.fact);
  }

  show(layer, frame, place, scale) {
    const { row, column, value } = layer.strongest(frame, place);
    fitted(this.canvas, layer);
    layer.paint(this.canvas, frame, place, scale);
    write(this.name, `${layer.name}, channel ${layer.channels[place]}`);
    write(this.fact, `at most ${number(value)}, in ${placeWords({ row, column })}`);
  }
}

/** Every map of a layer, as a choice of one. */
class Maps {
  constructor(choose) {
    this.choose = choose;
    this.element = make("fieldset", { class: "choice" });
    this.legend = make("canvas", { class: "stripe", height: 1, "aria-hidden": "true" });
    this.low = make("span");
    this.high = make("span");
    this.key = make("p", { class: "key" }, this.low, this.legend, this.high);
  }

  build(layer, chosen) {
    this.canvases = layer.channels.map(() => fitted(make("canvas", { class: "map" }), layer));
    const labels = layer.channels.map((channel, place) =>
      make(
        "label",
        { class: "option unit" },
        make("input", { type: "radio", name: "channel", value: place, checked: place === chosen, "aria-label": `channel ${channel}`, onchange: () => this.choose(place) }),
        this.canvases[place],
        make("span", { "aria-hidden": "true" }, String(channel)),
      ),
    );
    const title = `${plural(layer.count, "channel")} of ${layer.name}, ${layer.rows} × ${layer.columns} positions`;
    this.element.replaceChildren(make("legend", {}, title), make("div", { class: "units" }, ...labels));
    paintLegend(this.legend, layer.signs);
  }

  show(layer, frame, scale) {
    this.canvases.forEach((canvas, place) => layer.paint(canvas, frame, place, scale));
    const end = scale === "own" ? "the largest of each map" : number(layer.end(frame, 0, scale));
    write(this.high, end);
    write(this.low, !layer.signs ? "0" : scale === "own" ? "the same below 0" : `−${end}`);
  }
}

/** A canvas with a pixel for each position, in the proportions of the frame where there are rows and columns. */
function fitted(canvas, { rows, columns }) {
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  canvas.style.aspectRatio = rows > 1 || columns === 1 ? `${clip.width} / ${clip.height}` : "auto";
  return canvas;
}
