"""The bounds of a layout: the square [0, 1]² holds all but a few places, and those have none."""

from __future__ import annotations

import numpy as np

from .census import Doubles, finite

LOW, HIGH, MARGIN = 1, 99, 0.1
"""Percentiles of each axis, and what is added at both ends, as a share of the range between them."""


def bounds(place: Doubles) -> tuple[Doubles, Doubles]:
    """The low and the high end of both axes of places (n, 2), each (2,), from both percentiles at once; NaN are left out."""
    low, high = np.percentile(place[finite(place)], [LOW, HIGH], axis=0)
    return low - MARGIN * (high - low), high + MARGIN * (high - low)


def bounded(place: Doubles) -> Doubles:
    """Places (n, 2) scaled to their bounds; those outside of [0, 1]² become NaN, none is moved to the edge.

    On an axis without extent all places that are alike become 0.5.

    >>> bounded(np.array([[0.0, 5.0], [1.0, 5.0]])).round(3)
    array([[0.075, 0.5  ],
           [0.925, 0.5  ]])
    """
    low, high = bounds(place)
    extent = high - low
    scaled = (place - low) / np.where(extent > 0, extent, 1)
    flat = np.where(place == low, 0.5, np.nan)
    result = np.where(extent > 0, scaled, flat)
    result[~((result >= 0) & (result <= 1)).all(1)] = np.nan
    return result
