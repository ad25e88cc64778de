"""The static figure of neuron groups: icons as the head of a table, a row for each picture with the maps of the groups."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from .. import layout
from ..colors import distinct
from ..scene import Box, Scene
from . import blend

if TYPE_CHECKING:
    from ..groups import Groups, GroupsLayer

GAP, LARGEST = 12, 132


def scene(figure: Groups) -> Scene:
    """For each layer: the icons of its groups, then for each picture the colored picture and the map of each group."""
    parts = [
        (f"{picture.name} at {layer.name}", functools.partial(_part, figure, layer, number))
        for layer in figure.layers
        for number, picture in enumerate(figure.pictures)
    ]
    attributed = any(layer.attribution.size for layer in figure.layers)
    notes = "Percentages: of the layer's activation, over all pictures."
    if attributed:
        notes += f" Bars under the maps: what a group adds to {figure.toward}, hollow where it takes away."
    return layout.framed(figure, notes, parts, 18)


def _part(figure: Groups, layer: GroupsLayer, number: int) -> Scene:
    """The row of one picture; the first one of a layer has the icons above it."""
    row = _row(figure, layer, number)
    return row if number else layout.below(_head(layer), row, gap=14)


def _sides(layer: GroupsLayer) -> tuple[float, float]:
    """The widths of a picture's column and of a group's."""
    side = 150 if layer.count <= 8 else 110
    room = layout.WIDTH - 2 * (side + GAP)
    return side, min(LARGEST, (room + GAP) / max(layer.count, 1) - GAP)


def _head(layer: GroupsLayer) -> Scene:
    room = 2 * _sides(layer)[0] + GAP
    groups = "1 group explains" if layer.count == 1 else f"{layer.count} groups explain"
    words = layout.below(
        layout.label(layer.name, 13, True, room=room),
        layout.paragraph(f"{groups} {layer.explained:.0%} of the squared activation.", room),
        gap=4,
    )
    icons = [_icon(layer, group, float(layer.shares[group])) for group in range(layer.count)]
    return layout.beside(layout.within(words, room), layout.beside(*icons, gap=GAP), gap=GAP)


def _icon(layer: GroupsLayer, group: int, share: float) -> Scene:
    """An icon under its color, with the group's number, share and strongest channels."""
    _, side = _sides(layer)
    chip = Scene(side, 7, (Box(0, 0, side, 7, distinct(layer.count)[group]),))
    named = layout.label(f"{group + 1}", 11, True)
    told = layout.label(f"{share:.0%}", 11, color=layout.GREY)
    channels = ", ".join(str(channel) for channel, part in layer.strongest(group, 3) if part > 0)
    lines = layout.paragraph(f"channels {channels}", side, 9)
    icon = layout.picture(layer.icons[group], side, side)
    return layout.below(chip, icon, layout.beside(named, told, gap=6), lines, gap=3)


def _row(figure: Groups, layer: GroupsLayer, number: int) -> Scene:
    picture, maps = figure.pictures[number], layer.maps[number]
    colors, (large, side) = distinct(layer.count), _sides(layer)
    whole = blend.tinted(picture.image, maps / layer.most, colors)
    left = [
        layout.below(layout.picture(picture.image, large, large), layout.label(picture.name, 10, room=large), gap=4),
        layout.picture(whole, large, large),
    ]
    attribution = layer.attribution[number]
    columns = []
    for group in range(layer.count):
        view = layout.picture(blend.tinted(picture.image, maps[group, None] / layer.most, [colors[group]]), side, large)
        value = (
            _value(float(attribution[group]), float(np.abs(layer.attribution).max()), side) if attribution.size else []
        )
        columns.append(layout.within(layout.below(view, *value, gap=4), side))
    return layout.beside(*(layout.within(one, large) for one in left), *columns, gap=GAP)


def _value(value: float, most: float, side: float) -> list[Scene]:
    """A signed number and its bar, grey: filled for what a group adds, hollow for what it takes away."""
    bar = layout.bar(value, most, side, 4, layout.GREY, hollow=value < 0)
    return [bar, layout.label(layout.signed(value), 9, color=layout.INK)]
