// The small map in the corner: all icons, and a frame around what the large map shows. For pointers; keys have the large map.

class Overview {
  constructor(view) {
    this.view = view;
    this.frame = make("i");
    const drag = (event) => event.buttons && this.#go(event);
    this.element = make("div", { class: "overview", "aria-hidden": "true", onpointerdown: drag, onpointermove: drag }, this.frame);
  }

  layer({ overview }) {
    this.element.style.backgroundImage = `url("${overview}")`;
  }

  show() {
    const { view } = this;
    const [from, to] = [view.point({ x: 0, y: 0 }), view.point({ x: view.width, y: view.height })];
    this.element.hidden = from.x <= 0 && from.y <= 0 && to.x >= 1 && to.y >= 1;
    const [left, right, top, bottom] = [from.x, to.x, from.y, to.y].map((part) => 100 * between(part, 0, 1));
    Object.assign(this.frame.style, { left: `${left}%`, top: `${top}%`, width: `${right - left}%`, height: `${bottom - top}%` });
  }

  #go(event) {
    const { left, top, width, height } = this.element.getBoundingClientRect();
    this.element.setPointerCapture(event.pointerId);
    this.view.stop();
    this.view.set({ x: (event.clientX - left) / width, y: (event.clientY - top) / height });
  }
}
