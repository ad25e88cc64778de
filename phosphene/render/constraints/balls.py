"""Balls about a picture, or about a number: `linf`, `l2`, `l1`."""

from __future__ import annotations

from numbers import Number
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...param.picture import picture
from ...values import check_number, tensor
from .base import ROOM, Separable, centered, held, norm, precise, total
from .box import Interval
from .roots import filled, scaled


def center_of(owner: str, center: Any) -> Any:
    """A number, or a held tensor: tensors and arrays of numbers as they are, anything else as `param.picture` reads it."""
    array = isinstance(center, (Tensor, np.ndarray)) and not str(center.dtype).endswith("uint8")
    if array or isinstance(center, (Number, np.generic, tensor)):
        return held(owner, "center", center)
    return picture(center, channels=None)


class linf(Interval):
    """Every value within `radius` of the center: the attacks' usual constraint (Madry et al. 2018).

    `center` is a picture as `param.picture` takes it, a tensor (C, H, W), (B, C, H, W) or of the shape of a code, or a
    number. A picture must have the size of the canvas: ShapeMismatch where it has not.

    >>> linf(0, 0.1).project(torch.tensor([[0.5, -0.5, 0.05]]))
    tensor([[ 0.1000, -0.1000,  0.0500]])
    """

    center: Any
    radius: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "center", center_of("constraints.linf", self.center))
        check_number("constraints.linf", "radius", self.radius, 0)

    def edges(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The center minus and plus the radius."""
        center = centered("constraints.linf", self.center, x)
        return center - float(self.radius), center + float(self.radius)


class Ball(Separable, abstract=True):
    """What `l2` and `l1` share. With the center c and s = +-1 a point is x = c + s v with v >= 0 in every entry."""

    center: Any
    radius: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "center", center_of(self.word, self.center))
        check_number(self.word, "radius", self.radius, 0)

    def size(self, offset: Tensor) -> Tensor:
        """The norm of each row of x - center (B, ...) as (B, 1)."""
        raise NotImplementedError

    def shrunk(self, u: Tensor, floor: Tensor, cap: Tensor, inside: Tensor) -> Tensor:
        """The v (B, N) nearest to u in the ball and in [floor, cap]; rows that are `inside` (B, 1) are of no interest."""
        raise NotImplementedError

    def project_within(self, x: Tensor, low: Tensor, high: Tensor) -> Tensor:
        """The nearest point to x (B, ...) of the ball and the interval [low, high]."""
        y = precise(x)
        shape = torch.Size((len(y), y[:1].numel()))
        c, low, high = (b.to(y).expand_as(y).reshape(shape) for b in (centered(self.word, self.center, x), low, high))
        rows = y.reshape(shape)
        clear, base = rows.clamp(low, high), c.clamp(low, high)
        floor = (base - c).abs()
        sign = (base - c).sign().where(floor > 0, (rows - c).sign())
        cap = torch.maximum(floor, (high - c).where(sign >= 0, c - low))
        inside = self.size(clear - c) <= float(self.radius)
        v = self.shrunk(sign * (rows - c), floor, cap, inside)
        return clear.where(inside, (c + sign * v).clamp(low, high)).reshape(x.shape).to(x.dtype)

    def contains(self, x: Tensor, tolerance: float = ROOM) -> Tensor:
        """Whether each row of x (B, ...) lies in the ball: booleans (B,)."""
        y, radius = precise(x), float(self.radius)
        offset = y - centered(self.word, self.center, x).to(y)
        return (self.size(offset) <= radius + tolerance * (1 + radius)).flatten()


class l2(Ball):
    """Every row within the Euclidean distance `radius` of the center, which is as for `linf`.

    >>> l2(0, 1).project(torch.tensor([[3.0, 4.0]]))
    tensor([[0.6000, 0.8000]])
    >>> (l2(0, 1) & linf(0, 0.7)).project(torch.tensor([[3.0, 4.0]]))  # 0.51 + 0.49 = 1
    tensor([[0.7000, 0.7000]])
    """

    def size(self, offset: Tensor) -> Tensor:
        """Euclidean norms."""
        return norm(offset)

    def shrunk(self, u: Tensor, floor: Tensor, cap: Tensor, inside: Tensor) -> Tensor:
        """Stationarity: v = clip(t u, floor, cap)."""
        return scaled(u, floor, cap, float(self.radius), inside)


class l1(Ball):
    """Every row within the distance `radius` of the center, the sum of absolute values; the center is as for `linf`.

    >>> l1(0, 1).project(torch.tensor([[3.0, 2.5, 0.1]]))
    tensor([[0.7500, 0.2500, 0.0000]])
    """

    def size(self, offset: Tensor) -> Tensor:
        """Sums of absolute values."""
        return total(offset.flatten(1).abs())

    def shrunk(self, u: Tensor, floor: Tensor, cap: Tensor, inside: Tensor) -> Tensor:
        """Stationarity: v = clip(u - mu, floor, cap)."""
        return filled(u, floor, cap, float(self.radius), inside)
