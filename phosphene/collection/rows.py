"""Rows: what a collection keeps of pictures, one position of one layer each."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FINE, UNREADABLE, NONFINITE = 0, 1, 2
"""States of a row: used, or why all of its numbers are zero."""


@dataclass(frozen=True, eq=False)
class Rows:
    """n pictures at one position of one layer each, in the order of the collection's list.

    image: (n,), places in that list.  key: (n, 16) bytes, what names the picture.  yx: (n, 2), row and column of the
    position.  activation: (n, C).  top: (n, t), the classes with the largest attribution, the largest first, t = 0 without
    attribution.  value: (n, t).  label: (n,), -1 where not known.  state: (n,), FINE, UNREADABLE or NONFINITE.
    """

    image: NDArray[np.int64]
    key: NDArray[np.uint8]
    yx: NDArray[np.int64]
    activation: NDArray[Any]
    top: NDArray[np.int64]
    value: NDArray[Any]
    label: NDArray[np.int32]
    state: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.image)

    def take(self, index: Any) -> Rows:
        """Some of the rows: numbers, a slice, or a mask."""
        return Rows(*(getattr(self, field.name)[index] for field in dataclasses.fields(self)))

    def fine(self) -> Rows:
        """The rows that can be used."""
        return self.take(self.state == FINE)

    @staticmethod
    def join(parts: Sequence[Rows]) -> Rows:
        """One after another; at least one."""
        return Rows(
            *(np.concatenate([getattr(one, field.name) for one in parts]) for field in dataclasses.fields(Rows))
        )
