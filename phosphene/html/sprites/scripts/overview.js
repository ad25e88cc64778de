// All layers, each with some of its icons.

function overview() {
  const cards = layers.map((layer) =>
    make(
      "li",
      {},
      link(
        { layer },
        { class: "card", "data-step": layer.number },
        make("img", { src: layer.preview, alt: "", width: 160, height: 160, loading: "lazy" }),
        make("b", {}, layer.name),
        make("span", { class: "note" }, layer.words),
      ),
    ),
  );
  return make("section", { "aria-labelledby": "heading" }, heading("Layers"), make("ul", { class: "cards", "data-steps": "" }, ...cards));
}

/** The heading of a view, which takes the focus where nothing else does. */
function heading(text) {
  return make("h2", { id: "heading", tabindex: "-1" }, text);
}

/** Links to the place before and to the one after, as far as these are there; `text` names a place. */
function stepLinks(label, before, after, text) {
  const step = (to, words, rel) => (to ? link(to, { rel, class: "step", "aria-label": wordsOf(to) }, words) : make("span"));
  const links = [step(before, before && `← ${text(before)}`, "prev"), step(after, after && `${text(after)} →`, "next")];
  return make("nav", { class: "steps", "aria-label": label }, ...links);
}
