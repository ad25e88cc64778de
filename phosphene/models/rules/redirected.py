"""Lucid's redirected ReLU: a picture that no gradient reaches is still told where to go."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from ...values import check_integer
from .base import Call, Rule
from .through import gated


class redirected(Rule):
    """ReLU and ReLU6 that let a gradient into a dead unit where all of a picture's units are dead, in the first updates.

    Decided for each call and picture: g where x >= 0 (ReLU6: 0 <= x <= 6), or, where that is 0 everywhere, also the g of
    a score that rises as the unit comes back: g > 0 at x < 0, and g < 0 at x > 6. `until`: the number of updates; Lucid
    has 17. Source: lucid, misc/redirected_relu_grad.py, whose signs are those of a loss.

    >>> redirected(), redirected(until=32)
    (rules.redirected(), rules.redirected(until=32))
    """

    changes: ClassVar[tuple[str, ...]] = ("relu", "relu6")
    until: int = 17

    def __post_init__(self) -> None:
        check_integer(repr(self), "until", self.until, 1)

    def active(self, step: int) -> bool:
        """In the first `until` updates."""
        return step < self.until

    def apply(self, call: Call) -> Any:
        """What the call returns, with the gradient redirected behind it."""
        (x,) = call.inputs
        return gated(call, _redirect, (x < 0, x > 6 if call.site == "relu6" else None))


def _redirect(g: Tensor, below: Tensor, above: Tensor | None) -> Tensor:
    true = g.masked_fill(below if above is None else below | above, 0)
    wrong = below & (g < 0)
    if above is not None:
        wrong |= above & (g > 0)
    alive = (true != 0).reshape(g.shape[0], -1).any(1)
    return torch.where(alive.view(-1, *(1,) * (g.ndim - 1)), true, g.masked_fill(wrong, 0))
