"""Operators on the picture after each step: the r of x <- r(x + step) (Yosinski et al. 2015).

An operator works on the decoded picture; the parameters become the encoding of its result, so a parameterization without
an inverse refuses operators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import Tensor

from ..values import Value, check_integer, check_number
from .schedules import Number, at, check


class Operator(Value, room="operators", abstract=True):
    """A pure function of the picture (B, C, H, W), used after every `every`-th step."""

    if TYPE_CHECKING:

        @property
        def every(self) -> Any:
            """After how many steps it acts."""

    def apply(self, picture: Tensor, step: int, steps: int) -> Tensor:
        """The changed picture."""
        raise NotImplementedError

    def due(self, step: int) -> bool:
        """Whether it acts after this step: after step number every, 2 every, ... counted from 1."""
        return bool((step + 1) % self.every == 0)


class decay(Operator):
    """A step towards one color: center + (1 - rate) (x - center).

    >>> decay(0.01)
    operators.decay(0.01)
    """

    rate: Number
    center: float = 0.5
    every: int = 1

    def __post_init__(self) -> None:
        check("operators.decay", "rate", self.rate, 0, 1)
        check_number("operators.decay", "center", self.center)
        check_integer("operators.decay", "every", self.every, 1)

    def apply(self, picture: Tensor, step: int, steps: int) -> Tensor:
        """The picture a little nearer to the center color."""
        return self.center + (1 - at(self.rate, step, steps)) * (picture - self.center)
