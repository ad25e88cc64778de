"""Methods that look at the gradient at the activation itself."""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import Tensor

from ...values import check_choice
from ..tail import Tail
from .base import Method


class gradient_times_activation(Method):
    """The activation times the gradient of the score there: the score's change to first order, were a number 0.

    Exact behind which everything is linear; sums to the score in networks of convolutions, ReLUs and max pooling without
    biases (Euler). Source: Olah et al. 2018, The Building Blocks of Interpretability; Shrikumar et al. 2016.

    >>> gradient_times_activation()
    attribution.gradient_times_activation()
    """

    once: ClassVar[bool] = True

    def values(self, tail: Tail) -> Tensor:
        """Activation times gradient."""
        return tail.activation * tail.slope


class gradient(Method):
    """The gradient of the score: how much it changes with each number of the activation, signed.

    Source: Simonyan, Vedaldi, Zisserman 2014.

    >>> gradient()
    attribution.gradient()
    """

    once: ClassVar[bool] = True

    def values(self, tail: Tail) -> Tensor:
        """The gradient."""
        return tail.slope


class saliency(Method):
    """The size of the gradient, one number a place, (B, 1, ...): the largest over the channels, or their sum.

    Of "logit", the score before the softmax, as in the paper; "prob" also rises as other classes fall.
    reduce: "max" or "sum".  Source: Simonyan, Vedaldi, Zisserman 2014 (the maximum).  Errors: BadArgument.

    >>> saliency(reduce="sum")
    attribution.saliency(reduce='sum')
    """

    once: ClassVar[bool] = True

    reduce: Literal["max", "sum"] = "max"

    def __post_init__(self) -> None:
        check_choice(self.word, "reduce", self.reduce, ("max", "sum"))

    def values(self, tail: Tail) -> Tensor:
        """The largest, or the sum, of the absolute values over the channels."""
        size = tail.places(tail.slope).abs()
        return size.amax(1, keepdim=True) if self.reduce == "max" else size.sum(1, keepdim=True)
