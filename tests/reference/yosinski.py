"""Yosinski et al. 2015, the optimizer of the deep visualization toolbox, in NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from .networks import Array, Slope


@dataclass(frozen=True)
class Preset:
    """A row of the paper's table; `gain` is the "progress" policy, which then replaces a fixed rate."""

    decay: float
    sigma: float
    every: int
    norm: float
    contribution: float
    rate: float
    gain: float | None = None


PRESETS = [
    Preset(0, 0.5, 4, 50, 0, 100, 2),
    Preset(0.3, 0, 0, 20, 0, 100),
    Preset(1e-4, 1.0, 4, 0, 0, 100),
    Preset(0, 0.5, 4, 0, 90, 1e8, 2),
]


def paint(x: Array, slope: Slope, mean: Array, preset: Preset, steps: int) -> Iterator[Array]:
    """The picture (3, H, W), the mean not added, after each iteration."""
    for i in range(steps):
        x = np.clip(x, -mean, 255 - mean)
        if i < steps - 1:
            _, gradient = slope(x[None])
            g = gradient[0]
            rate = preset.rate
            if preset.gain is not None:
                rate = min(preset.rate, preset.gain / np.sum(g**2))
            x = x + rate * g
            x = x * (1 - preset.decay)
            if preset.every and preset.sigma and i % preset.every == 0:
                x = np.stack([gaussian_filter(channel, preset.sigma) for channel in x])
            if preset.norm:
                size = np.sqrt((x**2).sum(0))
                x = x * (size >= np.percentile(size, preset.norm))
            if preset.contribution:
                benefit = np.abs((x * g).sum(0))
                x = x * (benefit >= np.percentile(benefit, preset.contribution))
        yield x
