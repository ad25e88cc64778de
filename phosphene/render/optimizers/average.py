"""The average of the iterates, around any optimizer."""

from __future__ import annotations

import torch

from ...errors import BadArgument
from ...values import check_number
from ..moment import Moment
from .base import Optimizer, State


class average(Optimizer):
    """What is shown is an exponential average of the states: decay times the last average, and the rest the new state.

    Divided by 1 - decay^n, so that it starts unbiased; the inner optimizer does not see it (Polyak and Juditsky 1992).

    >>> from phosphene.render.optimizers import adam
    >>> average(adam(), 0.99)
    optimizers.average(optimizers.adam(), 0.99)
    """

    inner: Optimizer
    decay: float

    def __post_init__(self) -> None:
        if not isinstance(self.inner, Optimizer) or self.inner.line_search or isinstance(self.inner, average):
            raise BadArgument(
                f"optimizers.average({self.inner!r}, ...)"[:200],
                "an optimizer that moves at every step expected",
                "write optimizers.average(optimizers.adam(), 0.99)",
            )
        check_number(self.word, "decay", self.decay, 0, 1 - 1e-9)

    @property
    def rowwise(self) -> bool:
        """As the inner optimizer."""
        return self.inner.rowwise

    def init(self, state: State) -> State:
        """The inner memory, and averages of nothing."""
        averages = {f"{name}.average": torch.zeros_like(x) for name, x in state.items()}
        return {**self.inner.init(state), **averages, "averaged": torch.zeros((), dtype=torch.int64)}

    def update(self, state: State, gradient: State, memory: State, moment: Moment) -> tuple[State, State]:
        """The inner optimizer's step."""
        averages = {name: memory[f"{name}.average"] for name in state}
        own = {*(f"{name}.average" for name in state), "averaged"}
        new, kept = self.inner.update(state, gradient, {k: x for k, x in memory.items() if k not in own}, moment)
        kept.update({f"{name}.average": self.decay * averages[name] + (1 - self.decay) * new[name] for name in state})
        kept["averaged"] = memory["averaged"] + 1
        return new, kept

    def shown(self, state: State, memory: State) -> State:
        """The average, or the state before the first step."""
        count = int(memory["averaged"])
        return {name: memory[f"{name}.average"] / (1 - self.decay**count) for name in state} if count else state
