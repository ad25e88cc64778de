"""The static map: dots in the colors of their classes, thumbnails above some of them, and the classes at the right."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import colors, layout
from ..scene import Box, Image, Scene
from ..spread import reach

if TYPE_CHECKING:
    from ..map import Map

SIDE, GAP, TABLE = 640, 20, 300
THUMBNAIL, EDGE, DOT, DENSITY = 30, 2, 4, 2
"""Units of a thumbnail, of its edge and of a dot; pixels for one unit."""
APART = 0.06
"""How far a thumbnail stands from those that are seen before it, on a map of side 1."""
MOST = 60
"""Classes in the table."""


def scene(figure: Map) -> Scene:
    """The map, and beside it its classes."""
    table = _table(figure)
    body = layout.beside(_map(figure), table, gap=GAP) if figure.classes else _map(figure)
    count = f"{len(figure.names):,} pictures, {int(seen(figure).sum()):,} of them shown."
    lost = int(np.isnan(figure.place).any(1).sum())
    notes = f"{count} {f'{lost:,} have no place.' if lost else ''} {figure.about}"
    return layout.framed(figure, notes, [("the map", lambda: body)], GAP)


def seen(figure: Map) -> NDArray[np.bool_]:
    """Which of the thumbnails (m,) are shown: none over another."""
    return reach(figure.place[figure.shown]) > APART


def hues(count: int) -> list[str]:
    """Colors of so many classes: those that are told apart, or, of more, all around the circle of hues."""
    if count <= len(colors.PALETTE):
        return colors.distinct(count)
    turns = np.arange(count) * 2 * np.pi / count
    lab = np.stack([np.where(np.arange(count) % 2, 45.0, 65.0), 55 * np.cos(turns), 55 * np.sin(turns)], 1)
    return ["#" + "".join(f"{round(255 * part):02x}" for part in one) for one in colors.srgb(lab).tolist()]


def _map(figure: Map) -> Scene:
    inks = [*hues(len(figure.classes)), layout.GREY]  # the last one for -1
    around = THUMBNAIL / 2 + 4 * EDGE
    place = figure.place.astype(np.float64) - np.nanmin(figure.place, 0)
    centre = place * (SIDE - 2 * around) + around
    centre[:, 1] += THUMBNAIL  # which stand above their dots, so that these are seen
    height = math.ceil(float(np.nanmax(centre[:, 1])) + around)
    marks: list[Any] = [Image(0, 0, SIDE, height, _dots(centre, figure.label, inks, height))]
    there = seen(figure)
    for number, pixels in zip(figure.shown[there].tolist(), figure.thumbnails[there], strict=True):
        x, y = centre[number] - (THUMBNAIL / 2, THUMBNAIL + DOT)
        ink = inks[int(figure.label[number])]
        marks.append(Box(x - EDGE, y - EDGE, THUMBNAIL + 2 * EDGE, THUMBNAIL + 2 * EDGE, ink))
        marks.append(Image(x, y, THUMBNAIL, THUMBNAIL, pixels))
    return Scene(SIDE, height, (*marks, Box(0, 0, SIDE, height, stroke=layout.RULE)))


def _dots(centre: Any, label: Any, inks: list[str], height: int) -> Any:
    """All pictures as dots on white, one picture however many there are."""
    paper = np.full((height * DENSITY, SIDE * DENSITY, 3), 255, np.uint8)
    paint = np.array([[int(ink[i : i + 2], 16) for i in (1, 3, 5)] for ink in inks], np.uint8)
    there = np.isfinite(centre).all(1)
    corner = np.rint((centre[there] - DOT / 2) * DENSITY).astype(np.int64)
    for dy in range(DOT * DENSITY):
        for dx in range(DOT * DENSITY):
            paper[corner[:, 1] + dy, corner[:, 0] + dx] = paint[label[there]]
    return paper


def _table(figure: Map) -> Scene:
    """A row for each class: its color, name and count, its silhouette and its accuracy as bars."""
    inks = hues(len(figure.classes))
    count = np.bincount(figure.label[figure.label >= 0], minlength=len(figure.classes))
    rows = [_header(figure)] if figure.silhouette.size or figure.accuracy.size else []
    order = ordered(figure)
    rows += [_class(figure, int(one), inks[int(one)], int(count[one])) for one in order[:MOST]]
    if len(order) > MOST:
        rows.append(layout.label(f"and {len(order) - MOST} more", 9, color=layout.GREY))
    return layout.below(*rows, gap=6 if len(rows) <= 30 else 1)


def ordered(figure: Map) -> NDArray[np.int64]:
    """The classes, those that stand apart most first."""
    return np.argsort(-figure.silhouette, kind="stable") if figure.silhouette.size else np.arange(len(figure.classes))


def _header(figure: Map) -> Scene:
    cells = [(16, ""), (134, ""), (75, "silhouette"), (75, "neighbours")]
    return layout.beside(*(layout.within(layout.label(text, 9, color=layout.GREY), width) for width, text in cells))


def _class(figure: Map, one: int, ink: str, count: int) -> Scene:
    spot = Scene(16, 11, (Box(0, 2, 10, 10, ink),))
    name = layout.label(f"{figure.classes[one]} ({count:,})", 10, room=130)
    parts = [spot, layout.within(name, 134)]
    for values in (figure.silhouette, figure.accuracy):
        if values.size and np.isfinite(values[one]):
            value = float(values[one])
            color = layout.AGAINST if value < 0 else layout.INK
            bar = layout.padded(layout.bar(value, 1, 36, 5, color), 0, 4)
            parts.append(layout.within(layout.beside(bar, layout.label(layout.short(round(value, 2)), 9), gap=4), 75))
    return layout.beside(*parts)
