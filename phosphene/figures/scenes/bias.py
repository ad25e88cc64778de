"""The static bias figure: one row for each shape, a mark for each network between texture (left) and shape (right)."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING

from .. import fonts, layout
from ..colors import distinct
from ..scene import Box, Line, Scene, Text

if TYPE_CHECKING:
    from ..bias import Bias

GAP, ROW, SHOWN, THUMB, HEAD = 10, 24, 8, 96, 20


def scene(figure: Bias) -> Scene:
    """Some stimuli, the chart, and the networks with their shape bias."""
    parts = [("the stimuli", functools.partial(_stimuli, figure))] if len(figure.images) else []
    parts += [("the chart", functools.partial(_chart, figure)), ("the networks", functools.partial(_legend, figure))]
    return layout.framed(figure, figure.note, parts, 1.6 * GAP)


def _stimuli(figure: Bias) -> Scene:
    cells = [
        layout.below(layout.picture(pixels, THUMB, THUMB), layout.label(name, 9, room=THUMB), gap=3)
        for pixels, name in list(zip(figure.images, figure.names, strict=True))[:SHOWN]
    ]
    return layout.beside(*(layout.within(cell, THUMB) for cell in cells), gap=GAP)


def _chart(figure: Bias) -> Scene:
    left = 12 + max(fonts.width(name, 11) for name in figure.groups)
    width, height = 560.0, HEAD + ROW * len(figure.groups)
    marks: list[Line | Box | Text] = [
        Text(left, 12, "texture 0", 10, color=layout.GREY),
        Text(left + width, 12, "shape 1", 10, anchor="end", color=layout.GREY),
    ]
    marks += [Line(left + width * part / 4, HEAD, 0, height - HEAD, layout.RULE) for part in range(5)]
    for row, group in enumerate(figure.groups):
        middle = HEAD + ROW * (row + 0.5)
        marks += [Text(left - 12, middle + 4, group, 11, anchor="end"), Line(left, middle, width, 0, layout.RULE)]
    for network, color in enumerate(distinct(len(figure.networks))):
        mean = float(figure.values[network])
        if not math.isnan(mean):
            marks.append(Box(left + width * mean - 1.5, HEAD, 3, height - HEAD, color))
        spots = enumerate(figure.fractions[network].tolist())
        marks += [_spot(left + width * x, HEAD + ROW * (row + 0.5), color) for row, x in spots if not math.isnan(x)]
    return Scene(left + width + 8, height + 4, tuple(marks))


def _spot(x: float, y: float, color: str) -> Box:
    return Box(x - 5.5, y - 5.5, 11, 11, color, stroke="#ffffff")


def _legend(figure: Bias) -> Scene:
    rows = []
    for network, (name, color) in enumerate(zip(figure.networks, distinct(len(figure.networks)), strict=True)):
        shape, texture, other = (int(one[network].sum()) for one in (figure.shape, figure.texture, figure.other))
        value = float(figure.values[network])
        said = "none can be said" if math.isnan(value) else layout.short(value)
        text = f"{name}: shape bias {said} ({shape} for the shape, {texture} for the texture, {other} for neither)"
        rows.append(
            layout.beside(Scene(16, 12, (Box(0, 2, 11, 11, color),)), layout.label(text, 11, room=layout.WIDTH - 40))
        )
    return layout.below(*rows, gap=4)
