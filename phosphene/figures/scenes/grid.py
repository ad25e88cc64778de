"""The static activation grid: the icons in place, beside the picture."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from .. import layout
from ..scene import Image, Scene

if TYPE_CHECKING:
    from ..grid import Grid, GridLayer

SIDE, GAP, LONGEST = 260, 24, 1700


def scene(figure: Grid) -> Scene:
    """For each picture: the picture, then the grids of its layers and the pictures painted for all positions."""
    parts = [
        (picture.name, functools.partial(_section, figure, number)) for number, picture in enumerate(figure.pictures)
    ]
    notes = "What all activations share was taken away first." if figure.whitened else ""
    return layout.framed(figure, notes, parts, 28)


def _section(figure: Grid, number: int) -> Scene:
    picture = figure.pictures[number]
    left = layout.below(layout.picture(picture.image, SIDE, SIDE), layout.label(picture.name, room=SIDE), gap=6)
    room = layout.WIDTH - SIDE - GAP
    shown = sum(bool(layer.icons.size) + bool(layer.joint.size) for layer in figure.layers)
    side = room if shown == 1 else (room - GAP) / 2
    views = [(layer.name, view) for layer in figure.layers for view in _views(layer, number, side)]
    rows = [views[first : first + 2] for first in range(0, len(views), 2)]
    named = [
        (
            " and ".join(dict.fromkeys(name for name, _ in row)),
            functools.partial(layout.beside, *(view for _, view in row), gap=GAP),
        )
        for row in rows
    ]
    return layout.beside(layout.within(left, SIDE), layout.fitting(named, room, LONGEST, GAP), gap=GAP)


def _views(layer: GridLayer, number: int, side: float) -> list[Scene]:
    """The grid of a layer and its joint picture, as far as there are."""
    views = []
    if layer.icons.size:
        about = f"{layer.rows} × {layer.columns} positions"
        views.append(_named(_icons(layer, number, side), layer.name, about, side))
    if layer.joint.size:
        joint = layout.picture(layer.joint[number], side, side)
        views.append(_named(joint, layer.name, "all positions together", side))
    return views


def _named(view: Scene, name: str, about: str, side: float) -> Scene:
    words = layout.label(about, 10, color=layout.GREY)
    head = layout.beside(layout.label(name, 11, True, room=side - words.width - 8), words, gap=8)
    return layout.within(layout.below(head, view, gap=6), side)


def _icons(layer: GridLayer, number: int, side: float) -> Scene:
    """The icons of a layer, each as large as its activation is long, in the middle of its cell."""
    cell = side / max(layer.rows, layer.columns)
    marks = []
    for row in range(layer.rows):
        for column in range(layer.columns):
            size = cell * float(layer.sides[number, row, column])
            if size * 2 >= 1:
                margin = (cell - size) / 2
                left, top = column * cell + margin, row * cell + margin
                marks.append(Image(left, top, size, size, layer.icons[number, row, column]))
    return Scene(cell * layer.columns, cell * layer.rows, tuple(marks))
