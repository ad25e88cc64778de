"""Maps that bound the picture: `sigmoid` smoothly, `clip` sharply."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..errors import BadArgument
from ..values import check_number
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
