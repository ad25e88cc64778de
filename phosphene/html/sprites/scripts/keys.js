// The keyboard. Arrows move through the list that is shown, whose links are one stop of Tab; in a channel's view they lead on.

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** `work`: back, layer(step), unit(step), search. */
function listenToKeys(work) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.("input, select")) return;
    if (!pressed(event.key, work)) return;
    event.preventDefault();
  });
}

/** Whether the key did something. */
function pressed(key, work) {
  const list = document.querySelector("[data-steps]");
  const free = document.activeElement === document.body || byId("view").contains(document.activeElement);
  if (key === "Escape") return work.back();
  if (key === "[" || key === "]") return work.layer(key === "]" ? 1 : -1);
  if (key === "/") return work.search();
  if (!free || !(key in ARROWS || key === "Home" || key === "End")) return false;
  if (list) return moved(list, key);
  const [down, right] = ARROWS[key] ?? [1, 0];
  return down ? false : work.unit(right);
}

/** Moves the focus within a list of links that flows in rows. */
function moved(list, key) {
  const links = [...list.querySelectorAll("[data-step]")];
  const now = links.indexOf(document.activeElement);
  const [down, right] = ARROWS[key] ?? [0, 0];
  const to = key === "Home" ? 0 : key === "End" ? links.length - 1 : now < 0 ? stopOf(links) : now + right + down * columns(links);
  if (links[to]) stand(links, links[to]);
  return true;
}

/** How many links stand in the first row. */
function columns(links) {
  const { top } = links[0].getBoundingClientRect();
  const next = links.findIndex((one) => one.getBoundingClientRect().top > top + 1);
  return next < 0 ? links.length : next;
}

function stopOf(links) {
  return Math.max(0, links.findIndex((one) => one.tabIndex === 0));
}

/** Makes a link the one stop of Tab in its list, and gives it the focus. */
function stand(links, one, focus = true) {
  links.forEach((other) => other.tabIndex !== -1 && other !== one && other.setAttribute("tabindex", "-1"));
  one.setAttribute("tabindex", "0");
  if (!focus) return;
  one.focus({ preventScroll: true });
  one.scrollIntoView({ block: "nearest" });
}
