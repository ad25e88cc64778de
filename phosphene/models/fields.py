"""Where in the picture a position of a layer sees: arithmetic over kernels, strides and padding."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import torch

from ..errors import ShapeMismatch
from .capture import Capture, grey
from .guard import guarded
from .layers import Axis, Following, begin, field_of
from .vision import Vision, as_vision


class Window(NamedTuple):
    """Pixels of a picture: the first row and column, below 0 in padding, and how many.  y, x: the position in the window.

    inside: whether all that the position sees is in the window and in the picture: then the network gives for the window
    alone, at (y, x), what it gives for the picture at the position that was asked for.
    """

    top: int
    left: int
    height: int
    width: int
    y: int
    x: int
    inside: bool


class ReceptiveField(NamedTuple):
    """What one position of a layer sees of pictures of a size.

    size: height and width of the pictures.  rows, columns: along each axis, None where a position sees all of it.

    >>> ReceptiveField((32, 32), Axis(7, 4, -3), Axis(7, 4, -3)).box(2, 0)
    (5, -3, 7, 7)
    """

    size: tuple[int, int]
    rows: Axis | None
    columns: Axis | None

    def box(self, y: int, x: int) -> tuple[int, int, int, int]:
        """The first row and column that position (y, x) sees, below 0 in padding, and how many: (top, left, height, width)."""
        (top, height), (left, width) = _seen(self.rows, y, self.size[0]), _seen(self.columns, x, self.size[1])
        return top, left, height, width

    def window(self, y: int, x: int) -> Window:
        """The box, and so many pixels before it that it begins at a multiple of the stride, as the network's own grid does.

        So the windows of a layer have one size and one position in them. Where that is no smaller than the picture the
        window is the picture.
        """
        top, height, down, in_rows = _window(self.rows, y, self.size[0])
        left, width, across, in_columns = _window(self.columns, x, self.size[1])
        return Window(top, left, height, width, down, across, in_rows and in_columns)


def receptive_fields(
    model: Vision, names: Iterable[str], size: int | tuple[int, int] | None = None
) -> dict[str, ReceptiveField]:
    """What one position of each layer sees, for pictures of a size, the network's own where not given.

    names: as in `Capture`.  A layer without rows and columns, or one whose places in the picture cannot be followed, sees
    all.  Branches that are joined see what all of them see together. The network is run once, on one grey picture.
    Errors: UnknownLayer, ShapeMismatch.

    >>> import phosphene as ph
    >>> receptive_fields(ph.models.load("patterns"), ["block1"])["block1"].box(3, 3)
    (0, 0, 13, 13)
    """
    vision = as_vision(model)
    plan, x = Capture(vision, names), grey(vision, size)
    height, width = x.shape[-2:]
    begin(x)
    try:
        with torch.no_grad(), guarded(vision), Following():
            found = plan(x)
            fields = {name: _axes(field_of(one)) if one.ndim == 4 else (None, None) for name, one in found.items()}
    except RuntimeError as problem:
        raise ShapeMismatch(
            f"{vision.name} cannot take a picture of {height} x {width} px", str(problem)[:200], "write another size"
        ) from problem
    return {name: ReceptiveField((int(height), int(width)), *axes) for name, axes in fields.items()}


def _axes(field: Any) -> tuple[Axis | None, Axis | None]:
    if field is None:
        return None, None
    rows, columns = (None if math.isnan(axis.start) else axis for axis in field)
    return rows, columns


def _seen(axis: Axis | None, place: int, size: int) -> tuple[int, int]:
    """The first pixel, and how many."""
    return (0, size) if axis is None else (int(axis.start + place * axis.every), int(axis.sees))


def _window(axis: Axis | None, place: int, size: int) -> tuple[int, int, int, bool]:
    """The first pixel, how many, the position in them, and whether nothing outside of them is seen."""
    first, count = _seen(axis, place, size)
    if axis is None:
        return 0, size, place, True
    more = int(axis.start % axis.every)
    if count + more >= size:
        return 0, size, place, True
    return (
        first - more,
        count + more,
        int((more - axis.start) // axis.every),
        first - more >= 0 and first + count <= size,
    )
