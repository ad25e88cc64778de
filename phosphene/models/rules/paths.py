"""The rule for residual branches: how much of the gradient goes through them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from ...values import check_number
from .base import Call, Rule


class exact(Rule):
    """The gradient as it is: the last of some alternatives, for networks in which none of the others matches.

    >>> skip_gradient() | exact()
    rules.skip_gradient() | rules.exact()
    """


class skip_gradient(Rule):
    """The gradient that enters each residual branch is multiplied by `scale`: x + h behaves backward as x + scale h.

    The residual branch is the addend with more layers between it and the picture.  Wu et al. 2020, "Skip Connections
    Matter", use the same for attacks that transfer.

    >>> skip_gradient(0.7)
    rules.skip_gradient(scale=0.7)
    """

    changes: ClassVar[tuple[str, ...]] = ("residual",)
    scale: float = 0.5

    def __post_init__(self) -> None:
        check_number(repr(self), "scale", self.scale, 0, 1)

    def apply(self, call: Call) -> Tensor:
        """The sum, with a smaller way back into the branch."""
        first, second = call.inputs
        result: Tensor = _Residual.apply(first, second, call.run, call.inplace, call.branch, float(self.scale))
        return result


class _Residual(Function):
    @staticmethod
    def forward(
        ctx: Any, a: Tensor, b: Tensor, run: Callable[[], Tensor], inplace: bool, branch: int, scale: float
    ) -> Tensor:
        y = run()
        if inplace:
            ctx.mark_dirty(a)
        ctx.branch, ctx.scale = branch, scale
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
        ways = [g, g]
        ways[ctx.branch] = g * ctx.scale
        return ways[0], ways[1], None, None, None, None
