"""Operators that keep only some pixels: clip_norm, clip_contribution (Yosinski et al. 2015)."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from ...errors import BadArgument
from ..gradients.size import quantile
from ..moment import Moment
from ..schedules import Number, at, check
from .base import Center, Operator, check_center, color


class Selection(Operator, abstract=True):
    """Pixels whose size, as a subclass defines it, is below the given percentile become the center color."""

    pictures: ClassVar[bool] = True

    percent: Number
    center: Center = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        check(self.word, "percent", self.percent, 0, 100)
        object.__setattr__(self, "center", check_center(self.word, self.center))

    def size(self, offset: Tensor, moment: Moment) -> Tensor:
        """The size of each pixel (B, 1, H, W), from its offset from the center color."""
        raise NotImplementedError

    def apply(self, picture: Tensor, moment: Moment) -> Tensor:
        """The picture without its small pixels."""
        center = color(self.center, picture)
        offset = picture - center
        size = self.size(offset, moment)
        return center + offset * (size >= quantile(size, at(self.percent, moment))[:, None, None, None])


class clip_norm(Selection):
    """Pixels whose distance from the center color is below the given percentile become that color.

    >>> clip_norm(50)
    operators.clip_norm(50)
    """

    def size(self, offset: Tensor, moment: Moment) -> Tensor:
        """The distance."""
        return offset.square().sum(1, keepdim=True).sqrt()


class clip_contribution(Selection):
    """Pixels that contribute little become the center color: those with |sum over channels of x g| below the percentile.

    x is the picture after the step, from the center color; g the gradient that led to the step.

    >>> clip_contribution(90)
    operators.clip_contribution(90)
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.frame != "canvas" or self.when != "end":
            raise BadArgument(
                f"{self!r}", "the gradient is known on the canvas, at the end of a step", "leave frame and when out"
            )

    def size(self, offset: Tensor, moment: Moment) -> Tensor:
        """The contribution."""
        gradient = torch.zeros_like(offset) if moment.gradient is None else moment.gradient
        return (offset * gradient).sum(1, keepdim=True).abs()
