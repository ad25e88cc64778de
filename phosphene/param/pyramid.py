"""Laplacian pyramid: a sum of pictures of all sizes, so that coarse structure is as near to hand as detail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ..values import check_integer, check_number
from .base import Size, Source, State, normal, pair


class pyramid(Source):
    """The sum of `levels` pictures, the n-th of size ceil(size / 2**n), enlarged bilinearly.

    state "level0", "level1" ... (B, C, h_n, w_n), started at N(0, sd). Any size and depth: a level is one pixel at least.
    After Lucid's laplacian_pyramid_image: four levels of equal weight.

    >>> {key: tuple(x.shape) for key, x in pyramid((5, 8), levels=3).init([7]).items()}
    {'level0': (1, 3, 5, 8), 'level1': (1, 3, 3, 4), 'level2': (1, 3, 2, 2)}
    """

    size: Any
    levels: int = 4
    channels: int = 3
    sd: float = 0.01

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", pair("pyramid", self.size))
        check_integer("pyramid", "levels", self.levels, 1, 64)
        check_integer("pyramid", "channels", self.channels, 1)
        check_number("pyramid", "sd", self.sd, 0)

    def sizes(self) -> list[Size]:
        """Height and width of every level, the finest first."""
        height, width = self.size
        return [(-(-height // 2**n), -(-width // 2**n)) for n in range(self.levels)]

    def init(self, seeds: Sequence[int], dtype: torch.dtype = torch.float32, device: Any = "cpu") -> State:
        """Normal numbers, one stream a seed and level."""
        return {
            f"level{n}": normal(seeds, f"pyramid {n}", (self.channels, *size), dtype, device) * self.sd
            for n, size in enumerate(self.sizes())
        }

    def decode(self, state: State) -> Tensor:
        """The sum of the enlarged levels."""
        picture = state["level0"]
        for n in range(1, self.levels):
            picture = picture + enlarged(state[f"level{n}"], self.size)
        return picture

    def encode(self, picture: Tensor) -> State:
        """The Laplacian analysis: each level, from the coarsest on, is the mean of what is left; the finest is the rest."""
        state, rest = {}, picture
        for n, size in reversed(list(enumerate(self.sizes()))[1:]):
            level = F.interpolate(rest, size, mode="bilinear", antialias=True, align_corners=False)
            state[f"level{n}"], rest = level, rest - enlarged(level, self.size)
        return {"level0": rest, **dict(reversed(state.items()))}

    def resize(self, state: State, size: Any) -> State:
        """By way of the picture, bilinear, antialiased."""
        size = pair("pyramid", size)
        if size == self.size:
            return dict(state)
        picture = F.interpolate(self.decode(state), size, mode="bilinear", antialias=True, align_corners=False)
        return pyramid(size, self.levels, self.channels).encode(picture)


def enlarged(picture: Tensor, size: Size) -> Tensor:
    """Pictures (B, C, h, w) bilinearly at a size that is not smaller."""
    if picture.shape[-2:] == size:
        return picture
    return F.interpolate(picture, size, mode="bilinear", align_corners=False)
