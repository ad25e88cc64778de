"""Cells: the square of a layout cut into grids, each cell with the mean of the pictures in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..collection.rows import Rows
from ..errors import BadArgument, Nonfinite
from ..values import check_integer
from .census import Doubles, Places, Source, check_source, finite, places_of
from .examples import Examples
from .layout import Layout
from .sums import FixedPoint, Precision, Sums, squares


@dataclass(frozen=True, eq=False)
class Cells:
    """The m cells of a grid that have enough pictures.

    side: cells a side.  cell: (m,), row * side + column, ascending.  count: (m,), pictures.  direction: (m, C), the mean
    activation.  coherence: (m,), ‖Σa‖² / (n Σ‖a‖²) in [0, 1].  top: (m, k), the classes with the largest mean attribution.
    value: (m, k), that mean; where fewer than k have a positive one, -1 and 0.  share: (m,), of the pictures whose own first
    class is the cell's.  nearest: (m, e), the pictures with the largest cosine to the direction, -1 where fewer.

    A mean attribution is the sum of what was kept of a picture's largest ones, by the count: a class that is not among
    them counts as 0 for this picture. Of pictures of which all classes were kept it is exact, and negative ones are given
    too: -1 only where a class has 0.
    """

    side: int
    cell: Places
    count: Places
    direction: Doubles
    coherence: Doubles
    top: Places
    value: Doubles
    share: Doubles
    nearest: Places


def cell_of(place: Doubles, side: int) -> Places:
    """The cell of places (n, 2), x and y in [0, 1]: (n,), row * side + column; -1 outside and for NaN.

    Half open: a place on an edge is in the cell after it; 1 is in the last one.

    >>> cell_of(np.array([[0.5, 0.0], [0.49, 1.0], [np.nan, 0.5]]), 2)
    array([ 1,  2, -1])
    """
    inside = np.asarray(((place >= 0) & (place <= 1)).all(1))
    numbers = np.floor(np.where(inside[:, None], place, 0) * side).astype(np.int64)
    column, row = np.minimum(numbers, side - 1).T
    result: Places = np.where(inside, row * side + column, -1)
    return result


def cells(
    rows: Source,
    layout: Layout,
    sides: tuple[int, ...] = (10, 20, 40, 80),
    least: int = 8,
    classes: int = 5,
    nearest: int = 4,
) -> tuple[Cells, ...]:
    """The cells of grids with `sides` cells a side, the coarsest first; the same bits for any order and parts of the rows.

    rows: those of the layout, or of another layer of the same pictures, from the first one at every call.  least: pictures
    that a cell needs.  classes, nearest: how many of them for each cell. Every picture is in one cell of each grid; outliers
    are in none. A grid of half as many cells a side is added up from the finer one. The rows are read three times.
    Errors: BadArgument for bad numbers, rows that are no function, and rows of other pictures than the layout's; Nonfinite.
    """
    check_source(rows)
    for name, value in (("least", least), ("classes", classes), ("nearest", nearest)):
        check_integer("cells", name, value, 1)
    if not isinstance(sides, tuple) or not sides:
        raise BadArgument(f"cells: sides is {sides!r}", "a tuple of integers expected", "write sides=(10, 20, 40, 80)")
    for side in sides:
        check_integer("cells", "side", side, 1, 2**15)
    sums = _sums(rows, layout, set(sides))
    for side in sorted(set(sides) - set(sums), reverse=True):
        sums[side] = sums[2 * side].coarser()
    levels = [_Level(sums[side], least, classes, nearest) for side in sorted(sums)]
    for place, part in _placed(rows, layout):
        for level in levels:
            level.look(place, part)
    return tuple(level.cells() for level in levels)


def _placed(rows: Source, layout: Layout) -> Iterator[tuple[Doubles, Rows]]:
    """Parts of the rows that have a place, with it; each picture of the layout once."""
    seen = np.zeros(len(layout.image), bool)
    for part in rows():
        found = places_of(layout.image, part.image)
        if seen[found].any() or len(np.unique(found)) < len(found):
            raise BadArgument("rows with a picture twice", "every picture once expected", "write lambda: [rows]")
        seen[found] = True
        here = finite(layout.place[found])
        yield layout.place[found[here]], part.take(here)
    if not seen.all():
        raise BadArgument(
            f"rows of {int(seen.sum())} of the layout's {len(seen)} pictures",
            "the pictures of the layout, at every call, expected",
            "write lambda: collection.rows(layer), and lay out anew what was appended to",
        )


def _sums(rows: Source, layout: Layout, sides: set[int]) -> dict[int, Sums]:
    """The sums of the grids that no other one is twice as fine as."""
    precision, channels, classes, whole = _sizes(rows, layout)
    result = {}
    for side in sorted(side for side in sides if 2 * side not in sides):
        filled = np.unique(cell_of(layout.place, side))
        result[side] = Sums.empty(side, filled[filled >= 0], channels, classes, precision, whole)
    for place, part in _placed(rows, layout):
        for side, sums in result.items():
            sums.add(cell_of(place, side), part.activation, part.top, part.value)
    return result


def _sizes(rows: Source, layout: Layout) -> tuple[Precision, int, int, bool]:
    """How finely all numbers can be added, the channels, the classes, and whether each picture has all of these."""
    largest, channels, classes, count, fewest = np.zeros(3), 0, 0, 0, 2**16
    for _, part in _placed(rows, layout):
        channels, count = part.activation.shape[1], count + len(part)
        for number, one in enumerate((part.activation, squares(part.activation), part.value)):
            largest[number] = np.maximum(largest[number], np.abs(one).max(initial=0))
        classes, fewest = max(classes, int(part.top.max(initial=-1)) + 1), min(fewest, part.top.shape[1])
    if not np.isfinite(largest).all():
        raise Nonfinite(
            "activations or attributions with NaN or infinity among the layout's pictures",
            "finite numbers expected",
            "lay these rows out anew, so that such pictures are counted as outliers",
        )
    return Precision(*(FixedPoint.fit(float(one), count) for one in largest)), channels, classes, fewest >= classes


class _Level:
    """The cells of a grid that have enough pictures, and what one more look at the rows says of them."""

    def __init__(self, sums: Sums, least: int, classes: int, nearest: int) -> None:
        self.side, self.keep = sums.side, np.flatnonzero(sums.count >= least)
        self.cell, self.count = sums.cell[self.keep], sums.count[self.keep]
        self.direction, self.coherence = sums.direction()[self.keep], sums.coherence()[self.keep]
        top, value = sums.top(classes)
        self.top, self.value = top[self.keep], value[self.keep]
        self.agreed, self.examples = np.zeros_like(self.count), Examples(self.direction, nearest)

    def look(self, place: Doubles, rows: Rows) -> None:
        """Compare pictures with the cells that they are in."""
        cell = cell_of(place, self.side)
        here = np.isin(cell, self.cell)
        index, some = np.searchsorted(self.cell, cell[here]).astype(np.int64), rows.take(here)
        self.examples.add(index, some.activation.astype(np.float64), some.image, some.key)
        if some.top.shape[1]:
            np.add.at(self.agreed, index[some.top[:, 0] == self.top[index, 0]], 1)

    def cells(self) -> Cells:
        share, nearest = self.agreed / self.count, self.examples.image
        return Cells(
            self.side,
            self.cell,
            self.count,
            self.direction,
            self.coherence,
            self.top,
            self.value,
            share,
            nearest,
        )
