"""Madry et al. 2018 and Goodfellow et al. 2015, steps along the sign or the direction of a slope inside a ball, in NumPy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .networks import Array, Slope


def inside_cube(x: Array, photo: Array, radius: float) -> Array:
    """The nearest picture of which no value is further than `radius` from the photograph's, and all are in [0, 1]."""
    return np.clip(photo + np.clip(x - photo, -radius, radius), 0.0, 1.0)


def inside_ball(x: Array, photo: Array, radius: float) -> Array:
    """The nearest picture no further than `radius` in Euclidean length, then cut to [0, 1]."""
    away = x - photo
    length = np.sqrt((away**2).sum((1, 2, 3), keepdims=True))
    return np.clip(photo + away * np.minimum(1.0, radius / np.maximum(length, 1e-300)), 0.0, 1.0)


def cube(x: Array, photo: Array, slope: Slope, rate: float, radius: float, steps: int) -> Iterator[Array]:
    """Pictures (B, 3, H, W) after each step of projected gradient ascent in the maximum norm."""
    for _ in range(steps):
        x = inside_cube(x + rate * np.sign(slope(x)[1]), photo, radius)
        yield x


def ball(x: Array, photo: Array, slope: Slope, rate: float, radius: float, steps: int) -> Iterator[Array]:
    """The same in the Euclidean norm, along the slope over its length."""
    for _ in range(steps):
        _, gradient = slope(x)
        length = np.sqrt((gradient**2).sum((1, 2, 3), keepdims=True))
        x = inside_ball(x + rate * gradient / length, photo, radius)
        yield x
