// Above the map: layer, grid, what is drawn how. On the map: zoom.

class Controls {
  constructor(state, { jump, save }) {
    Object.assign(this, { state, jump });
    this.grid = make("select", { onchange: () => jump({ fixed: Number(this.grid.value) || null }) });
    this.checks = [
      ["sized", "Area by samples"],
      ["named", "Names of regions"],
      ["faded", "Fade mixed cells"],
    ].map(([name, text]) => this.#check(name, text));
    this.density = make("input", {
      type: "range",
      min: -3,
      max: 3,
      step: 0.5,
      oninput: () => state.set({ density: 2 ** Number(this.density.value) }),
    });
    const { layers } = state;
    const options = layers.map(({ name, overview }, number) => ({ value: number, text: name, image: overview }));
    this.layers = layers.length > 1 ? choice("Layer", options, layers.indexOf(state.layer), (number) => jump({ layer: layers[number] })) : null;
    const settings = [
      make("label", { class: "compare" }, "Grid", this.grid),
      make("fieldset", { class: "choice" }, make("legend", {}, "Icons"), make("div", { class: "options" }, ...this.checks.map(({ element }) => element))),
      make("label", { class: "compare" }, "Size of icons", this.density),
      make("button", { type: "button", class: "save", onclick: save }, "Save this view as PNG"),
    ];
    this.elements = [this.layers, folded("View", settings)].filter(Boolean);
  }

  #check(name, text) {
    const box = make("input", { type: "checkbox", onchange: () => this.state.set({ [name]: box.checked }) });
    return { name, box, element: make("label", { class: "check" }, box, text) };
  }

  show() {
    const { state } = this;
    const inputs = this.layers?.querySelectorAll("input");
    if (inputs) inputs[state.layers.indexOf(state.layer)].checked = true;
    const { levels } = state.layer;
    const auto = `by zoom: ${state.level.side} × ${state.level.side}`;
    const texts = [auto, ...levels.map(({ side }) => `${side} × ${side}`)];
    if (this.texts !== texts.join()) {
      const options = texts.map((text, place) => make("option", { value: place ? levels[place - 1].side : "" }, text));
      this.grid.replaceChildren(...options);
      this.texts = texts.join();
    }
    this.grid.value = levels.some(({ side }) => side === state.fixed) ? state.fixed : "";
    for (const { name, box } of this.checks) box.checked = state[name];
    this.density.value = Math.log2(state.density);
    this.density.disabled = !state.sized;
  }
}

/** Elements that a narrow page folds away. */
function folded(name, elements) {
  const narrow = matchMedia("(max-width: 40rem)");
  const element = make("details", { class: "settings" }, make("summary", {}, name), make("div", {}, ...elements));
  const fit = () => (element.open = !narrow.matches);
  narrow.addEventListener("change", fit);
  fit();
  return element;
}
