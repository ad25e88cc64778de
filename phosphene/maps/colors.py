"""Colors of activation maps: an even scale for what is never negative, a diverging one for what has signs."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..figures.colors import signed, srgb

Bytes = NDArray[np.uint8]

STEPS = 256
STOPS = ((5, 2, -6), (20, 22, -40), (42, 54, -32), (58, 62, 18), (76, 24, 62), (96, -6, 42))
"""CIELAB, from near black over blue, red and orange to a light yellow; lightness rises all the way."""


@functools.cache
def even() -> Bytes:
    """Colors of 0 to 1 in 256 steps, (256, 3): between any two neighbours the same distance in CIELAB.

    >>> even()[[0, 255]].tolist()
    [[16, 16, 25], [255, 245, 161]]
    """
    fine = np.linspace(0, len(STOPS) - 1, 4001)
    path = np.stack([np.interp(fine, np.arange(len(STOPS)), axis) for axis in np.array(STOPS, float).T], -1)
    gone = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    places = np.linspace(0, gone[-1], STEPS)
    return _bytes(srgb(np.stack([np.interp(places, gone, axis) for axis in path.T], -1)))


@functools.cache
def diverging() -> Bytes:
    """Colors of -1 (blue) over 0 (near white) to 1 (orange) in 511 steps, (511, 3), as `figures.colors.signed`."""
    return _bytes(signed(np.linspace(-1, 1, 2 * STEPS - 1)))


def colored(values: ArrayLike, signs: bool) -> Bytes:
    """Numbers (...) in [0, 1], or with signs in [-1, 1], as colors (..., 3), bytes; what is outside has the nearest end's.

    >>> colored([-1, 0, 1], signs=True).tolist()
    [[10, 133, 219], [249, 249, 249], [205, 99, 13]]
    """
    steps: Any = np.rint(np.clip(np.asarray(values, np.float64), -1 if signs else 0, 1) * (STEPS - 1)).astype(np.intp)
    found: Bytes = diverging()[steps + STEPS - 1] if signs else even()[steps]
    return found


def _bytes(colors: Any) -> Bytes:
    found: Bytes = (255 * colors).round().astype(np.uint8)
    return found
