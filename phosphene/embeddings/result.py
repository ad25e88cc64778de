"""Pictures as vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..collection.sources import Source
from ..errors import BadArgument
from ..values import check_integer
from .nearest import Metric, neighbours
from .plane import USUAL, plane
from .separation import Separation, separation

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Embeddings:
    """n pictures as vectors of a layer, in the order of their collection's list.

    points: (n, C), float32.  label: (n,), -1 where not known.  names: of the pictures.  key: (n, 16) bytes, what names each.
    classes: names of the labels, where the network has them.  source: the pictures themselves, where they are at hand.
    network, layer, take: what made them.
    """

    points: NDArray[np.float32]
    label: NDArray[np.int64]
    names: tuple[str, ...]
    key: NDArray[np.uint8]
    network: str
    layer: str
    take: str
    size: tuple[int, int]
    classes: tuple[str, ...] | None = None
    source: Source | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        return (
            f"Embeddings({len(self)} pictures at {self.layer!r} of {self.network}, {self.points.shape[1]} numbers each)"
        )

    def __len__(self) -> int:
        return len(self.points)

    def neighbours(
        self, query: Any, k: int = 6, metric: Metric = "cosine"
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The k pictures nearest to vectors (q, C): their places here (q, k) and distances (q, k), the nearest first.

        query: vectors, other `Embeddings`, or places or names of pictures here, which are not their own neighbours.
        Errors: those of `neighbours`; BadArgument for a picture that is not there.
        """
        if isinstance(query, Embeddings):
            return neighbours(self.points, query.points, k, metric)
        if not isinstance(query, (list, tuple, int, str)) or _vectors(query):
            return neighbours(self.points, query, k, metric)
        check_integer("neighbours", "k", k, 1, max(len(self) - 1, 1))
        own = np.array([self._place(one) for one in ([query] if isinstance(query, (int, str)) else query)], np.int64)
        index, distance = neighbours(self.points, self.points[own], k + 1, metric)
        itself = index == own[:, None]
        itself[~itself.any(1), -1] = True  # more than k others stand at its place
        return index[~itself].reshape(-1, k), distance[~itself].reshape(-1, k)

    def plane(
        self, method: Callable[[Doubles, int], Doubles] = USUAL, seed: int = 0, metric: Metric = "cosine"
    ) -> Doubles:
        """The places (n, 2) of a map, as `plane` says; the order of the pictures does not count."""
        return plane(self.points, method, seed, metric, self.key)

    def separation(self, labels: Any = None, k: int = 5, metric: Metric = "cosine") -> Separation:
        """How far the classes stand apart, as `separation` says; labels: those of the pictures where not given."""
        return separation(self.points, self.label if labels is None else labels, k, metric)

    def _place(self, one: Any) -> int:
        if isinstance(one, str) and one in self.names:
            return self.names.index(one)
        if type(one) is int and 0 <= one < len(self):
            return one
        raise BadArgument(
            f"picture {one!r}"[:200], f"a name, or a place from 0 to {len(self) - 1}, expected", "look at .names"
        )


def _vectors(query: int | str | Sequence[Any]) -> bool:
    """Whether a list holds vectors, not pictures."""
    return not isinstance(query, (int, str)) and bool(query) and not isinstance(query[0], (int, str))
