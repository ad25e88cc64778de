"""Rules for activations: what the backward pass of ReLU and ReLU6 lets through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from ...values import check_number
from .base import Call, Rule
from .through import gated

# Beyond this exponent a sigmoid is 1 in double precision; the fused kernel passes the gradient on as it is.
_SATURATED = 36.0
_SAMPLE = 4096


class soft_gate(Rule):
    """ReLU and ReLU6 with a backward pass through sigmoids: g sigmoid(s x), and sigmoid(s (6 - x)) for ReLU6.

    The slope is s = k / std(x), with the standard deviation of each picture's own pre-activations at that layer.

    >>> soft_gate() & soft_gate(k=1)
    Traceback (most recent call last):
    ...
    phosphene.errors.BadArgument: rules.soft_gate() & rules.soft_gate(k=1): both change ReLU. ...
    """

    changes: ClassVar[tuple[str, ...]] = ("relu", "relu6")
    k: float = 2.0

    def __post_init__(self) -> None:
        check_number(repr(self), "k", self.k, 1e-3, 1e3)

    def apply(self, call: Call) -> Tensor:
        """The value of the call, with sigmoids behind it."""
        return _through(_SoftGate, call, float(self.k))


class leaky_gate(Rule):
    """ReLU and ReLU6 whose backward pass lets `slope` of the gradient through where x <= 0.

    >>> leaky_gate()
    rules.leaky_gate()
    """

    changes: ClassVar[tuple[str, ...]] = ("relu", "relu6")
    slope: float = 0.1

    def __post_init__(self) -> None:
        check_number(repr(self), "slope", self.slope, 0, 1)

    def apply(self, call: Call) -> Tensor:
        """The value of the call, with a leak behind it."""
        return _through(_LeakyGate, call, float(self.slope))


class softplus(Rule):
    """ReLU and ReLU6 with the backward pass of softplus: g sigmoid(beta x), for ReLU6 that minus g sigmoid(beta (x - 6)).

    beta: the slope, in units of the activations themselves; `soft_gate` measures its own.  Dombrowski et al. 2019,
    "Explanations can be manipulated and geometry is to blame".

    >>> softplus(beta=5)
    rules.softplus(beta=5)
    """

    changes: ClassVar[tuple[str, ...]] = ("relu", "relu6")
    beta: float = 1.0

    def __post_init__(self) -> None:
        check_number(repr(self), "beta", self.beta, 1e-3, 1e3)

    def apply(self, call: Call) -> Tensor:
        """The value of the call, with softplus behind it."""
        x, beta = call.inputs[0], float(self.beta)
        factor = torch.sigmoid(beta * x)
        if call.site == "relu6":
            factor -= torch.sigmoid(beta * (x - 6))
        result: Tensor = gated(call, torch.mul, (factor,))
        return result


def spread(x: Tensor) -> Tensor:
    """The standard deviation of each picture's activations, from an even sample of its positions.  -> (B, 1, ...)"""
    sample = x
    if x.ndim == 4:
        step = max(1, int((x[0].numel() / _SAMPLE) ** 0.5))
        sample = x[:, :, step // 2 :: step, step // 2 :: step]
    if sample.ndim == 4 and sample.is_contiguous(memory_format=torch.channels_last):
        sample = sample.permute(0, 2, 3, 1)  # in the order of its memory
    flat = sample.reshape(x.shape[0], -1)
    # Several times as fast on a CPU as Tensor.std.
    lengths = torch.linalg.vector_norm(flat - flat.mean(1, keepdim=True), dim=1)
    deviation: Tensor = lengths / flat.shape[1] ** 0.5
    return deviation.view(-1, *(1,) * (x.ndim - 1))


def _through(function: Any, call: Call, number: float) -> Tensor:
    result: Tensor = function.apply(call.inputs[0], call.run, call.inplace, number, call.site == "relu6")
    return result


class _SoftGate(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, run: Callable[[], Tensor], inplace: bool, k: float, six: bool) -> Tensor:
        slope = (k / spread(x)).clamp_(max=torch.finfo(x.dtype).max ** 0.5)
        # What is kept is already scaled, so that x itself is free to be overwritten.
        ctx.save_for_backward(x * slope, 6 * slope if six else None)
        y = run()
        if inplace:
            ctx.mark_dirty(x)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
        scaled, top = ctx.saved_tensors
        # The derivative of softplus is the sigmoid, so one fused kernel computes g sigmoid(x). New memory costs more
        # than the arithmetic: one tensor serves all three steps.
        if top is None:
            return torch.ops.aten.softplus_backward(g, scaled, 1.0, _SATURATED), None, None, None, None
        out = top - scaled
        times_sigmoid = torch.ops.aten.softplus_backward.grad_input
        times_sigmoid(g, out, 1.0, _SATURATED, grad_input=out)
        times_sigmoid(out, scaled, 1.0, _SATURATED, grad_input=out)
        return out, None, None, None, None


class _LeakyGate(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, run: Callable[[], Tensor], inplace: bool, slope: float, six: bool) -> Tensor:
        y = run()
        if inplace:
            ctx.mark_dirty(x)
        ctx.save_for_backward(y)
        ctx.slope, ctx.six = slope, six
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
        (y,) = ctx.saved_tensors
        if ctx.six:
            g = torch.ops.aten.hardtanh_backward(g, y, -1.0, 6.0)
        return torch.ops.aten.leaky_relu_backward(g, y, ctx.slope, False), None, None, None, None
