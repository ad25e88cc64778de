"""The pictures that show a cell best: those whose activations are nearest to its mean."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .census import Doubles, Places, words
from .sums import squares


class Examples:
    """The few pictures of each of m cells with the largest cosine to its direction; of equal ones the smallest key."""

    def __init__(self, direction: Doubles, count: int) -> None:
        self.direction, self.square, self.kept = direction, squares(direction), count
        self.cosine = np.full((len(direction), count), -np.inf)
        self.image = np.full((len(direction), count), -1, np.int64)
        self.name = np.zeros((len(direction), count, 2), np.uint64)

    def add(self, cell: Places, activation: Doubles, image: Places, key: NDArray[np.uint8]) -> None:
        """Look at pictures: cell (n,), from 0 to m - 1, activation (n, C), image (n,), key (n, 16)."""
        product = (activation * self.direction[cell]).sum(1)
        size = np.sqrt(squares(activation) * self.square[cell])
        cosine = product / np.where(size > 0, size, 1)
        good = cosine >= self.cosine[cell, -1]
        self._merge(cell[good], cosine[good], image[good], words(key[good]))

    def _merge(self, cell: Places, cosine: Doubles, image: Places, name: NDArray[np.uint64]) -> None:
        """Keep the best of those that were kept and of those that are new."""
        touched, local = np.unique(cell, return_inverse=True)
        all_cell = np.concatenate([np.repeat(np.arange(len(touched)), self.kept), local])
        all_cosine = np.concatenate([self.cosine[touched].ravel(), cosine])
        all_image = np.concatenate([self.image[touched].ravel(), image])
        all_name = np.concatenate([self.name[touched].reshape(-1, 2), name])
        order = np.lexsort((all_name[:, 1], all_name[:, 0], -all_cosine, all_cell))
        sorted_cell = all_cell[order]
        rank = np.arange(len(order)) - np.searchsorted(sorted_cell, sorted_cell)
        best = order[rank < self.kept].reshape(len(touched), self.kept)
        self.cosine[touched], self.image[touched], self.name[touched] = (
            all_cosine[best],
            all_image[best],
            all_name[best],
        )
