// Elements without a framework. Text is only ever set as text: nothing that came from data is read as HTML.

let choices = 0;

function byId(id) {
  return document.getElementById(id);
}

/** make("button", {class: "channel", onclick: ..., hidden: true}, "text", element, ...) */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Writes text only where it is new, so that a cursor that stays in its cell costs no layout. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * A choice of one, as native radio buttons: [{value, text, image}].
 * `chosen` is the value at the start; `choose(value)` is called at each change.
 */
function choice(legend, options, chosen, choose) {
  const name = `choice-${choices++}`;
  const labels = options.map(({ value, text, image }) =>
    make(
      "label",
      { class: image ? "option thumbnail" : "option" },
      make("input", { type: "radio", name, value, checked: value === chosen, onchange: () => choose(value) }),
      image ? make("img", { src: image, alt: "" }) : null,
      make("span", {}, text),
    ),
  );
  return make("fieldset", { class: "choice" }, make("legend", {}, legend), make("div", { class: "options" }, ...labels));
}

/** A bar from the left, or from the middle where values have signs; `set(part)` with a part from −1 to 1. */
function bar(both) {
  const fill = make("i");
  const element = make("span", { class: both ? "bar both" : "bar", "aria-hidden": "true" }, fill);
  const set = (part) => {
    fill.style.transform = `scaleX(${part})`;
    fill.classList.toggle("against", part < 0);
  };
  return { element, set };
}

/** `work` some milliseconds after the last call. */
function debounced(work, milliseconds) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, milliseconds);
  };
}

/** How a figure was made, folded: [[name, text]]. */
function howMade(made) {
  const lines = made.flatMap(([name, text]) => [make("dt", {}, name), make("dd", {}, linesOf(text))]);
  return make("details", { class: "made" }, make("summary", {}, "How this was made"), make("dl", {}, ...lines));
}
