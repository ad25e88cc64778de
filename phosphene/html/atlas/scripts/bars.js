// Classes of a cell: name, value and a bar. Signs are written, the side of the bar shows them again.

class ClassBars {
  constructor(classes) {
    this.most = largest(classes.map(({ value }) => value));
    const both = classes.some(({ value }) => value < 0);
    this.rows = classes.map(({ label, value }) => ({ value, line: bar(both), text: [figure.labels[label], signed(value)] }));
    const lines = this.rows.map(({ line, text: [name, value] }) =>
      make("li", {}, make("span", { class: "name" }, name), " ", make("span", { class: "value" }, value), line.element),
    );
    this.element = make("ul", { class: "bars" }, ...lines);
  }

  /** most: the value of a whole bar, so that two cells side by side have one scale. */
  scale(most) {
    for (const { line, value } of this.rows) line.set(value / (most || 1));
  }
}
