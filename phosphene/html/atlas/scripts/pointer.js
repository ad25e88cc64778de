// The pointer over the map: moving looks, a click pins, dragging moves, two fingers or the wheel zoom; a long touch only looks.

const [SLACK, HELD, LINE] = [5, 450, 16]; // CSS pixels, milliseconds, CSS pixels of a line of the wheel

class Pointer {
  #down = new Map(); // pointer: where it is

  /** look(point): the cursor moves.  pin(): its cell is pinned.  hint(): the wheel needs Ctrl. */
  constructor(element, view, { look, pin, hint }) {
    Object.assign(this, { element, view, look, pin, hint });
    const listeners = {
      pointerdown: (event) => this.#pressed(event),
      pointermove: (event) => this.#moved(event),
      pointerup: (event) => this.#released(event),
      pointercancel: (event) => this.#ended(event),
    };
    for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener);
    element.addEventListener("wheel", (event) => this.#turned(event), { passive: false });
  }

  #at({ clientX, clientY }) {
    const { left, top } = this.element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  #pressed(event) {
    if (event.button) return;
    const at = this.#at(event);
    this.element.setPointerCapture(event.pointerId);
    this.#down.set(event.pointerId, at);
    this.start = this.#down.size > 1 ? null : at; // null: no click comes of it
    clearTimeout(this.timer);
    if (event.pointerType === "touch" && this.start) {
      this.timer = setTimeout(() => {
        this.#lookAt(at);
        this.start = null;
      }, HELD);
    }
  }

  #moved(event) {
    const at = this.#at(event);
    const before = this.#down.get(event.pointerId);
    if (!before) return event.pointerType === "touch" ? undefined : this.#lookAt(at);
    if (this.start && distance(at, this.start) < SLACK) return;
    this.start = null;
    clearTimeout(this.timer);
    const [other] = [...this.#down].filter(([pointer]) => pointer !== event.pointerId).map(([, place]) => place);
    if (other) this.#pinched(before, at, other);
    else this.view.pan(at.x - before.x, at.y - before.y);
    this.#down.set(event.pointerId, at);
    this.element.classList.add("moving");
  }

  /** Keeps what is between the fingers between them. */
  #pinched(before, at, other) {
    this.view.about(middleOf(before, other), distance(at, other) / Math.max(1, distance(before, other)));
    this.view.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
  }

  #released(event) {
    const clicked = this.#down.size === 1 && this.start;
    this.#ended(event);
    if (!clicked) return;
    this.#lookAt(this.#at(event));
    this.pin();
  }

  #ended(event) {
    clearTimeout(this.timer);
    this.#down.delete(event.pointerId);
    if (!this.#down.size) this.element.classList.remove("moving");
  }

  /** Without Ctrl the wheel scrolls the page, unless the reader works in the map. */
  #turned(event) {
    const held = event.ctrlKey || event.metaKey;
    if (!held && document.activeElement !== this.element) return this.hint();
    event.preventDefault();
    const turned = event.deltaY * (event.deltaMode ? LINE : 1) * (event.ctrlKey ? 4 : 1);
    this.view.about(this.#at(event), Math.exp(-between(turned, -400, 400) / 500));
  }

  #lookAt(at) {
    const { x, y } = this.view.point(at);
    if (x >= 0 && x < 1 && y >= 0 && y < 1) this.look({ x, y });
  }
}

function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

function middleOf(one, other) {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}
