"""Adaptive steps: adam, adamw, nadam."""

from __future__ import annotations

import torch
from torch import Tensor

from ...values import check_number
from ..moment import Moment
from ..schedules import Number, at, check
from .base import Optimizer, State


class adam(Optimizer):
    """Adam (Kingma and Ba 2015), with the bias correction.

    >>> adam(0.05)
    optimizers.adam()
    """

    rate: Number = 0.05
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        check(self.word, "rate", self.rate, 0)
        for name in ("beta1", "beta2"):
            check_number(self.word, name, getattr(self, name), 0, 1 - 1e-9)
        check_number(self.word, "eps", self.eps, 0)

    def init(self, state: State) -> State:
        """First and second moments of each entry, and the count of updates."""
        moments = {
            f"{name}.{moment}": torch.zeros_like(x) for name, x in state.items() for moment in ("mean", "square")
        }
        return {**moments, "count": torch.zeros((), dtype=torch.int64)}

    def update(self, state: State, gradient: State, memory: State, moment: Moment) -> tuple[State, State]:
        """One step of Adam."""
        count = int(memory["count"]) + 1
        rate = at(self.rate, moment) / (1 - self.beta1**count)
        scale = (1 - self.beta2**count) ** -0.5
        new, kept = {}, {"count": torch.tensor(count)}
        for name, x in state.items():
            mean, square = _moments(memory, name, gradient[name], self.beta1, self.beta2)
            new[name] = torch.addcdiv(x, mean, square.sqrt().mul_(scale).add_(self.eps), value=-rate)
            kept[f"{name}.mean"], kept[f"{name}.square"] = mean, square
        return new, kept


class adamw(Optimizer):
    """Adam after a decay of the state itself, x <- (1 - rate decay) x (Loshchilov and Hutter 2019).

    >>> adamw(0.009)
    optimizers.adamw(rate=0.009)
    """

    rate: Number = 0.001
    decay: float = 0.01
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        check_number(self.word, "decay", self.decay, 0)
        self._inner.__post_init__()

    @property
    def _inner(self) -> adam:
        return adam(self.rate, self.beta1, self.beta2, self.eps)

    def init(self, state: State) -> State:
        """As adam."""
        return self._inner.init(state)

    def update(self, state: State, gradient: State, memory: State, moment: Moment) -> tuple[State, State]:
        """Decay, then one step of Adam."""
        keep = 1 - at(self.rate, moment) * self.decay
        return self._inner.update({name: keep * x for name, x in state.items()}, gradient, memory, moment)


class nadam(Optimizer):
    """Adam that looks ahead along its momentum (Dozat 2016), with the momentum's warm-up; MaCo uses it with rate 1.

    >>> nadam(1)
    optimizers.nadam(rate=1)
    """

    rate: Number = 0.002
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    warmup: float = 0.004

    def __post_init__(self) -> None:
        adam(self.rate, self.beta1, self.beta2, self.eps)
        check_number(self.word, "warmup", self.warmup, 0)

    def init(self, state: State) -> State:
        """As adam, and the product of the momenta so far."""
        return {**adam().init(state), "product": torch.ones((), dtype=torch.float64)}

    def update(self, state: State, gradient: State, memory: State, moment: Moment) -> tuple[State, State]:
        """One step of NAdam."""
        count, rate = int(memory["count"]) + 1, at(self.rate, moment)
        now, following = (self.beta1 * (1 - 0.5 * 0.96 ** (n * self.warmup)) for n in (count, count + 1))
        product = float(memory["product"]) * now
        scale = (1 - self.beta2**count) ** -0.5
        new, kept = {}, {"count": torch.tensor(count), "product": torch.tensor(product, dtype=torch.float64)}
        for name, x in state.items():
            g = gradient[name]
            mean, square = _moments(memory, name, g, self.beta1, self.beta2)
            size = square.sqrt().mul_(scale).add_(self.eps)
            ahead = g * ((1 - now) / (1 - product)) + mean * (following / (1 - product * following))
            new[name] = torch.addcdiv(x, ahead, size, value=-rate)
            kept[f"{name}.mean"], kept[f"{name}.square"] = mean, square
        return new, kept


def _moments(memory: State, name: str, g: Tensor, beta1: float, beta2: float) -> tuple[Tensor, Tensor]:
    """The running means of an entry's gradient and of its square."""
    square = torch.addcmul(memory[f"{name}.square"] * beta2, g, g, value=1 - beta2)
    return memory[f"{name}.mean"].lerp(g, 1 - beta1), square
