"""The static figure of explanations: for each picture and objective a row of maps, each with its scale and its sum."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING

import numpy as np

from ...maps.colors import colored, diverging, even
from .. import layout
from ..scene import Image, Scene
from . import blend

if TYPE_CHECKING:
    from ..base import Picture
    from ..explanation import Explanation, ExplanationLayer

LARGEST, SMALLEST, GAP, STRIPE, WORDS = 180, 120, 12, 6, 100
"""Units of a picture, at most and at least, between pictures, of a scale's height, and of the narrowest column of words."""


def scene(figure: Explanation) -> Scene:
    """For each picture and objective: the picture with the score, then the maps in rows; of one map for each, one row."""
    goals = range(len(figure.objectives))
    rows = [goals] if len(figure.layers) == 1 else [range(goal, goal + 1) for goal in goals]
    parts = [
        (f"{_goals(figure, row)} in {picture.name}", functools.partial(_part, figure, number, row))
        for number, picture in enumerate(figure.pictures)
        for row in rows
    ]
    post = "" if figure.post == "raw" else f"Maps as {figure.post} shows them. "
    return layout.framed(figure, f"{post}The numbers under a map are the ends of its scale.", parts, 20)


def _goals(figure: Explanation, row: range) -> str:
    return ", ".join(figure.objectives[goal] for goal in row)


def _part(figure: Explanation, number: int, row: range) -> Scene:
    """The picture, and the maps of objectives in rows."""
    picture = figure.pictures[number]
    groups = _groups(figure)
    side = _side(len(row) * max(map(len, groups)))
    wide = _wide(picture, side)
    words = [layout.label(picture.name, 10, color=layout.GREY, room=wide)]
    if len(row) == 1:
        words = [*_goal(figure, number, row[0], wide), *words]
    left = layout.below(layout.picture(picture.image, side, side), *words, gap=4)
    rows = [[_map(figure, layer, number, goal, side, len(row) > 1) for goal in row for layer in one] for one in groups]
    flows = [layout.flow(maps, layout.WIDTH - wide - 2 * GAP, GAP) for maps in rows]
    return layout.beside(layout.within(left, wide), layout.below(*flows, gap=GAP), gap=2 * GAP)


def _groups(figure: Explanation) -> list[list[ExplanationLayer]]:
    """The maps that stand in a row: a method's own where one has several layers, else all."""
    of = [[layer for layer in figure.layers if layer.method == number] for number in range(len(figure.methods))]
    ladders = [one for one in of if one]
    return ladders if max(map(len, ladders), default=0) > 1 else [list(figure.layers)]


def _goal(figure: Explanation, number: int, goal: int, wide: float) -> list[Scene]:
    """An objective and its score."""
    score = f"score {layout.short(float(figure.scores[number, goal]))}"
    return [
        layout.label(figure.objectives[goal], 11, True, room=wide),
        layout.label(score, 9, color=layout.GREY, room=wide),
    ]


def _map(figure: Explanation, layer: ExplanationLayer, number: int, goal: int, side: float, alone: bool) -> Scene:
    """A map over its picture, what it is, the ends of its scale, and what it adds up to."""
    picture = figure.pictures[number]
    end, wide = float(layer.ends[number, goal]), _wide(picture, side)
    parts = layer.maps[number, goal] / (end or 1.0)
    where = layer.name if figure.post != "raw" else f"{layer.name}, {layer.rows} × {layer.columns}"
    words = [
        layout.label(figure.named(layer), 11, not alone, room=wide),
        layout.label(where, 9, color=layout.GREY, room=wide),
        _scale(layer.signs, end, wide),
    ]
    missing = float(layer.missing[number, goal])
    if not math.isnan(missing):
        total = f"adds up to {layout.short(float(layer.totals[number, goal]))}, {missing:.1%} missing"
        words.append(layout.label(total, 9, color=layout.GREY, room=wide))
    if alone:
        words = [*_goal(figure, number, goal, wide), *words]
    across, down = _frame(picture, side)
    shown = Scene(across, down, (Image(0, 0, across, down, blended(picture.image, parts, layer.signs)),))
    return layout.within(layout.below(shown, *words, gap=4), wide)


def blended(picture: blend.Bytes, parts: np.ndarray[tuple[int, ...], np.dtype[np.float32]], signs: bool) -> blend.Bytes:
    """A map in parts of its scale over its picture: with signs the picture keeps its light where nothing speaks."""
    kept = np.clip(parts, -1, 1)
    return blend.over(picture, kept) if signs else blend.through(picture, colored(kept, False))


def _scale(signs: bool, end: float, wide: float) -> Scene:
    """The colors from one end to the other, and the numbers there."""
    stripe = Scene(wide, STRIPE, (Image(0, 0, wide, STRIPE, (diverging() if signs else even())[None]),))
    low = layout.label(layout.short(-end) if signs else "0", 9, color=layout.GREY)
    high = layout.label(layout.short(end), 9, color=layout.GREY)
    ends = Scene(wide, low.height, low.marks + high.moved(wide - high.width, 0))
    return layout.below(stripe, ends, gap=2)


def _side(count: int) -> float:
    """The side of so many maps and their picture, in one row if they are not too small for it."""
    return min(LARGEST, max(SMALLEST, (layout.WIDTH - 2 * GAP) / (count + 1) - GAP))


def _wide(picture: Picture, side: float) -> float:
    """The column of a picture: as wide as it stands in its frame, or as its words."""
    return max(_frame(picture, side)[0], WORDS)


def _frame(picture: Picture, side: float) -> tuple[float, float]:
    """How wide and how high a picture stands in a square."""
    rows, columns = picture.image.shape[:2]
    return side * columns / max(rows, columns), side * rows / max(rows, columns)
