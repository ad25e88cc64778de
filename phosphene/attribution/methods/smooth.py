"""Methods that look at another method's values under noise: their mean, and their variance."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ...errors import BadArgument
from ...models.rules import Rule
from ...seeds import stream
from ...values import check_integer, check_number
from ..tail import Tail
from .base import Method
from .first_order import gradient


class Noisy(Method, abstract=True):
    """What a method finds where Gaussian noise is added to the activation.

    samples: how many draws.  noise: the standard deviation, as a part of each picture's range there, max - min; the paper
    has 0.1 to 0.2.  of: the method.  seed: of the draws, which are the same for every picture and view.
    """

    samples: int = 50
    noise: int | float = 0.15
    of: Method = gradient()
    seed: int = 0

    def __post_init__(self) -> None:
        check_integer(self.word, "samples", self.samples, 1)
        check_number(self.word, "noise", self.noise, 0)
        check_integer(self.word, "seed", self.seed, 0)
        if not isinstance(self.of, Method):
            raise BadArgument(
                f"{self.word}: of is {self.of!r}"[:200],
                "a method of attribution expected",
                f"write {self.word}(of=attribution.gradient()), with its parentheses",
            )

    @property
    def rules(self) -> Rule | None:
        """Those of the method."""
        return self.of.rules

    @property
    def layers(self) -> tuple[str, ...]:
        """Those of the method."""
        return self.of.layers

    def samples_of(self, tail: Tail) -> Iterator[Tensor]:
        """The method's values at each draw."""
        x = tail.activation
        flat = x.flatten(1)
        spread = float(self.noise) * (flat.amax(1) - flat.amin(1)).view(-1, *(1,) * (x.ndim - 1))
        for number in range(self.samples):
            drawn = torch.randn(x.shape[1:], generator=stream(self.seed, "attribution under noise", number))
            near = tail.moved(x + spread * drawn.to(x))
            near.depart(self.of.start(near))
            yield self.of.values(near)


class smooth_grad(Noisy):
    """The mean of a method's values under noise on the activation (SmoothGrad).

    samples: how many draws.  noise: the standard deviation, as a part of each picture's range at the layer.  of: the
    method.  seed: of the draws.  Source: Smilkov et al. 2017.  Errors: BadArgument.

    >>> smooth_grad(samples=20, of=gradient())
    attribution.smooth_grad(samples=20)
    """

    def values(self, tail: Tail) -> Tensor:
        """The mean over the draws."""
        total: Tensor | None = None
        for found in self.samples_of(tail):
            total = found.clone() if total is None else total.add_(found)
        assert total is not None
        return total / self.samples


class var_grad(Noisy):
    """The variance of a method's values under noise on the activation, never negative (VarGrad).

    The mean square of the distances to the mean, which `smooth_grad` is for the same arguments.  Source: Adebayo et al. 2018,
    Local explanation methods for deep neural networks lack sensitivity to parameter values.  Errors: BadArgument.

    >>> var_grad(noise=0.1)
    attribution.var_grad(noise=0.1)
    """

    def values(self, tail: Tail) -> Tensor:
        """The variance over the draws."""
        mean = square = torch.zeros(())
        for number, found in enumerate(self.samples_of(tail), 1):
            # Welford's sums: the difference of two large squares would have few digits left.
            away = found - mean
            mean = mean + away / number
            square = square + away * (found - mean)
        return square / self.samples
