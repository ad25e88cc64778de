"""Maps that bound the picture, `sigmoid` smoothly and `clip` sharply, or say that nothing does, or add grey channels."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from ..errors import BadArgument
from ..values import check_integer, check_number
from .base import Map, Range

_EDGE = 1e-6  # how near to the bounds of its range `sigmoid` can be inverted, as a fraction of the range


class sigmoid(Map):
    """Any number to (low, high), smoothly: low + (high - low) / (1 + exp(-x)).

    >>> sigmoid().forward(torch.zeros(1)), sigmoid(-1, 1).forward(torch.zeros(1))
    (tensor([0.5000]), tensor([0.]))
    """

    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        _check_bounds("sigmoid", self.low, self.high)

    def forward(self, x: Tensor) -> Tensor:
        """The squashed numbers."""
        squashed = x.sigmoid()
        if (self.low, self.high) == (0, 1):
            return squashed
        return (self.low + (self.high - self.low) * squashed).clamp(self.low, self.high)

    def inverse(self, y: Tensor) -> Tensor:
        """The logit; values at the bounds are taken as 1e-6 of the range inside."""
        return torch.logit((y - self.low) / (self.high - self.low), eps=_EDGE)

    def value_range(self, given: Range | None) -> Range:
        """The declared bounds."""
        return float(self.low), float(self.high)


class clip(Map):
    """Any number to [low, high] by cutting off; a value at a bound can still come back.

    The gradient is that of a loss, to be descended: it is blocked only where the step -gradient would lead further
    outside, and passes where it leads back in.

    >>> x = torch.tensor([-1.0, 2.0], requires_grad=True)
    >>> clip().forward(x).sum().backward()
    >>> clip().forward(x).tolist(), x.grad.tolist()
    ([0.0, 1.0], [0.0, 1.0])
    """

    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        _check_bounds("clip", self.low, self.high)

    def forward(self, x: Tensor) -> Tensor:
        """The clipped numbers."""
        clipped: Tensor = _Clip.apply(x, float(self.low), float(self.high))
        return clipped

    def inverse(self, y: Tensor) -> Tensor:
        """The number itself, inside the bounds."""
        return y.clamp(self.low, self.high)

    def value_range(self, given: Range | None) -> Range:
        """The declared bounds."""
        return float(self.low), float(self.high)


class unbounded(Map):
    """The identity, by which is said that values outside [0, 1] are meant.

    For procedures that bound the picture by an operator, a constraint or not at all: activation maximization from zero
    with weight decay, perturbations, textures that are normalized afterwards.

    >>> unbounded().value_range(None), unbounded().forward(torch.tensor([-3.0, 7.0]))
    ((-inf, inf), tensor([-3.,  7.]))
    """

    def forward(self, x: Tensor) -> Tensor:
        """The numbers themselves."""
        return x

    def inverse(self, y: Tensor) -> Tensor:
        """The numbers themselves."""
        return y

    def value_range(self, given: Range | None) -> Range:
        """Any number, declared; or what is known already."""
        return (-math.inf, math.inf) if given is None else given


class repeat(Map):
    """One channel repeated: a grey picture for a network that reads colors.  (B, 1, H, W) -> (B, times, H, W)

    >>> from phosphene.param import pixels
    >>> grey = pixels(8, channels=1) >> repeat(3)
    >>> grey, grey.channels
    (param.pixels(8, channels=1) >> param.repeat(3), 3)
    """

    times: int

    def __post_init__(self) -> None:
        check_integer("repeat", "times", self.times, 1)

    @property
    def channels(self) -> int:
        """One."""
        return 1

    def channels_after(self, given: int | None) -> int:
        """As many as asked for."""
        return self.times

    def forward(self, x: Tensor) -> Tensor:
        """The channel, several times."""
        return x.expand(-1, self.times, -1, -1)

    def inverse(self, y: Tensor) -> Tensor:
        """The mean of the channels, which for a grey picture is each of them."""
        return y.mean(1, keepdim=True)

    def value_range(self, given: Range | None) -> Range | None:
        """As before."""
        return given


class _Clip(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, low: float, high: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.bounds = low, high
        return x.clamp(low, high)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (x,), (low, high), (g,) = ctx.saved_tensors, ctx.bounds, gradients
        outward = ((x <= low) & (g > 0)) | ((x >= high) & (g < 0))
        return g.masked_fill(outward, 0), None, None


def _check_bounds(owner: str, low: Any, high: Any) -> None:
    check_number(owner, "low", low)
    check_number(owner, "high", high)
    if not low < high:
        raise BadArgument(f"{owner}({low}, {high})", "the lower bound first, then a higher one", f"write {owner}(0, 1)")
