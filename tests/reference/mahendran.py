"""Mahendran and Vedaldi 2015, inversion with momentum that begins anew when the rate changes, in NumPy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .networks import Array, Slope

MOMENTUM = 0.9


def paint(x: Array, slope: Slope, rates: list[float], variation: float, size: float) -> Iterator[Array]:
    """The pictures (B, 3, H, W) after each iteration.

    slope: of minus the distance to the features over the target's size.  variation: weight of V^2, size: that of sum x^6.
    """
    velocity, before = np.zeros_like(x), None
    for rate in rates:
        if rate != before:
            velocity, before = np.zeros_like(x), rate
        _, gradient = slope(x)
        loss = -gradient + variation * total_variation_slope(x) + size * 6 * x**5
        velocity = MOMENTUM * velocity - rate * loss
        x = x + velocity
        yield x


def total_variation_slope(x: Array) -> Array:
    """The gradient of the sum of dx^2 + dy^2, forward differences, the last row and column replicated."""
    down, right = np.diff(x, axis=2), np.diff(x, axis=3)
    slope = np.zeros_like(x)
    slope[:, :, 1:] += 2 * down
    slope[:, :, :-1] -= 2 * down
    slope[:, :, :, 1:] += 2 * right
    slope[:, :, :, :-1] -= 2 * right
    return slope
