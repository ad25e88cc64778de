"""Constraints on the picture, as exact projections: the nearest picture that satisfies them."""

from __future__ import annotations

from torch import Tensor

from ..errors import BadArgument
from ..values import Value, check_number


class Constraint(Value, room="constraints", abstract=True):
    """A set of pictures and the projection onto it."""

    def project(self, picture: Tensor) -> Tensor:
        """The nearest picture (B, C, H, W) of the set."""
        raise NotImplementedError


class box(Constraint):
    """Every value between two numbers.

    >>> box(0.1, 0.9)
    constraints.box(0.1, 0.9)
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        check_number("constraints.box", "low", self.low)
        check_number("constraints.box", "high", self.high)
        if self.low > self.high:
            raise BadArgument(f"{self!r}", "low <= high expected", f"write constraints.box({self.high}, {self.low})")

    def project(self, picture: Tensor) -> Tensor:
        """The picture, clipped."""
        return picture.clamp(self.low, self.high)
