"""Maps: each picture gets a place in the plane, near those that a layer answers alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..atlas import tsne
from ..atlas.methods import check_method
from ..atlas.turn import upright
from ..errors import BadArgument
from ..values import check_integer
from .nearest import Metric, prepared, rows

Doubles = NDArray[np.float64]
MOST = 20000
USUAL = tsne(perplexity=30)


def plane(
    points: Any,
    method: Callable[[Doubles, int], Doubles] = USUAL,
    seed: int = 0,
    metric: Metric = "cosine",
    keys: Any = None,
) -> Doubles:
    """Places (n, 2) of points (n, d): x to the right and y downwards in [0, 1], both axes at one scale.

    method: one of the layouts of `atlas`: `atlas.tsne()`, `atlas.umap()`, `atlas.pca()`, or a function (n, d), seed -> (n, 2).
    metric: "cosine" lays out the directions of the points, "euclidean" the points.  keys: (n, 16) bytes, what names each
    point: with them the map does not depend on the order of the points.

    Deterministic under its seed; the largest variance goes along x, and neither axis has negative skewness. Places are NaN
    where a method has none. Errors, before any work: BadArgument for too few points, such as no more than t-SNE's perplexity;
    for more than 20,000, which `atlas.layout` places by landmarks; a row of zeros with "cosine".

    >>> from phosphene import atlas
    >>> plane([[0.0, 0], [4, 0], [2, 1]], atlas.pca(), metric="euclidean").round(2).tolist()
    [[0.0, 0.38], [1.0, 0.38], [0.5, 0.62]]
    """
    check_integer("plane", "seed", seed, 0, 2**32 - 1)
    check_method(method, "atlas.tsne(perplexity=30)")
    numbers = rows(points, "points")
    if not 3 <= len(numbers) <= MOST:
        raise BadArgument(
            f"{len(numbers):,} points to lay out",
            f"3 to {MOST:,} expected",
            "write atlas.layout(lambda: collection.rows(layer))" if len(numbers) > MOST else "embed more pictures",
        )
    order = np.arange(len(numbers)) if keys is None else np.lexsort(np.asarray(keys, np.uint8).T[::-1])
    given = prepared(numbers, metric).numpy()[order]
    found = np.asarray(method(given, seed), np.float64)
    if found.shape != (len(given), 2) or not np.isfinite(found).all(1).any():
        raise BadArgument(
            f"{method!r} gave places of shape {found.shape}"[:300],
            f"({len(given)}, 2), some of them finite, expected",
            "mend the method",
        )
    places = np.empty_like(found)
    places[order] = _fitted(upright(found))
    return places


def _fitted(place: Doubles) -> Doubles:
    """Places in the middle of [0, 1]², the longer side from end to end."""
    low, high = np.nanmin(place, 0), np.nanmax(place, 0)
    extent = max(float((high - low).max()), 1e-300)
    fitted: Doubles = (place - (low + high) / 2) / extent + 0.5
    return fitted
