"""Tyka 2016: a jittered step of one length, and every few steps a bilateral filter, in NumPy."""

from __future__ import annotations

import numpy as np

from .networks import Array, Slope


def filtered(x: Array, space: float, color: float) -> Array:
    """The bilateral filter of a picture (3, H, W), neighbors up to two sigmas away, beyond the border mirrored."""
    radius = int(2 * space + 0.5)
    height, width = x.shape[1:]
    wide = np.pad(x, ((0, 0), (radius, radius), (radius, radius)), "symmetric")
    total, weights = np.zeros_like(x), np.zeros((height, width))
    for down in range(2 * radius + 1):
        for right in range(2 * radius + 1):
            there = wide[:, down : down + height, right : right + width]
            far = (down - radius) ** 2 + (right - radius) ** 2
            weight = np.exp(-far / (2 * space**2) - ((there - x) ** 2).sum(0) / (2 * color**2))
            total, weights = total + weight * there, weights + weight
    return total / weights


def paint(
    x: Array, slope: Slope, rates: Array, spaces: Array, color: float, every: int, shifts: list[tuple[int, int]]
) -> Array:
    """The picture (3, H, W) in [0, 1] after all steps."""
    for i, (right, down) in enumerate(shifts):
        _, gradient = slope(np.roll(x, (-down, -right), (1, 2))[None])
        g = np.roll(gradient[0], (down, right), (1, 2))
        x = x + rates[i] * g / np.abs(g).mean()
        if (i + 1) % every == 0:
            x = filtered(x, spaces[i], color)
        x = np.clip(x, 0, 1)
    return x
