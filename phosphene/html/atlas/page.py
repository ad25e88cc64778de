"""The page of an atlas: one file with everything in it, or the index of a folder."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from ...errors import TooLarge
from .. import frame, sources
from ..frame import MEGABYTE
from . import plain, records

if TYPE_CHECKING:
    from ...figures.atlas import Atlas

STYLES = ("theme", "text", "controls", "entries", "below", "paper")
OWN_STYLES = ("frame", "map", "cells", "classes", "print")
SCRIPTS = ("arrays", "words", "elements", "table")
OWN_SCRIPTS = (
    "store",
    "level",
    "tiles",
    "view",
    "state",
    "paint",
    "names",
    "board",
    "map",
    "pointer",
    "keys",
    "overview",
    "bars",
    "examples",
    "difference",
    "cells",
    "classes",
    "tables",
    "controls",
    "zoom",
    "picture",
    "main",
)
INLINE, BESIDE = "'unsafe-inline'", "'unsafe-inline' 'self' file:"
"""The scripts that the page allows itself: its own; in a folder also those beside it."""
REMEDIES = {
    "icons": "fewer levels (sides=(10, 20)), fewer layers, or a smaller size= of the icons",
    "examples": "fewer examples for each cell (nearest=1)",
    "numbers": "fewer levels (sides=(10, 20)) or fewer layers",
}


def build(atlas: Atlas, limit: float) -> str:
    """The atlas as one page of at most `limit` megabytes (millions of bytes); TooLarge beyond."""
    stored: dict[str, Any] = {}
    sizes: Counter[str] = Counter()
    for name, value in records.entries(atlas):
        stored[name] = value
        sizes[_part(name)] += len(sources.json_text(value))
    page = filled(atlas, stored, INLINE)
    size = len(page.encode())
    if size > limit * MEGABYTE:
        raise _too_large(atlas, size, limit, sizes)
    return page


def filled(atlas: Atlas, stored: dict[str, Any], scripts: str) -> str:
    """The text of a page that has the entries `stored` in it and allows itself `scripts`."""
    style = sources.style(*(f"styles/{name}" for name in STYLES), *(f"atlas/styles/{name}" for name in OWN_STYLES))
    script = sources.script(
        *(f"scripts/{name}" for name in SCRIPTS), within=tuple(f"atlas/scripts/{name}" for name in OWN_SCRIPTS)
    )
    body = frame.body("atlas/body.html", caption=sources.escaped(atlas.caption), plain=plain.table(atlas))
    code = frame.code(script, data=records.index(atlas), stored=stored)
    return frame.filled(atlas.title, style, body, code, kind="Activation atlas", scripts=scripts)


def _part(name: str) -> str:
    return "numbers" if name.startswith("data/") else "examples" if name.startswith("tiles/examples/") else "icons"


def _too_large(atlas: Atlas, size: int, limit: float, sizes: Counter[str]) -> TooLarge:
    parts = sizes.most_common()
    shares = ", ".join(f"{name} {part / MEGABYTE:.3g}" for name, part in parts)
    remedy = f"{REMEDIES[parts[0][0]]}; or " if parts else ""
    return TooLarge(
        f"the page of {atlas.title!r} has {size / MEGABYTE:.3g} MB ({shares})",
        f"{limit:g} MB at most expected",
        f"write a folder, save('atlas/'), which has no limit; or {remedy}limit={math.ceil(size / MEGABYTE)} to allow it",
    )
