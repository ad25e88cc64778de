"""Two autograd functions on which rules are built: a gate behind an activation, and another function's way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor
from torch.autograd import Function

from .base import Call

Back = Callable[..., Tensor]


def gated(call: Call, back: Back, kept: Sequence[Tensor | None] = ()) -> Any:
    """What the call returns; its gradient g goes on as `back(g, *kept)`."""
    return _Gated.apply(call.inputs[0], call.run, call.inplace, back, kept)


def instead(surrogate: Tensor, call: Call) -> Any:
    """What the call returns; its gradient goes on as that of `surrogate`, a tensor of the same shape."""
    return _Instead.apply(surrogate, call.run)


class _Gated(Function):
    @staticmethod
    def forward(
        ctx: Any, x: Tensor, run: Callable[[], Any], inplace: bool, back: Back, kept: Sequence[Tensor | None]
    ) -> Any:
        y = run()
        if inplace:
            ctx.mark_dirty(x)
        ctx.save_for_backward(*kept)
        ctx.back = back
        return y

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
        return ctx.back(g, *ctx.saved_tensors), None, None, None, None


class _Instead(Function):
    @staticmethod
    def forward(ctx: Any, surrogate: Tensor, run: Callable[[], Any]) -> Any:
        return run()

    @staticmethod
    def backward(ctx: Any, g: Tensor, *others: Tensor) -> tuple[Tensor | None, ...]:
        return g, None


def open_gate(x: Tensor, six: bool) -> Tensor:
    """Where ReLU, or ReLU6, lets a gradient through."""
    return (x > 0) & (x < 6) if six else x > 0
