"""The page of a map of pictures: one file with all thumbnails in it."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import TooLarge
from .. import frame, sources
from ..atlas.tiles import ACROSS, sheets
from ..encode import numbers, picture_url, webp

if TYPE_CHECKING:
    from ...figures.map import Map

STYLES = ("theme", "text", "controls", "below", "paper")
OWN_STYLES = ("frame", "card", "legend")
SCRIPTS = ("arrays", "words", "elements")
MOVING = ("store", "tiles", "view", "board", "pointer", "keys", "zoom", "overview")
"""Scripts of the atlas's page."""
OWN_SCRIPTS = ("pictures", "paint", "map", "card", "legend", "main")
QUALITY = 80
SMALL = 256
"""Pixels of the small map in the corner."""
BASE, EACH = 60_000, 60
"""About the bytes of a page without pictures, and of a picture without its name, its neighbours and its thumbnail."""
REMEDY = "write thumbnails=200"


def build(figure: Map, limit: float) -> str:
    """The figure as one page of at most `limit` megabytes (millions of bytes); TooLarge beyond."""
    overview = picture_url(small(figure), QUALITY)
    within = (*(f"atlas/scripts/{name}" for name in MOVING), *(f"plane/scripts/{name}" for name in OWN_SCRIPTS))
    stored = {f"tiles/{number}": _url(sheet) for number, sheet in enumerate(sheets(figure.thumbnails))}
    script = sources.script(*(f"scripts/{name}" for name in SCRIPTS), within=within)
    own = ("atlas/styles/map", *(f"plane/styles/{name}" for name in OWN_STYLES))
    style = sources.style(*(f"styles/{name}" for name in STYLES), *own)
    body = frame.body("plane/body.html", caption=sources.escaped(figure.caption), overview=overview)
    code = frame.code(script, data=_data(figure, overview), stored=stored)
    page = frame.filled(figure.title, style, body, code, kind="Map of pictures")
    return frame.limited(page, limit, figure.title, REMEDY)


def check(names: Sequence[str], neighbours: int, sample: Sequence[Any], shown: int, limit: float) -> None:
    """Refuse a page beyond the limit before there is a map of these pictures.

    sample: some thumbnails (t, t, 3), for what each of the `shown` ones takes.  Errors: TooLarge.
    """
    each = sum(len(_url(one)) for one in sheets(np.stack(sample))) / len(sample) if sample else 0.0
    size = BASE + len(names) * (EACH + 12 * neighbours) + sum(len(one.encode()) for one in names) + shown * each
    if size > limit * frame.MEGABYTE:
        raise TooLarge(
            f"a page of {len(names):,} pictures, {shown:,} of them with thumbnails, about {size / frame.MEGABYTE:.3g} MB",
            f"{limit:g} MB at most expected",
            f"{REMEDY}, or write limit={math.ceil(size / frame.MEGABYTE)} to allow it",
        )


def _url(sheet: Any) -> str:
    return "data:image/webp;base64," + base64.b64encode(webp(sheet, QUALITY)).decode()


def small(figure: Map) -> Any:
    """All pictures as dots (s, s, 4), clear where none is."""
    inks = _inks(figure)
    found = np.zeros((SMALL, SMALL, 4), np.uint8)
    there = np.isfinite(figure.place).all(1)
    corner = np.rint(figure.place[there].astype(np.float64) * (SMALL - 4)).astype(np.int64).clip(0, SMALL - 4)
    for dy in range(3):
        for dx in range(3):
            found[corner[:, 1] + dy, corner[:, 0] + dx] = inks[figure.label[there]]
    return found


def _inks(figure: Map) -> Any:
    """The colors of the classes (K + 1, 4), the last of them for pictures without one."""
    return np.array([[*(int(ink[i : i + 2], 16) for i in (1, 3, 5)), 255] for ink in _hues(figure)], np.uint8)


def _hues(figure: Map) -> list[str]:
    from ...figures import layout  # figures are built on pages
    from ...figures.scenes.map import hues

    return [*hues(len(figure.classes)), layout.GREY]


def _data(figure: Map, overview: str) -> dict[str, Any]:
    from ...figures.scenes.map import ordered
    from ...figures.spread import reach

    count = np.bincount(figure.label[figure.label >= 0], minlength=len(figure.classes))
    return {
        "title": figure.title,
        "about": figure.about,
        "made": list(figure.made.items()),
        "across": ACROSS,
        "side": figure.thumbnails.shape[1],
        "overview": overview,
        "names": list(figure.names),
        "place": numbers(figure.place, "f4"),
        "label": numbers(figure.label + 1, "whole"),
        "shown": numbers(figure.shown, "whole"),
        "reach": numbers(np.minimum(reach(figure.place[figure.shown]), 9), "f4"),
        "each": figure.nearest.shape[1],
        "nearest": numbers(figure.nearest, "whole"),
        "distance": numbers(figure.distance, "f4"),
        "inks": _hues(figure),
        "order": ordered(figure).tolist(),
        "classes": list(figure.classes),
        "count": count.tolist(),
        "silhouette": [round(one, 4) for one in figure.silhouette.tolist()],
        "accuracy": [round(one, 4) for one in figure.accuracy.tolist()],
    }
