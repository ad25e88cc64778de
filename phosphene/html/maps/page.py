"""The page of a clip: frames as pictures, maps as bytes that the page colors by itself."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import TooLarge
from .. import frame, sources
from ..encode import numbers, picture_url
from ..frame import MEGABYTE

if TYPE_CHECKING:
    from ...maps.clip import Clip, ClipLayer

STYLES = ("theme", "text", "controls", "below", "paper")
OWN_STYLES = ("player",)
SCRIPTS = ("arrays", "words", "elements")
OWN_SCRIPTS = ("colors", "view", "main")
QUALITY = 80
OVERHEAD = 40_000
"""The bytes of a page without frames, about."""
EACH = 14
"""The bytes that the largest number of a map takes."""


def build(clip: Clip, limit: float) -> str:
    """The page of a clip, of at most `limit` megabytes (millions of bytes); TooLarge beyond."""
    frames = [picture_url(one, QUALITY) for one in clip.pictures]
    height, width = clip.pictures.shape[1:3]
    style = sources.style(*(f"styles/{name}" for name in STYLES), *(f"maps/styles/{name}" for name in OWN_STYLES))
    script = sources.script(
        *(f"scripts/{name}" for name in SCRIPTS), within=tuple(f"maps/scripts/{name}" for name in OWN_SCRIPTS)
    )
    body = frame.body("maps/body.html", first=frames[0], height=height, width=width)
    page = frame.filled(clip.title, style, body, frame.code(script, data=_data(clip, frames)), kind="Activation maps")
    size = len(page.encode())
    if size > limit * MEGABYTE:
        raise too_large(len(frames), size, limit)
    return page


def weight(picture: np.ndarray[Any, Any], shapes: list[tuple[int, int, int]]) -> float:
    """The bytes that a frame (h, w, 3) and its maps (n, rows, columns) take on a page."""
    maps = sum(count * (rows * columns * 4 / 3 + EACH) for count, rows, columns in shapes)
    return maps + len(picture_url(picture, QUALITY))


def too_large(frames: int, size: float, limit: float) -> TooLarge:
    """The error for a page of so many frames and bytes."""
    needed = math.ceil(size / MEGABYTE)
    fitting = max(1, int(frames * limit * MEGABYTE / size))
    return TooLarge(
        f"a page of {frames} frames with their maps, {size / MEGABYTE:.3g} MB",
        f"{limit:g} MB at most expected",
        f"name fewer channels or layers, a smaller size, about {fitting} frames, or write limit={needed} to allow it; "
        "videos have no limit",
    )


def _data(clip: Clip, frames: list[str]) -> dict[str, Any]:
    from ...maps import colors  # which is made of figures, which are made of pages

    return {
        "title": clip.title,
        "made": list(clip.made.items()),
        "rate": clip.rate,
        "width": clip.pictures.shape[2],
        "height": clip.pictures.shape[1],
        "frames": frames,
        "even": numbers(colors.even(), "whole"),
        "diverging": numbers(colors.diverging(), "whole"),
        "layers": [_layer(layer) for layer in clip.layers],
    }


def _layer(layer: ClipLayer) -> dict[str, Any]:
    count, shown, rows, columns = layer.maps.shape
    return {
        "name": layer.name,
        "channels": layer.channels.tolist(),
        "rows": rows,
        "columns": columns,
        "maps": numbers(layer.maps.reshape(count * shown, rows, columns), "scaled"),
    }
