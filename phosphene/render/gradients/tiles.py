"""The gradient in tiles: a picture of any size in bounded memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ...param.base import pair
from ...transforms.base import integer
from ..moment import Moment
from .base import Frame, Gradient

Place = tuple[Any, Tensor, Tensor]
"""An index of pictures: the rows (h, 1) and columns (w,) of a tile."""


class tiles(Gradient):
    """Networks see the canvas in tiles of `size` pixels, one after another, from a random corner at each step.

    The canvas counts as a torus: its tiles begin anywhere and the last ones wrap around, so that no seam stays in one
    place. A score is the mean over the tiles; every term of the objective, priors on the picture included, looks at one
    tile at a time. Source: the tiled gradients of the DeepDream notebook of TensorFlow (Mordvintsev 2016).

    >>> tiles(512)
    gradients.tiles(512)
    """

    size: Any
    roll: bool = True
    frame: Frame = dataclasses.field(default="tiles", init=False, repr=False)

    def __post_init__(self) -> None:
        size = pair(self.word, self.size)
        object.__setattr__(self, "size", size[0] if size[0] == size[1] else size)

    def over(self, canvas: tuple[int, int]) -> tuple[int, int]:
        """The size of a tile on a canvas: no larger than it."""
        height, width = pair(self.word, self.size)
        return min(height, canvas[0]), min(width, canvas[1])

    def cut(self, canvas: tuple[int, int], moment: Moment) -> list[Place]:
        """The tiles of a step; together they cover the canvas."""
        top = left = 0
        if self.roll:
            generator = moment.streams("tiles")[0]
            top, left = integer(generator, 0, canvas[0] - 1), integer(generator, 0, canvas[1] - 1)
        height, width = self.over(canvas)
        rows = [(torch.arange(height) + top + y) % canvas[0] for y in range(0, canvas[0], height)]
        columns = [(torch.arange(width) + left + x) % canvas[1] for x in range(0, canvas[1], width)]
        return [(..., down[:, None], right) for down in rows for right in columns]


def evened(gradient: Tensor, places: Sequence[Any]) -> Tensor:
    """A gradient added up over places, over how often each pixel was seen on the average; nothing to do for one place."""
    if all(place is ... for place in places):
        return gradient
    seen = gradient.new_zeros(gradient.shape[-2:])
    for place in places:
        seen[place[1:]] += 1
    return gradient * (seen.mean() / seen)
