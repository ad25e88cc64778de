"""Nguyen et al. 2016 (DGN-AM): steps normalized in the picture and again in the code, in NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from .networks import Array, Slope


def paint(
    code: Array,
    generate: Callable[[Array], Array],
    pull: Callable[[Array, Array], Array],
    slope: Slope,
    window: int,
    rates: list[float],
    upper: Array,
) -> Iterator[Array]:
    """The code (n,) after each iteration.

    generate: code to picture (3, H, W).  pull: code and gradient at the picture to gradient at the code.  slope: of the
    network, which sees the middle of the picture, `window` pixels wide.  upper: the bound of each unit of the code.
    """
    for rate in rates:
        picture = generate(code)
        top, left = ((n - window) // 2 for n in picture.shape[1:])
        place = (slice(None), slice(top, top + window), slice(left, left + window))
        _, seen = slope(picture[place][None])
        gradient = np.zeros_like(picture)
        gradient[place] = seen[0]
        gradient = gradient / np.abs(gradient).mean()
        g = pull(code, gradient)
        g = g / np.abs(g).mean()
        code = np.clip(code + rate * g, 0, upper) * 0.99
        yield code
