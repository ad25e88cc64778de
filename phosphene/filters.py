"""Filters of pictures that several rooms use: pure, differentiable functions with a border rule of their own.

torch's "reflect" does not repeat the border pixel, SciPy's does: on noise of 30 grey levels the two differ by 25.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def border(start: int, count: int, length: int, fill: str) -> Tensor:
    """The positions in 0 ... length - 1 that stand for start ... start + count - 1.

    fill: "reflect" (...cba|abc...), "edge" (the border position for ever) or "wrap" (...abc|abc...).

    >>> border(-2, 7, 3, "reflect").tolist(), border(-2, 7, 3, "wrap").tolist()
    ([1, 0, 0, 1, 2, 2, 1], [1, 2, 0, 1, 2, 0, 1])
    """
    index = torch.arange(start, start + count)
    if fill == "edge":
        return index.clamp(0, length - 1)
    if fill == "wrap":
        return index % length
    index = index % (2 * length)
    return torch.minimum(index, 2 * length - 1 - index)


def extended(x: Tensor, radius: int, fill: str = "reflect") -> Tensor:
    """Pictures (..., H, W) with `radius` more pixels on every side."""
    rows, columns = (border(-radius, n + 2 * radius, n, fill).to(x.device) for n in x.shape[-2:])
    return x.index_select(-2, rows).index_select(-1, columns)


def gaussian(x: Tensor, sigma: float, truncate: float = 4.0, fill: str = "reflect") -> Tensor:
    """Pictures (B, C, H, W) blurred with a Gaussian of `sigma` pixels, cut at `truncate` sigmas: SciPy's gaussian_filter.

    >>> round(float(gaussian(torch.eye(3)[None, None], 0.5).sum()), 4)
    3.0
    """
    radius = int(truncate * sigma + 0.5)
    if radius == 0:
        return x
    place = torch.arange(-radius, radius + 1, dtype=torch.float64)
    weights = (-0.5 * (place / sigma).square()).exp()
    weights = (weights / weights.sum()).to(x)
    wide = extended(x, radius, fill).flatten(0, 1)[:, None]
    tall = F.conv2d(wide, weights[None, None, :, None])
    return F.conv2d(tall, weights[None, None, None, :]).reshape(x.shape)


def rms(x: Tensor) -> Tensor:
    """The root mean square of each picture, shaped to divide it."""
    return x.flatten(1).square().mean(1).sqrt().reshape(-1, *(1,) * (x.ndim - 1))
