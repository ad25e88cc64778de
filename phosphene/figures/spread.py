"""Which pictures of a map may show a thumbnail: those that stand far from all that come before them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


def spread(place: Any, most: int) -> NDArray[np.int64]:
    """At most so many of n points (n, 2), each of them the farthest from those before it; the first is point 0.

    Distances are the longer of both axes, as between squares. Points with NaN are left out.
    Source: Gonzalez 1985, Clustering to minimize the maximum intercluster distance.

    >>> spread([[0, 0], [0.1, 0], [1, 1], [0.5, 0.5]], 3).tolist()
    [0, 2, 3]
    """
    points = np.asarray(place, np.float64)
    left = np.where(np.isfinite(points).all(1), np.inf, -1.0)
    chosen: list[int] = []
    while len(chosen) < most and (left >= 0).any():
        one = int(left.argmax())
        chosen.append(one)
        left = np.fmin(left, np.abs(points - points[one]).max(1))
        left[one] = -1
    return np.array(chosen, np.int64)


def reach(place: Any) -> Doubles:
    """How far each of n points (n, 2) stands from the nearest one before it, (n,): infinity for the first, NaN for NaN.

    Squares about the points, with a side of `reach`, hide none of those before them: a map shows at each scale those whose
    square is then large enough for a thumbnail.

    >>> reach([[0, 0], [1, 0.5], [1, 1]]).tolist()
    [inf, 1.0, 0.5]
    """
    points = np.asarray(place, np.float64).reshape(-1, 2)
    found = np.where(np.isfinite(points).all(1), np.inf, np.nan)
    for one in range(1, len(points)):
        near: float = np.fmin.reduce(np.abs(points[:one] - points[one]).max(1))
        found[one] = np.fmin(found[one], near) if found[one] == np.inf else np.nan
    return found
