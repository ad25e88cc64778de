"""Plain steps along the gradient: sgd, and progress, whose rate follows the gradient's size."""

from __future__ import annotations

import torch
from torch import Tensor

from ...values import check_number
from ..moment import Moment, per_picture
from ..schedules import Number, at, check
from .base import Optimizer, State


class sgd(Optimizer):
    """Gradient descent, with momentum where it is not 0: v <- momentum v + g, x <- x - rate v.

    reset: the velocity begins anew whenever the rate changes (Mahendran and Vedaldi 2015).

    >>> sgd(1.5)
    optimizers.sgd(1.5)
    """

    rate: Number
    momentum: float = 0
    reset: bool = False

    def __post_init__(self) -> None:
        check(self.word, "rate", self.rate, 0)
        check_number(self.word, "momentum", self.momentum, 0, 1 - 1e-9)

    def init(self, state: State) -> State:
        """The velocity of each entry."""
        if not self.momentum:
            return {}
        velocity = {f"{name}.velocity": torch.zeros_like(x) for name, x in state.items()}
        return {**velocity, "rate": torch.full((), torch.nan, dtype=torch.float64)}

    def update(self, state: State, gradient: State, memory: State, moment: Moment) -> tuple[State, State]:
        """One step of descent."""
        rate = at(self.rate, moment)
        if not self.momentum:
            return {name: x - rate * gradient[name] for name, x in state.items()}, {}
        keep = 0.0 if self.reset and float(memory["rate"]) != rate else self.momentum
        velocity = {name: keep * memory[f"{name}.velocity"] + gradient[name] for name in state}
        kept = {f"{name}.velocity": v for name, v in velocity.items()}
        kept["rate"] = torch.tensor(rate, dtype=torch.float64)
        return {name: x - rate * velocity[name] for name, x in state.items()}, kept


class progress(Optimizer):
    """A rate that would raise the score by `gain` if it were linear: min(limit, gain / |g|^2) for each picture.

    late: at most late (1 - score) is asked for, for scores that end at 1, such as probabilities. Sources: the policies
    "progress" and "progress01" of the deep visualization toolbox (Yosinski et al. 2015).

    >>> progress(2, limit=100)
    optimizers.progress(2, 100)
    """

    gain: Number
    limit: float
    late: float | None = None

    def __post_init__(self) -> None:
        check(self.word, "gain", self.gain, 0)
        check_number(self.word, "limit", self.limit, 0)
        if self.late is not None:
            check_number(self.word, "late", self.late, 0)

    @property
    def rowwise(self) -> bool:
        """It is: a rate for each."""
        return True

    def init(self, state: State) -> State:
        """Nothing."""
        return {}

    def update(self, state: State, gradient: State, memory: State, moment: Moment) -> tuple[State, State]:
        """One step of descent."""
        squares: Tensor = torch.stack([g.flatten(1).square().sum(1) for g in gradient.values()]).sum(0)
        wanted = torch.full_like(squares, at(self.gain, moment))
        if self.late is not None and moment.scores is not None:
            wanted = torch.minimum(wanted, self.late * (1 - moment.scores.to(wanted)))
        rate = (wanted / squares.clamp_min(1e-300 if squares.dtype == torch.float64 else 1e-38)).clamp_max(self.limit)
        return {name: x - per_picture(rate, x) * gradient[name] for name, x in state.items()}, {}
