"""The static figure of units: for each its icon and, beside it, its strongest pictures; below those that it answers least."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

from .. import layout
from ..scene import Scene

if TYPE_CHECKING:
    from ..units import Units, UnitsLayer

GAP, LARGEST, APART = 6, 88, 18


def scene(figure: Units) -> Scene:
    """Units below each other, those of a layer under its name."""
    parts = [
        (f"{layer.name} {int(unit)}", functools.partial(_unit, layer, place))
        for layer in figure.layers
        for place, unit in enumerate(layer.units)
    ]
    return layout.framed(figure, notes(figure), parts, APART)


def notes(figure: Units) -> str:
    """What stands where; the page says the same."""
    painted = any(layer.icons.size for layer in figure.layers)
    told = "At the left, an icon painted for the unit." if painted else ""
    if any(layer.low.size for layer in figure.layers):
        against = ", at the left an icon painted against it" if any(one.negative.size for one in figure.layers) else ""
        told += f" In the second row those that it answers least{against}."
    return f"{told} Below each picture the activation.".strip()


def _unit(layer: UnitsLayer, place: int) -> Scene:
    name = layout.label(f"{layer.name}, unit {int(layer.units[place])}", 11, True, room=layout.WIDTH)
    many = max(layer.high.shape[1], layer.low.shape[1])
    icons = bool(layer.icons.size or layer.negative.size)
    side = min(LARGEST, (layout.WIDTH - (APART if icons else 0) + GAP) / max(many + icons, 1) - GAP)
    rows = [
        _row(icon[place], pictures[place], values[place], side, icons)
        for icon, pictures, values in (
            (layer.icons, layer.high, layer.high_value),
            (layer.negative, layer.low, layer.low_value),
        )
        if icon.size or pictures.size
    ]
    return layout.below(name, *rows, gap=GAP)


def _row(icon: Any, pictures: Any, values: Any, side: float, icons: bool) -> Scene:
    shown = [
        _example(one, value, side) for one, value in zip(pictures, values.tolist(), strict=True) if math.isfinite(value)
    ]
    strip = layout.beside(*shown, gap=GAP)
    if not icons:
        return strip
    left = layout.picture(icon, side, side) if icon.size else Scene(0, 0)
    return layout.beside(layout.within(left, side, side), strip, gap=APART)


def _example(pixels: Any, value: float, side: float) -> Scene:
    number = layout.label(layout.short(value), 9 if side >= 40 else 7, color=layout.GREY, room=side)
    return layout.within(layout.below(layout.picture(pixels, side, side), number, gap=2), side)
