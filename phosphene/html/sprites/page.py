"""The page of sprites: one file with everything in it, or the index of a folder."""

from __future__ import annotations

import base64
import math
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from ...errors import TooLarge
from .. import frame, sources
from ..encode import picture_url
from ..frame import MEGABYTE
from . import records

if TYPE_CHECKING:
    from ...figures.sprites import Sprites, SpritesLayer

STYLES = ("theme", "text", "controls", "entries", "below", "paper")
OWN_STYLES = ("frame", "sheet", "unit", "search", "print")
SCRIPTS = ("arrays", "words", "elements")
OWN_SCRIPTS = ("layer", "tiles", "address", "overview", "sheet", "unit", "search", "keys", "main")
STORE = "atlas/scripts/store"
REMEDIES = {
    "icons": "fewer layers, or a smaller size= of the icons",
    "examples": "fewer examples for each channel (examples=3)",
    "numbers": "fewer layers",
}


class Allowed(NamedTuple):
    """What a page allows itself to load."""

    images: str
    scripts: str


INSIDE = Allowed("data: blob:", "'unsafe-inline'")
BESIDE = Allowed("data: 'self' file:", "'unsafe-inline' 'self' file:")


def build(figure: Sprites, limit: float) -> str:
    """The figure as one page of at most `limit` megabytes (millions of bytes); TooLarge beyond."""
    stored: dict[str, Any] = dict(records.data(figure))
    sizes = Counter({"numbers": len(sources.json_text(stored))})
    for name, content in records.tiles(figure):
        stored[name] = "data:image/webp;base64," + base64.b64encode(content).decode()
        sizes["examples" if "examples" in name else "icons"] += len(stored[name])
    page = filled(figure, stored, INSIDE)
    size = len(page.encode())
    if size > limit * MEGABYTE:
        raise _too_large(figure, size, limit, sizes)
    return page


def filled(figure: Sprites, stored: dict[str, Any], allowed: Allowed) -> str:
    """The text of a page that has the entries `stored` in it and allows itself to load some kinds of files."""
    style = sources.style(*(f"styles/{name}" for name in STYLES), *(f"sprites/styles/{name}" for name in OWN_STYLES))
    script = sources.script(
        *(f"scripts/{name}" for name in SCRIPTS), within=(STORE, *(f"sprites/scripts/{name}" for name in OWN_SCRIPTS))
    )
    plain = "\n".join(map(_plain, figure.layers))
    body = frame.body("sprites/body.html", caption=sources.escaped(figure.caption), plain=plain)
    code = frame.code(script, data=records.index(figure), stored=stored)
    return frame.filled(figure.title, style, body, code, kind="Every unit of a network", **allowed._asdict())


def _plain(layer: SpritesLayer) -> str:
    """What a reader without scripts sees of a layer."""
    name = sources.escaped(layer.name)
    return (
        f'<figure><img src="{picture_url(records.preview(layer))}" alt="Some icons of {name}">'
        f"<figcaption>{name}: {len(layer.units)} of {layer.channels} channels</figcaption></figure>"
    )


def _too_large(figure: Sprites, size: int, limit: float, sizes: Counter[str]) -> TooLarge:
    parts = sizes.most_common()
    shares = ", ".join(f"{name} {part / MEGABYTE:.3g}" for name, part in parts)
    return TooLarge(
        f"the page of {figure.title!r} has {size / MEGABYTE:.3g} MB ({shares})",
        f"{limit:g} MB at most expected",
        f"write a folder, save('sprites/'), which has no limit; or {REMEDIES[parts[0][0]]}; "
        f"or limit={math.ceil(size / MEGABYTE)} to allow it",
    )
