"""Mordvintsev et al. 2015 (DeepDream): jittered, normalized steps in octaves that carry detail, in NumPy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.ndimage import zoom

from .networks import Array, Slope


def paint(
    base: Array, slope: Slope, octaves: int, scale: float, steps: int, rate: float, shifts: list[tuple[int, int]]
) -> Iterator[Array]:
    """The picture (3, H, W) in [0, 1] after each iteration; `shifts` are the (right, down) of the rolls that were drawn."""
    bases = [base]
    for _ in range(octaves - 1):
        bases.append(zoom(bases[-1], (1, 1 / scale, 1 / scale), order=1))
    detail = np.zeros_like(bases[-1])
    moves = iter(shifts)
    for number, here in enumerate(bases[::-1]):
        if number:
            ratio = (1, here.shape[1] / detail.shape[1], here.shape[2] / detail.shape[2])
            detail = zoom(detail, ratio, order=1)
        x = here + detail
        for _ in range(steps):
            right, down = next(moves)
            rolled = np.roll(x, (-down, -right), (1, 2))
            _, gradient = slope(rolled[None])
            rolled = rolled + rate / np.abs(gradient[0]).mean() * gradient[0]
            x = np.clip(np.roll(rolled, (down, right), (1, 2)), 0, 1)
            yield x
        detail = x - here
