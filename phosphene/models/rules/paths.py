"""Rules for the ways a gradient takes: through residual branches, and through the windows of max pooling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from ...values import check_number
from .base import Call, Rule


class skip_gradient(Rule):
    """The gradient that enters each residual branch is multiplied by `scale`: x + h behaves backward as x + scale h.

    The residual branch is the addend with more layers between it and the picture.  Wu et al. 2020, "Skip Connections
    Matter", use the same for attacks that transfer.

    >>> skip_gradient(0.7)
    rules.skip_gradient(scale=0.7)
    """

    sites: ClassVar[tuple[str, ...]] = ("residual",)
    scale: float = 0.5

    def __post_init__(self) -> None:
        check_number(repr(self), "scale", self.scale, 0, 1)

    def apply(self, call: Call) -> Tensor:
        """The sum, with a smaller way back into the branch."""
        first, second = call.inputs
        result: Tensor = _Residual.apply(first, second, call.run, call.inplace, call.branch, float(self.scale))
        return result


class soft_pool(Rule):
    """Max pooling whose backward pass is that of the weighted mean sum(w a) / sum(w), w = (a + 0.001)^power held fixed.

    >>> soft_pool()
    rules.soft_pool()
    """

    sites: ClassVar[tuple[str, ...]] = ("max_pool",)
    power: float = 3

    def __post_init__(self) -> None:
        check_number(repr(self), "power", self.power, 0, 16)

    def apply(self, call: Call) -> Tensor:
        """The maxima, with a weighted mean behind them."""
        result: Tensor = _SoftPool.apply(call.inputs[0], call.run, call.window, float(self.power))
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


class _SoftPool(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, run: Callable[[], Tensor], window: tuple[Any, ...], power: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.window, ctx.power = window, power
        return run()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
        (x,) = ctx.saved_tensors
        kernel, stride, padding, ceil = ctx.window
        # In half precision the smallest weight, 0.001 cubed, would be 0, and an empty window divided by it.
        wide = torch.promote_types(x.dtype, torch.float32)
        with torch.enable_grad():
            weight = (x.to(wide).clamp_min(0) + 1e-3).pow_(ctx.power).detach()
            a = torch.zeros_like(weight).requires_grad_()
            total = F.avg_pool2d(weight, kernel, stride, padding, ceil, True, 1)
            sums = F.avg_pool2d(a, kernel, stride, padding, ceil, True, 1)
        (spread,) = torch.autograd.grad(sums, a, g.to(wide) / total)
        return (spread * weight).to(x.dtype), None, None, None
