"""The static figure of a table of pictures: names of columns above, names of rows at the left."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from .. import fonts, layout
from ..scene import Image, Scene

if TYPE_CHECKING:
    from ..table import Table

GAP, NAMES, LARGEST, ROUND, LINE = 6, 150, 160, 260, 11 * 1.3
"""Units between pictures, of names, of a picture at most, of what stands around all rows, and of a line of a name."""
HEAD = 4 * LINE
"""Units that the name of a column has at most."""


def scene(figure: Table) -> Scene:
    """All rows below each other; pictures as large as they have room for."""
    names = max((fonts.width(name, 11, True) for name in figure.rows if name), default=0.0)
    left = min(NAMES, names) + (GAP if names else 0)
    count, (height, width) = len(figure.columns), figure.images.shape[2:4]
    room = (layout.WIDTH - left + GAP) / max(count, 1) - GAP
    tall = (layout.HEIGHT - ROUND) / max(len(figure.rows), 1) - GAP
    scale = min(min(room, LARGEST if count > 1 else 3 * LARGEST) / max(width, 1), tall / max(height, 1))
    parts = [
        (
            name or f"row {number + 1}",
            functools.partial(_row, figure, number, left, scale * width, scale * height, tall),
        )
        for number, name in enumerate(figure.rows)
    ]
    return layout.framed(figure, figure.about, parts, GAP)


def _row(figure: Table, number: int, left: float, width: float, height: float, tall: float) -> Scene:
    """One row; the first one has the names of the columns above it."""
    name = _name(figure.rows[number], left - GAP, tall) if left else Scene(0, 0)
    named = layout.within(layout.padded(name, 0, max(0, (height - name.height) / 2)), left)
    cells = [Scene(width, height, (Image(0, 0, width, height, pixels),)) for pixels in figure.images[number]]
    row = layout.beside(named, layout.beside(*cells, gap=GAP))
    if number or not any(figure.columns):
        return row
    heads = [_name(column, width, HEAD) for column in figure.columns]
    most = max(head.height for head in heads)
    placed = [layout.within(layout.padded(head, 0, most - head.height), width) for head in heads]
    return layout.below(layout.padded(layout.beside(*placed, gap=GAP), left, 0), row, gap=4)


def _name(text: str, room: float, tall: float) -> Scene:
    """A name, in as many lines as it needs and as there is room for."""
    room += 0.01  # a name that is just as wide as the room has room
    lines = fonts.wrapped(text, room - fonts.thicker(11), 11)
    most = max(1, int(tall // LINE))
    if len(lines) > most:
        lines[most - 1 :] = [fonts.shortened(" ".join(lines[most - 1 :]), room, 11, True)]
    return layout.below(*(layout.label(line, 11, True, room=room) for line in lines))
