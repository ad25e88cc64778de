"""Oygard 2015 (deepdraw): a normalized step in a crop, then a blur that fades, stage after stage, in NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, zoom

from .networks import Array, Slope


@dataclass(frozen=True)
class Stage:
    """Iterations with a blur and a step that go from one number to another, seen through crops."""

    steps: int
    sigma: tuple[float, float]
    rate: tuple[float, float]
    slope: Slope
    scale: float = 1


def paint(x: Array, stages: list[Stage], window: int, corners: list[tuple[int, int]]) -> Iterator[Array]:
    """The picture (3, H, W) in 0 ... 255 after each iteration; `corners` are the (left, top) of the crops that were drawn."""
    places = iter(corners)
    for stage in stages:
        if stage.scale != 1:
            x = zoom(x, (1, stage.scale, stage.scale))
        for i in range(stage.steps):
            left, top = next(places)
            place = (slice(None), slice(top, top + window), slice(left, left + window))
            part = i / stage.steps
            sigma = stage.sigma[0] + (stage.sigma[1] - stage.sigma[0]) * part
            rate = stage.rate[0] + (stage.rate[1] - stage.rate[0]) * part
            seen = x[place]
            _, gradient = stage.slope(seen[None])
            seen = seen + rate / np.abs(gradient[0]).mean() * gradient[0]
            seen = np.clip(seen, 0, 255)
            x = x.copy()
            x[place] = np.stack([gaussian_filter(channel, sigma) for channel in seen])
            yield x
