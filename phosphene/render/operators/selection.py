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


class clip_norm(Operator):
    """Pixels whose distance from the center color is below the given percentile become that color.

    >>> clip_norm(50)
    operators.clip_norm(50)
    """

    pictures: ClassVar[bool] = True

    percent: Number
    center: Center = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        check(self.word, "percent", self.percent, 0, 100)
        object.__setattr__(self, "center", check_center(self.word, self.center))

    def apply(self, picture: Tensor, moment: Moment) -> Tensor:
        """The picture without its faint pixels."""
        center = color(self.center, picture)
        offset = picture - center
        return center + _large(offset, offset.square().sum(1, keepdim=True).sqrt(), at(self.percent, moment))


class clip_contribution(Operator):
    """Pixels that contribute little become the center color: those with |sum over channels of x g| below the percentile.

    x is the picture after the step, from the center color; g the gradient that led to the step.

    >>> clip_contribution(90)
    operators.clip_contribution(90)
    """

    pictures: ClassVar[bool] = True

    percent: Number
    center: Center = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        check(self.word, "percent", self.percent, 0, 100)
        object.__setattr__(self, "center", check_center(self.word, self.center))
        if self.frame != "canvas" or self.when != "end":
            raise BadArgument(
                f"{self!r}", "the gradient is known on the canvas, at the end of a step", "leave frame and when out"
            )

    def apply(self, picture: Tensor, moment: Moment) -> Tensor:
        """The picture without the pixels that hardly matter."""
        center = color(self.center, picture)
        offset = picture - center
        gradient = torch.zeros_like(picture) if moment.gradient is None else moment.gradient
        return center + _large(offset, (offset * gradient).sum(1, keepdim=True).abs(), at(self.percent, moment))


def _large(offset: Tensor, size: Tensor, percent: float) -> Tensor:
    """The offset where its size (B, 1, H, W) reaches the percentile, 0 elsewhere."""
    return offset * (size >= quantile(size, percent)[:, None, None, None])
