"""Operators that move the picture from step to step: roll, and affine, the endless zoom of DeepDream's videos."""

from __future__ import annotations

import math
from typing import ClassVar

from torch import Tensor

from ...transforms.base import check_fill
from ...transforms.warp import Affine, Fill, about, center, warp
from ...values import check_integer
from ..moment import Moment
from ..schedules import Number, at, check
from .base import Operator


class roll(Operator):
    """The picture shifted by whole pixels, right and down, what leaves on one side entering on the other.

    >>> import torch
    >>> roll(1).apply(torch.arange(3.0).reshape(1, 1, 1, 3), Moment()).flatten().tolist()
    [2.0, 0.0, 1.0]
    """

    pictures: ClassVar[bool] = True

    right: int
    down: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_integer(self.word, "right", self.right)
        check_integer(self.word, "down", self.down)

    def apply(self, picture: Tensor, moment: Moment) -> Tensor:
        """The rolled picture."""
        return picture.roll((self.down, self.right), (-2, -1))


class affine(Operator):
    """The picture zoomed, turned counterclockwise (degrees) and shifted (pixels, right and down) about its center.

    With every=k that is a frame of a video: dream for k steps, move, dream on (Mordvintsev et al. 2015: zoom 1 / 0.95).

    >>> affine(1.05, every=10)
    operators.affine(1.05, every=10)
    """

    pictures: ClassVar[bool] = True

    zoom: Number
    degrees: Number = 0
    right: Number = 0
    down: Number = 0
    fill: Fill = "reflect"

    def __post_init__(self) -> None:
        super().__post_init__()
        check(self.word, "zoom", self.zoom, 1e-3)
        for name in ("degrees", "right", "down"):
            check(self.word, name, getattr(self, name), -math.inf)
        check_fill(self.word, self.fill)

    def apply(self, picture: Tensor, moment: Moment) -> Tensor:
        """The moved picture."""
        size = (int(picture.shape[-2]), int(picture.shape[-1]))
        x, y = center(size)
        onto = (x + at(self.right, moment), y + at(self.down, moment))
        view: Affine = about((x, y), onto, 1 / at(self.zoom, moment), at(self.degrees, moment))
        return warp(picture, [view] * len(picture), size, self.fill)
