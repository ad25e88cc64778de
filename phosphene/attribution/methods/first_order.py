"""Methods that look at the gradient at the activation itself."""

from __future__ import annotations

from torch import Tensor

from ..tail import Tail
from .base import Method


class gradient_times_activation(Method):
    """The activation times the gradient of the score there: the score's change to first order, were a number 0.

    Exact behind which everything is linear; sums to the score in networks of convolutions, ReLUs and max pooling without
    biases (Euler). Source: Olah et al. 2018, The Building Blocks of Interpretability; Shrikumar et al. 2016.

    >>> gradient_times_activation()
    attribution.gradient_times_activation()
    """

    def values(self, tail: Tail) -> Tensor:
        """Activation times gradient."""
        return tail.activation * tail.slope
