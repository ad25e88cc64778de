"""Rules for max pooling, and `linearize`, which takes the activations along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from ...errors import BadArgument
from ...values import check_number
from .base import Call, Rule
from .guided import passing
from .through import instead


class soft_pool(Rule):
    """Max pooling whose backward pass is that of the weighted mean sum(w a) / sum(w), w = (a + 0.001)^power held fixed.

    >>> soft_pool()
    rules.soft_pool()
    """

    changes: ClassVar[tuple[str, ...]] = ("max_pool",)
    power: float = 3

    def __post_init__(self) -> None:
        check_number(repr(self), "power", self.power, 0, 16)

    def apply(self, call: Call) -> Any:
        """The maxima, with a weighted mean behind them."""
        return _SoftPool.apply(call.inputs[0], call.run, call.average, float(self.power))


class average_pool(Rule):
    """Max pooling with the backward pass of average pooling over the same windows, as in nn.AvgPool2d.

    forward: compute the averages too, as Gatys et al. 2015 do. Alone among the rules this changes what the network
    computes, while the run lasts: scores and targets are those of another network.

    >>> average_pool(forward=True)
    rules.average_pool(forward=True)
    """

    changes: ClassVar[tuple[str, ...]] = ("max_pool",)
    forward: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.forward, bool):
            raise BadArgument(f"{self!r}", "forward=True or forward=False expected", "write average_pool(forward=True)")

    @property
    def replaces(self) -> bool:
        """With `forward`."""
        return self.forward

    def apply(self, call: Call) -> Any:
        """The maxima with averages behind them, or the averages; indices stay those of the maxima."""
        mean = call.average(call.inputs[0])
        if not self.forward:
            return instead(mean, call)
        with torch.no_grad():
            value = call.run()
        return (mean, *value[1:]) if isinstance(value, tuple) else mean


class linearize(Rule):
    """A network as though it were linear on the way back: activations pass everything, max pooling goes back as average.

    The two rules in one, for networks with either: `passing() & average_pool()` asks for both.
    """

    changes: ClassVar[tuple[str, ...]] = ("relu", "relu6", "max_pool")

    def apply(self, call: Call) -> Any:
        """What the call returns, with a linear way back behind it."""
        return (average_pool() if call.site == "max_pool" else passing()).apply(call)


class _SoftPool(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, run: Callable[[], Any], average: Callable[[Tensor], Tensor], power: float) -> Any:
        ctx.save_for_backward(x)
        ctx.average, ctx.power = average, power
        return run()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor, *others: Tensor) -> tuple[Tensor | None, ...]:
        (x,) = ctx.saved_tensors
        # In half precision the smallest weight, 0.001 cubed, would be 0, and an empty window divided by it.
        wide = torch.promote_types(x.dtype, torch.float32)
        with torch.enable_grad():
            weight = (x.to(wide).clamp_min(0) + 1e-3).pow_(ctx.power).detach()
            a = torch.zeros_like(weight).requires_grad_()
            total, sums = ctx.average(weight), ctx.average(a)
        (spread,) = torch.autograd.grad(sums, a, g.to(wide) / total)
        return (spread * weight).to(x.dtype), None, None, None
