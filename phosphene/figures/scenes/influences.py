"""The static figure of influences: for each layer the places, then the channels for and against."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING

import numpy as np

from .. import layout
from ..scene import Scene
from . import blend

if TYPE_CHECKING:
    from ..influences import Influences, InfluencesLayer

SIDE, GAP, LARGEST, SMALLEST = 200, 8, 64, 28


def scene(figure: Influences) -> Scene:
    """For each picture: the picture and its score, then one row for each layer."""
    parts = [
        (f"{picture.name} at {layer.name}", functools.partial(_part, figure, place, number))
        for number, picture in enumerate(figure.pictures)
        for place, layer in enumerate(figure.layers)
    ]
    notes = (
        f"Objective: {figure.toward}. Method: {figure.method}. "
        "Colors and bars are in proportion to the largest of the layer and picture."
    )
    if figure.links:
        notes += " Influences of layers on each other are on the page (.html) only."
    return layout.framed(figure, notes, parts, 20)


def _part(figure: Influences, place: int, number: int) -> Scene:
    """The row of one layer; the first one has the picture at its left."""
    row = _row(figure, place, number)
    if place:
        return layout.padded(row, SIDE + 2 * GAP, 0)
    picture = figure.pictures[number]
    score = f"score {layout.short(float(figure.scores[number]))}"
    words = [layout.label(picture.name, room=SIDE), layout.label(score, 10, color=layout.GREY)]
    left = layout.below(layout.picture(picture.image, SIDE, SIDE), *words, gap=4)
    return layout.beside(layout.within(left, SIDE), row, gap=2 * GAP)


def _row(figure: Influences, place: int, number: int) -> Scene:
    layer = figure.layers[place]
    values = layer.spatial[number]
    most = max(float(np.abs(values).max(initial=0)), 1e-30)
    blended = blend.over(figure.pictures[number].image, values / most)
    total = f"positions add up to {layout.short(float(values.sum(dtype=np.float64)))}"
    words = [layout.label(layer.name, 11, True, room=SIDE), layout.label(total, 9, color=layout.GREY, room=SIDE)]
    missing = float(figure.missing[place, number])
    if not math.isnan(missing):
        words.append(layout.label(f"{missing:.1%} of the change is missing", 9, color=layout.GREY, room=SIDE))
    spatial = layout.below(layout.picture(blended, SIDE, SIDE), *words, gap=4)
    return layout.beside(layout.within(spatial, SIDE), _channels(layer, number), gap=2 * GAP)


def _channels(layer: InfluencesLayer, number: int) -> Scene:
    """Two rows of icons: the channels for the objective and those against it, the largest first."""
    found = zip(layer.value[number].tolist(), layer.index[number].tolist(), strict=True)
    ordered = sorted(found, key=lambda one: -abs(one[0]))
    most = abs(ordered[0][0]) if ordered else 0.0
    signs = {
        sign: [(layer.icons[index], str(layer.units[index]), value) for value, index in ordered if sign * value > 0]
        for sign in (1, -1)
    }
    room = layout.WIDTH - 2 * SIDE - 4 * GAP
    side = min(LARGEST, (room + GAP) / max(*map(len, signs.values()), 1) - GAP)
    side = side if side >= SMALLEST else LARGEST * 0.75
    rows = [
        layout.below(
            layout.label(name, 10, True, color), layout.flow(layout.measured(icons, most, side), room, GAP), gap=4
        )
        for (name, color), icons in zip((("for", layout.FOR), ("against", layout.AGAINST)), signs.values(), strict=True)
        if icons
    ]
    return layout.below(*rows, gap=10)
