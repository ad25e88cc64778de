"""Sums over the pictures of each cell, the same bits for any order, any parts and any number of workers.

Numbers are added as whole multiples of a power of two, 2⁻ᵇ, so large a b that no sum of n of them leaves 63 bits. Numbers of
half precision are such multiples, and their sums exact; numbers of single precision are rounded once, by less than 2⁻³⁵ of
the largest of them for up to 2²⁶ pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .census import Doubles, Places


@dataclass(frozen=True)
class FixedPoint:
    """Numbers as whole multiples of 2**-bits.

    >>> FixedPoint(2).whole(np.array([0.25, -3.0])), FixedPoint(2).real(np.array([1, -12]))
    (array([  1, -12]), array([ 0.25, -3.  ]))
    """

    bits: int

    @staticmethod
    def fit(largest: float, count: int) -> FixedPoint:
        """As fine as possible, where `count` numbers that are not larger are added."""
        return FixedPoint(62 - int(np.frexp(largest)[1]) - int(count).bit_length())

    def whole(self, numbers: Any) -> Places:
        """Numbers as multiples."""
        return np.rint(np.ldexp(np.asarray(numbers, np.float64), self.bits)).astype(np.int64)

    def real(self, wholes: Any) -> Doubles:
        """Multiples as numbers."""
        numbers: Doubles = np.ldexp(np.asarray(wholes, np.float64), -self.bits)
        return numbers


@dataclass(frozen=True)
class Precision:
    """The fixed points of activations, of their squared lengths and of attributions."""

    activation: FixedPoint
    square: FixedPoint
    value: FixedPoint


def squares(activation: NDArray[Any]) -> Doubles:
    """The squared lengths of activations (n, C): (n,)."""
    doubles = np.ascontiguousarray(activation, np.float64)
    lengths: Doubles = np.square(doubles).sum(1)
    return lengths


@dataclass(eq=False)
class Sums:
    """What is added up in the cells of a grid that have pictures, m of them.

    cell: (m,), row * side + column, ascending.  count: (m,).  total: (m, C), of the activations.  square: (m,), of their
    squared lengths.  classes: (m, K), of the attributions that were kept, 0 for a class that is not among a picture's.
    All but counts and cells are multiples as `precision` says.  whole: all attributions of each picture were kept.
    """

    side: int
    cell: Places
    count: Places
    total: Places
    square: Places
    classes: Places
    precision: Precision
    whole: bool = False

    @staticmethod
    def empty(side: int, cell: Places, channels: int, classes: int, precision: Precision, whole: bool = False) -> Sums:
        """Sums of nothing in the cells given."""
        m = len(cell)
        count, total = np.zeros(m, np.int64), np.zeros((m, channels), np.int64)
        return Sums(side, cell, count, total, count.copy(), np.zeros((m, classes), np.int64), precision, whole)

    def add(self, cell: Places, activation: NDArray[Any], top: Places, value: NDArray[Any]) -> None:
        """Add pictures that are in these cells: cell (n,), activation (n, C), classes top (n, t) and attributions (n, t)."""
        order = np.argsort(cell, kind="stable")
        index = np.searchsorted(self.cell, cell[order])
        first = np.flatnonzero(np.diff(index, prepend=-1))
        if not len(first):
            return
        here = index[first]
        self.count[here] += np.diff(first, append=len(index))
        self.total[here] += np.add.reduceat(self.precision.activation.whole(activation[order]), first, axis=0)
        self.square[here] += np.add.reduceat(self.precision.square.whole(squares(activation[order])), first)
        np.add.at(self.classes, (index[:, None], top[order]), self.precision.value.whole(value[order]))

    def coarser(self) -> Sums:
        """The sums of a grid of half as many cells a side: each cell that of its four."""
        half = self.side // 2
        parents = (self.cell // self.side // 2) * half + self.cell % self.side // 2
        cell, index = np.unique(parents, return_inverse=True)
        result = Sums.empty(half, cell, self.total.shape[1], self.classes.shape[1], self.precision, self.whole)
        for name in ("count", "total", "square", "classes"):
            np.add.at(getattr(result, name), index, getattr(self, name))
        return result

    def direction(self) -> Doubles:
        """The mean activation of each cell: (m, C)."""
        return self.precision.activation.real(self.total) / self.count[:, None]

    def coherence(self) -> Doubles:
        """‖Σa‖² / (n Σ‖a‖²), (m,): 1 where all activations are parallel, near 0 where the mean says little."""
        squared = squares(self.precision.activation.real(self.total))
        return np.minimum(squared / (self.count * self.precision.square.real(self.square)), 1)

    def top(self, count: int) -> tuple[Places, Doubles]:
        """The classes with the largest mean attribution, and that, (m, count): the largest first, of equal ones the first.

        Where fewer have a positive one, -1 and 0. Negative ones count only if they are `whole`: of the kept largest of each
        picture the sum would be too near to 0.
        """
        count_here = min(count, self.classes.shape[1])
        order = np.argsort(-self.classes, axis=1, kind="stable")[:, :count_here]
        best = np.take_along_axis(self.classes, order, 1)
        top, value = np.full((len(self.cell), count), -1), np.zeros((len(self.cell), count))
        known = (best != 0) if self.whole else (best > 0)
        mean = self.precision.value.real(best) / self.count[:, None]
        top[:, :count_here], value[:, :count_here] = np.where(known, order, -1), np.where(known, mean, 0)
        return top, value
