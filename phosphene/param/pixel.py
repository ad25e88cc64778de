"""Pixels: every value of the picture is one number of the state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ..errors import BadArgument
from ..values import check_integer, check_number, register
from .base import Map, Param, Source, State, normal, pair
from .maps import clip


class pixels(Source):
    """One number a pixel and channel, started at N(mean, sd).  state (B, C, H, W)

    `size` is an integer or (height, width) in pixels; the values are unbounded until a map follows. `mean`: a number, or
    one for each channel. `norm`: the noise of each picture is scaled to this Euclidean norm (Mahendran and Vedaldi 2015).

    >>> pixels(8, sd=0).decode(pixels(8, sd=0).init([1, 2])).shape
    torch.Size([2, 3, 8, 8])
    """

    size: Any
    channels: int = 3
    sd: float = 0.01
    mean: Any = 0.0
    norm: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", pair("pixels", self.size))
        check_integer("pixels", "channels", self.channels, 1)
        check_number("pixels", "sd", self.sd, 0)
        object.__setattr__(self, "mean", tuple(self.mean) if isinstance(self.mean, list) else self.mean)
        for one in self.mean if isinstance(self.mean, tuple) else (self.mean,):
            check_number("pixels", "mean", one)
        if isinstance(self.mean, tuple) and len(self.mean) != self.channels:
            raise BadArgument(
                f"pixels: mean is {self.mean!r}",
                f"a number, or one for each of {self.channels} channels, expected",
                "write mean=0.5",
            )
        if self.norm is not None:
            check_number("pixels", "norm", self.norm, 0)

    def init(self, seeds: Sequence[int], dtype: torch.dtype = torch.float32, device: Any = "cpu") -> State:
        """Normal numbers, one stream a seed."""
        noise = normal(seeds, "pixels", (self.channels, *self.size), dtype, device)
        noise = noise * self.sd
        if self.norm is not None:
            noise = noise * (self.norm / noise.flatten(1).norm(dim=1).clamp_min(1e-30))[:, None, None, None]
        return {"pixels": noise + noise.new_tensor(self.mean).reshape(-1, 1, 1)}

    def decode(self, state: State) -> Tensor:
        """The state itself."""
        return state["pixels"]

    def encode(self, picture: Tensor) -> State:
        """The picture itself."""
        return {"pixels": picture}

    def resize(self, state: State, size: Any) -> State:
        """Bilinear, antialiased."""
        size = pair("pixels", size)
        if size == self.size:
            return dict(state)
        return {"pixels": F.interpolate(state["pixels"], size, mode="bilinear", antialias=True, align_corners=False)}


def pixel(size: Any, channels: int = 3, sd: float = 0.01, map: Map | None = None) -> Param:
    """Pixels in [0, 1], started at mid-grey: `pixels(size, mean=0.5) >> clip()`.

    Clipped rather than squashed, because a step of the optimizer is then a step of the picture, everywhere alike:
    budgets, styles and photographs keep their meaning, and black and white can be reached. With another `map`, such as
    `sigmoid()`, the start is again the middle of its range.

    >>> pixel(8)
    param.pixels(8, mean=0.5) >> param.clip()
    >>> from phosphene.param import sigmoid
    >>> pixel(8, map=sigmoid())
    param.pixels(8) >> param.sigmoid()
    """
    squash = clip() if map is None else map
    if not isinstance(squash, Map):
        raise BadArgument(f"pixel: map is {squash!r}", "a map that bounds the picture", "write map=param.sigmoid()")
    bounds = squash.value_range(None)
    if bounds is None:
        raise BadArgument(f"pixel: map is {squash!r}", "a map that bounds the picture", "write map=param.sigmoid()")
    middle = squash.inverse(torch.full((1, channels, 1, 1), sum(bounds) / 2, dtype=torch.float64))
    return pixels(size, channels, sd, mean=float(middle.mean())) >> squash


register("param.pixel", pixel)
