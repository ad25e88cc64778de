// Neuron groups: each group has a color, a number, an icon and a map over the picture.

class GroupsView extends PartsView {
  static note({ toward }) {
    const adds = `"adds": what a group adds to ${toward} over the whole picture.`;
    return [
      "The strength of a group at a position is the sum of the activations of its channels there, as far as the group " +
        "explains them. Colors and bars are relative to the largest strength in the layer, over all pictures.",
      ...(toward ? [adds] : []),
    ];
  }

  constructor(panel) {
    const spotlight = new Spotlight(() => this.show());
    super(
      panel.layers.map((layer) => new GroupsPart(panel, layer, spotlight)),
      spotlight,
    );
  }

  table() {
    const toward = this.parts.some((part) => part.view.attribution.length);
    return {
      columns: ["Group", "Layer", "Strength here", "Part of the activation", ...(toward ? ["Adds"] : []), "Channels"],
      rows: this.parts.flatMap((part) => part.table(toward)),
    };
  }
}

class GroupsPart {
  constructor(panel, layer, spotlight) {
    Object.assign(this, { panel, layer, spotlight });
    this.view = layer.views[panel.number];
    this.count = layer.rows * layer.columns;
    this.maps = layer.groups.map((_, group) => this.view.maps.range(group * this.count, this.count));
    this.picture = new PictureView(panel, [layer], `${panel.picture.name}: neuron groups of ${layer.name}`);
    this.here = make("span", { class: "here" });
    const label = `Groups of ${layer.name}`;
    this.entries = new Entries({ label, count: layer.groups.length, layer, vertical: true, spotlight });
    const explained = `The groups explain ${percent(layer.explained)} of the squared activation.`;
    this.picture.element.classList.add("gray");
    this.picture.map.hidden = false;
    this.picture.map.after(...this.#labels());
    const stage = make("div", { class: "stage" }, this.picture.element, make("p", { class: "reading" }, explained));
    const side = make("div", { class: "side groups" }, make("h4", {}, "Strength of the groups here"), this.entries.element);
    this.element = make("section", { class: "part" }, make("h3", {}, layer.name, " ", this.here), stage, side);
  }

  show() {
    this.picture.show();
    this.cell = cellAt(this.layer, this.panel.place);
    write(this.here, `${cellWords(this.layer, this.cell)} · ${seesWords(this.layer, this.panel.picture)}`);
    this.entries.show(this.layer.groups.map((group, place) => this.#entry(group, place)));
    this.#paint();
  }

  words() {
    const values = this.maps.map((map, group) => `group ${group + 1} ${number(map[this.cell.place])}`);
    return `${this.layer.name}, ${cellWords(this.layer, this.cell)}: ${values.join(", ")}`;
  }

  table(toward) {
    return this.layer.groups.map((group, place) => [
      `group ${place + 1}`,
      this.layer.name,
      number(this.maps[place][this.cell.place]),
      percent(group.share),
      ...(toward ? [signed(this.view.attribution[place])] : []),
      channelWords(group),
    ]);
  }

  #entry(group, place) {
    const value = this.maps[place][this.cell.place];
    const attribution = this.view.attribution[place];
    return {
      icon: place,
      name: `group ${place + 1}`,
      value: number(value),
      part: value / this.layer.most,
      adds: attribution === undefined ? "" : `adds ${signed(attribution)}`,
      note: `${percent(group.share)} of the layer's activation · channels ${channelWords(group)}`,
      color: group.color,
    };
  }

  #paint() {
    const alone = this.spotlight.on(this.layer);
    if (this.painted === alone) return;
    this.painted = alone;
    const shown = this.layer.groups.map((group, place) => ({
      color: channelsOf(group.color),
      parts: this.maps[place].map((value) => value / this.layer.most),
    }));
    paintColors(this.picture.map, this.layer, alone === null ? shown : [shown[alone]]);
    this.labels.forEach((label, place) => (label.hidden = alone !== null && alone !== place));
    this.entries.mark();
  }

  /** The number of each group where it is strongest: colors never speak alone. */
  #labels() {
    const taken = new Set();
    this.labels = this.maps.map((map, group) => {
      const order = [...map.keys()].sort((a, b) => map[b] - map[a]);
      const place = order.find((one) => !taken.has(one)) ?? order[0];
      taken.add(place);
      const { rows, columns } = this.layer;
      const label = make("span", { class: "number", "aria-hidden": "true" }, `${group + 1}`);
      const row = Math.floor(place / columns);
      cover(label, row / rows, (place % columns) / columns, 1 / rows, 1 / columns);
      return label;
    });
    return this.labels;
  }
}

/** "17 (32%), 4 (12%)" */
function channelWords({ channels }) {
  return channels.map(([channel, share]) => `${channel} (${percent(share)})`).join(", ");
}
