"""Constraints on codes: the probability simplex, and the sphere."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from ...values import check_number
from .base import ROOM, Constraint, Separable, norm, precise, total
from .roots import filled


class simplex(Separable):
    """Nonnegative numbers with the sum `total`: a mixture of classes or styles (Dosovitskiy et al. 2015).

    The projection is max(y - mu, 0), with one mu for each row (Held et al. 1974).

    >>> simplex().project(torch.tensor([[0.6, 0.7, -2.0]]))
    tensor([[0.4500, 0.5500, 0.0000]])
    """

    total: float = 1

    def __post_init__(self) -> None:
        check_number("constraints.simplex", "total", self.total, 0)

    def project_within(self, x: Tensor, low: Tensor, high: Tensor) -> Tensor:
        """The nearest point to x (B, ...) of the simplex and the interval [low, high]."""
        y = precise(x)
        floor, cap = (b.to(y).expand_as(y).flatten(1) for b in (low.clamp(min=0), high))
        rows = y.flatten(1)
        rows = rows - rows.amax(1, keepdim=True)  # mu is then as small as the result: less rounding
        unsolved = torch.zeros_like(rows[:, :1], dtype=torch.bool)
        return filled(rows, floor, cap, float(self.total), unsolved).reshape(x.shape).to(x.dtype)

    def contains(self, x: Tensor, tolerance: float = ROOM) -> Tensor:
        """Whether each row of x (B, ...) is nonnegative and has the sum: booleans (B,)."""
        rows, room = precise(x).flatten(1), tolerance * (1 + float(self.total))
        right = (total(rows) - float(self.total)).abs() <= room
        return right.flatten() & (rows >= -room).all(1)


class sphere(Constraint):
    """Rows of the Euclidean norm `radius`: where codes of a normal prior lie.

    Not convex. The nearest point is x radius / norm(x); for a row of zeros, to which all points are equally near, it is
    (radius, 0, 0, ...).

    >>> sphere(2).project(torch.tensor([[3.0, 4.0], [0.0, 0.0]]))
    tensor([[1.2000, 1.6000],
            [2.0000, 0.0000]])
    """

    convex: ClassVar[bool] = False
    radius: float = 1

    def __post_init__(self) -> None:
        check_number("constraints.sphere", "radius", self.radius, 0)

    def project(self, x: Tensor) -> Tensor:
        """Every row (B, ...), scaled."""
        rows = precise(x).flatten(1)
        largest = rows.abs().amax(1, keepdim=True)
        first = torch.zeros_like(rows)
        first[:, :1] = 1
        rows = (rows / largest).where(largest > 0, first)
        return (float(self.radius) * (rows / norm(rows))).reshape(x.shape).to(x.dtype)
