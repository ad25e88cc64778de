"""The static figure of a network's channels: each layer as a sheet, every row with the number of its first channel."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from .. import layout
from ..scene import Image, Scene

if TYPE_CHECKING:
    from ..sprites import Sprites, SpritesLayer

SIDE, GAP, NUMBERS = 43, 2, 40
"""Units of an icon, between two of them, and of the numbers at the left: 20 icons fill a row."""
ACROSS, MOST = 20, 400
"""Icons in a row; twice as many, half as large, in layers of more icons than `MOST`."""


def scene(figure: Sprites) -> Scene:
    """All layers below each other."""
    parts = [(layer.name, functools.partial(_layer, layer)) for layer in figure.layers]
    return layout.framed(figure, "The number before a row is that of its first channel.", parts, 20)


def _layer(layer: SpritesLayer) -> Scene:
    count = len(layer.units)
    about = f"{count:,} channels" if count == layer.channels else f"{count:,} of {layer.channels:,} channels"
    words = layout.label(about, 10, color=layout.GREY)
    name = layout.label(layer.name, 11, True, room=layout.WIDTH - words.width - 8)
    across, side = (ACROSS, SIDE) if count <= MOST else (2 * ACROSS, (SIDE - GAP) / 2)
    rows = [_row(layer, first, across, side) for first in range(0, count, across)]
    return layout.below(layout.beside(name, words, gap=8), layout.below(*rows, gap=GAP), gap=6)


def _row(layer: SpritesLayer, first: int, across: int, side: float) -> Scene:
    icons = layer.icons[first : first + across]
    number = layout.padded(layout.label(str(layer.units[first]), 10, color=layout.GREY), 0, side / 2 - 6)
    return layout.beside(layout.within(number, NUMBERS), _strip(icons, side))


def _strip(icons: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], side: float) -> Scene:
    """Icons beside each other, one mark each."""
    marks = tuple(Image(place * (side + GAP), 0, side, side, icon) for place, icon in enumerate(icons))
    return Scene(len(icons) * (side + GAP) - GAP, side, marks)
