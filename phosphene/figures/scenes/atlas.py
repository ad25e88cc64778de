"""The static atlas: the finest grid of each layer that can be read, with the names of its largest regions."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from ...html.atlas.tiles import composed
from .. import fonts, layout
from ..regions import regions
from ..scene import Box, Image, Scene, Text

if TYPE_CHECKING:
    from ..atlas import Atlas, AtlasLayer, Level

READABLE = 20
"""Units of a cell in which an icon is recognized."""
GAP, DENSITY = 24, 2
MOST, LETTERS = 16, 11
"""Names on one atlas, and their size."""


def scene(figure: Atlas) -> Scene:
    """One atlas over the whole width, or two beside each other and more below."""
    side = layout.WIDTH if len(figure.layers) < 2 else (layout.WIDTH - GAP) / 2
    rows = [figure.layers[first : first + 2] for first in range(0, len(figure.layers), 2)]
    parts = [(" and ".join(one.name for one in row), functools.partial(_row, figure, row, side)) for row in rows]
    notes = "The area of an icon is proportional to its samples. Names: the class with the largest mean attribution."
    return layout.framed(figure, notes, parts, GAP)


def _row(figure: Atlas, layers: tuple[AtlasLayer, ...], side: float) -> Scene:
    return layout.beside(*(_layer(figure, layer, side) for layer in layers), gap=GAP)


def _layer(figure: Atlas, layer: AtlasLayer, side: float) -> Scene:
    """A layer's name and numbers over its grid."""
    level = readable(layer, side)
    about = f"{layer.samples:,} samples" + (f", {layer.outliers:,} outliers left out" if layer.outliers else "")
    if level:
        about += f", {len(level.cell):,} cells of {level.side} × {level.side}"
    words = layout.label(about, 10, color=layout.GREY, room=side * 0.75)
    head = layout.beside(layout.label(layer.name, 11, True, room=side - words.width - 8), words, gap=8)
    shown = [_grid(figure, level, side)] if level else []
    return layout.within(layout.below(head, *shown, gap=6), side)


def readable(layer: AtlasLayer, side: float) -> Level | None:
    """The finest level whose cells have `READABLE` units in a frame, or else the coarsest."""
    found = [level for level in layer.levels if side / level.side >= READABLE]
    return found[-1] if found else next(iter(layer.levels), None)


def _grid(figure: Atlas, level: Level, side: float) -> Scene:
    """All icons as one picture on white, and the names over it."""
    pixels = composed(level, max(2, round(DENSITY * side / level.side)), sized=True)
    flat = np.where(pixels[..., 3:] > 0, pixels[..., :3], 255).astype(np.uint8)
    return Scene(side, side, (Image(0, 0, side, side, flat), *_names(figure, level, side)))


def _names(figure: Atlas, level: Level, side: float) -> list[Box | Text]:
    """White on dark boxes, the largest regions first, none over another."""
    cell = side / level.side
    boxes: list[Box] = []
    marks: list[Box | Text] = []
    for region in regions(level):
        text = fonts.shortened(figure.labels[region.label], side / 3, LETTERS, True)
        width, height = fonts.width(text, LETTERS, True) + 8, LETTERS + 6
        left = min(max((region.column + 0.5) * cell - width / 2, 0), side - width)
        top = min(max((region.row + 1) * cell - height / 2, 0), side - height)  # below its icon
        box = Box(left, top, width, height, layout.INK)
        if not any(_overlap(box, other) for other in boxes):
            boxes.append(box)
            marks += [box, Text(left + 4, top + LETTERS + 1, text, LETTERS, True, "start", "#ffffff")]
        if len(boxes) == MOST:
            break
    return marks


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )
