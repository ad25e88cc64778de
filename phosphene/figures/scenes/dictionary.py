"""The static semantic dictionary: pictures with numbered places, and for each place the icons of each layer."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from .. import fonts, layout
from ..scene import Box, Scene, Text

if TYPE_CHECKING:
    from ..dictionary import Dictionary, DictionaryLayer

SIDE, LARGEST, NAMES, GAP, LONGEST = 240, 76, 150, 8, 1700


def scene(figure: Dictionary) -> Scene:
    """For each picture: the picture with its pins, then a row of icons for each pin and layer."""
    parts = [
        (picture.name, functools.partial(_section, figure, number)) for number, picture in enumerate(figure.pictures)
    ]
    notes = f"Bars: {figure.measure}, in proportion to the largest that is shown of the layer."
    return layout.framed(figure, notes, parts, 28)


def _section(figure: Dictionary, number: int) -> Scene:
    picture = figure.pictures[number]
    shown = layout.picture(picture.image, SIDE, SIDE)
    marks = [mark for pin in range(len(figure.pins)) for mark in _pin(figure, pin, shown.width, shown.height)]
    left = layout.below(
        Scene(shown.width, shown.height, (*shown.marks, *marks)), layout.label(picture.name, room=SIDE), gap=6
    )
    places = [(f"{pin + 1}", functools.partial(_place, figure, number, pin)) for pin in range(len(figure.pins))]
    room = layout.WIDTH - SIDE - 24
    return layout.beside(layout.within(left, SIDE), layout.fitting(places, room, LONGEST, 18), gap=24)


def _pin(figure: Dictionary, pin: int, width: float, height: float) -> list[Box | Text]:
    """The place as each layer has it, and its number: inside the picture, beside the smallest of these squares."""
    y, x = (float(one) for one in figure.pins[pin])
    cells = []
    for layer in figure.layers:
        row, column = layer.cell(y, x)
        high, wide = height / layer.rows, width / layer.columns
        cells.append((column * wide, row * high, wide, high))
    smallest = min(cells, key=lambda cell: cell[2] * cell[3], default=(x * width, y * height, 0.0, 0.0))
    right = smallest[0] + smallest[2]
    left = right + 2 if right + 18 <= width else max(smallest[0] - 18, 0)
    top = min(max(smallest[1] + smallest[3] / 2 - 8, 0), height - 16)
    outlines = [
        Box(*cell, stroke=color, thickness=thickness)
        for cell in cells
        for color, thickness in ((layout.INK, 3.0), ("#ffffff", 1.0))
    ]
    return [*outlines, *layout.padded(_badge(pin), left, top).marks]  # type: ignore[list-item]


def _badge(pin: int) -> Scene:
    """The number of a pin, white on black."""
    number = Text(8, 12, f"{pin + 1}", 11, True, "middle", "#ffffff")
    return Scene(16, 16, (Box(0, 0, 16, 16, layout.INK, "#ffffff"), number))


def _place(figure: Dictionary, number: int, pin: int) -> Scene:
    rows = layout.below(*(_icons(figure, layer, number, pin) for layer in figure.layers), gap=10)
    return layout.beside(_badge(pin), rows, gap=GAP)


def _icons(figure: Dictionary, layer: DictionaryLayer, number: int, pin: int) -> Scene:
    """The channels of one layer at one place, the largest first."""
    row, column = layer.cell(*figure.pins[pin])
    places, values = layer.index[number, row, column], layer.value[number, row, column]
    names = min(max(fonts.width(one.name, 11, True) for one in figure.layers) + 2 * GAP, NAMES)
    room = layout.WIDTH - SIDE - 24 - 16 - GAP - names - GAP
    side = min(LARGEST, (room + GAP) / max(len(places), 1) - GAP)
    most = max(float(np.abs(layer.value[number][_cells(figure, layer)]).max(initial=0)), 1e-30)
    named = [
        (layer.icons[place], str(layer.units[place]), float(value)) for place, value in zip(places, values, strict=True)
    ]
    icons = layout.measured(named, most, side)
    name = layout.label(layer.name, 11, True, room=names - GAP)
    about = layout.label(f"{layer.rows} × {layer.columns}", 9, color=layout.GREY)
    return layout.beside(layout.within(layout.below(name, about, gap=2), names), layout.beside(*icons, gap=GAP))


def _cells(figure: Dictionary, layer: DictionaryLayer) -> tuple[list[int], list[int]]:
    """The positions of a layer at all pins."""
    cells = [layer.cell(y, x) for y, x in figure.pins]
    return [row for row, _ in cells], [column for _, column in cells]
