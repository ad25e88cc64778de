// The same numbers as a table, for readers without the pictures.

/** {columns, rows} as a table; the first cell of a row is its heading. */
function table(caption, { columns, rows }) {
  const heads = columns.map((text) => make("th", { scope: "col" }, text));
  const lines = rows.map(([first, ...rest]) =>
    make("tr", {}, make("th", { scope: "row" }, String(first)), ...rest.map((text) => make("td", {}, String(text)))),
  );
  return make(
    "table",
    {},
    make("caption", {}, caption),
    make("thead", {}, make("tr", {}, ...heads)),
    make("tbody", {}, ...lines),
  );
}

/** A table of each panel, made anew at `update()` while it is open. */
class TableView {
  constructor(panels) {
    this.panels = panels;
    this.inside = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Numbers at the cursor" });
    this.element = make(
      "details",
      { class: "numbers", ontoggle: () => this.update() },
      make("summary", {}, "Numbers at the cursor, as a table"),
      this.inside,
    );
  }

  update() {
    if (!this.element.open) return;
    this.inside.replaceChildren(...this.panels.map((panel) => table(panel.where, panel.view.table())));
  }
}
