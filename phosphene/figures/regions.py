"""Regions of an atlas: cells side by side in which the same class has the largest attribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .atlas import Level

LEAST = 0.3
"""The share of a cell's samples that must have the cell's class on top: below it the class of a cell says little."""


@dataclass(frozen=True)
class Region:
    """Touching cells of one class.  row, column: the cell of the region nearest to its middle.  cells, samples: how many."""

    label: int
    row: int
    column: int
    cells: int
    samples: int


def regions(level: Level, least: float = LEAST) -> list[Region]:
    """The regions of a level, that with the most samples first.

    A cell touches the eight around it. Cells whose class is on top in less than `least` of their samples belong to none.
    """
    classes = winners(level, least)
    places = {int(cell): place for place, cell in enumerate(level.cell) if classes[place] >= 0}
    seen: set[int] = set()
    found = []
    for cell in places:
        if cell not in seen:
            members = _touching(cell, level.side, places, classes)
            seen.update(members)
            found.append(_region(level, [places[member] for member in members], int(classes[places[cell]])))
    return sorted(found, key=lambda one: (-one.samples, one.row, one.column))


def winners(level: Level, least: float = 0.0) -> NDArray[np.int64]:
    """The class with the largest attribution of each cell (m,); -1 without one, or with a share below `least`."""
    if not level.top.shape[1]:
        return np.full(len(level.cell), -1)
    return np.where(level.share >= least, level.top[:, 0], -1)


def _touching(start: int, side: int, places: dict[int, int], classes: NDArray[np.int64]) -> list[int]:
    """The cells of a class that are reached from one of them."""
    found, waiting = {start}, [start]
    while waiting:
        row, column = divmod(waiting.pop(), side)
        for y in range(max(row - 1, 0), min(row + 2, side)):
            for x in range(max(column - 1, 0), min(column + 2, side)):
                cell = y * side + x
                if cell not in found and cell in places and classes[places[cell]] == classes[places[start]]:
                    found.add(cell)
                    waiting.append(cell)
    return sorted(found)


def _region(level: Level, places: list[int], label: int) -> Region:
    rows, columns = level.cell[places] // level.side, level.cell[places] % level.side
    weights = level.count[places]
    middle = np.average(rows, weights=weights), np.average(columns, weights=weights)
    nearest = int(np.argmin((rows - middle[0]) ** 2 + (columns - middle[1]) ** 2))
    return Region(label, int(rows[nearest]), int(columns[nearest]), len(places), int(weights.sum()))
