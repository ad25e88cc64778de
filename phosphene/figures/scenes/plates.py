"""The static figure of plates: in rows, each with its name below it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from .. import layout
from ..scene import Scene

if TYPE_CHECKING:
    from ..plates import Plates

GAP, LARGEST = 10, 160


def scene(figure: Plates) -> Scene:
    """Rows of plates, as large as there is room for."""
    side = min(LARGEST, (layout.WIDTH + GAP) / figure.across - GAP)
    count = len(figure.names)
    rows = [range(first, min(first + figure.across, count)) for first in range(0, count, figure.across)]
    parts = [
        (", ".join(figure.names[one] for one in row), functools.partial(_row, figure, list(row), side)) for row in rows
    ]
    return layout.framed(figure, figure.about, parts, GAP)


def _row(figure: Plates, row: list[int], side: float) -> Scene:
    return layout.beside(*(_plate(figure, number, side) for number in row), gap=GAP)


def _plate(figure: Plates, number: int, side: float) -> Scene:
    name = layout.label(figure.names[number], 10 if side >= 64 else 8, room=side)
    picture = layout.picture(figure.images[number], side, side)
    return layout.within(layout.below(picture, name, gap=3) if figure.names[number] else picture, side)
