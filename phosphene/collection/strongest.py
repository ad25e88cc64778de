"""The pictures of a collection that each channel of a layer answers most strongly."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..values import check_integer
from .entries import ordered
from .rows import Rows

Ranked = tuple[NDArray[np.int64], NDArray[np.float32], NDArray[Any]]
"""Places, activations and keys, each (n, C), the largest activation of each channel first."""


def strongest(rows: Iterable[Rows], channels: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Places in the list (C, count) of the pictures with the largest activation of each channel, and these (C, count).

    rows: of one layer, in parts of any sizes; the result is the same in any order. Rows that are not fine are left out. Of
    equal activations the smaller key comes first. Where there are fewer pictures, the places are -1 and the activations 0.
    Memory does not grow with the number of rows. Errors: BadArgument.

    >>> def row(place: int, *activation: float) -> Rows:
    ...     none, key = np.zeros((1, 0)), np.full((1, 16), place, np.uint8)
    ...     return Rows(np.array([place]), key, none, np.array([activation]), none, none, none, np.zeros(1, np.uint8))
    >>> strongest([row(0, 1, 5), row(1, 3, 5)], channels=2, count=1)[0].tolist()
    [[1], [0]]
    """
    check_integer("strongest", "count", count, 1)
    best: Ranked = (
        np.zeros((0, channels), np.int64),
        np.zeros((0, channels), np.float32),
        np.zeros((0, channels), "S16"),
    )
    for part in rows:
        kept, new = best, _within(part.fine(), count)
        image, value, key = (np.concatenate([one, other]) for one, other in zip(kept, new, strict=True))
        order = np.lexsort((key, -value), axis=0)[:count]
        best = tuple(np.take_along_axis(one, order, 0) for one in (image, value, key))  # type: ignore[assignment]
    rest = ((0, 0), (0, count - len(best[0])))
    return np.pad(best[0].T, rest, constant_values=-1), np.pad(best[1].T, rest)


def _within(rows: Rows, count: int) -> Ranked:
    """The first pictures of one part, for each channel."""
    rows = rows.take(np.argsort(ordered(rows.key), kind="stable"))
    value = rows.activation.astype(np.float32)
    order = np.argsort(-value, axis=0, kind="stable")[:count]
    return rows.image[order], np.take_along_axis(value, order, 0), ordered(rows.key)[order]
