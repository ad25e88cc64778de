"""What an optimizer is: pure functions over a state and a memory that the loop keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeAlias

from torch import Tensor

from ...values import Value
from ..moment import Moment

State: TypeAlias = dict[str, Tensor]


class Optimizer(Value, room="optimizers", abstract=True):
    """`init(state)` makes the memory, `update(state, gradient, memory, moment)` the next state and memory.

    The gradient is that of the loss, the negative score. Memory of an entry's shape is named "entry.what".
    """

    line_search: ClassVar[bool] = False
    """Whether it compares scores between steps, and so needs the true gradient of one and the same function."""

    resizable: ClassVar[bool] = True
    """Whether its memory can be taken along to another size."""

    @property
    def rowwise(self) -> bool:
        """Whether it looks at pictures one by one, so that each must have a row of every entry of the state."""
        return False

    def init(self, state: State) -> State:
        """What is remembered from step to step, empty at the start."""
        raise NotImplementedError

    def start(self, state: State) -> State:
        """The state to begin with: the one given, unless the optimizer keeps it within bounds."""
        return state

    def update(self, state: State, gradient: State, memory: State, moment: Moment) -> tuple[State, State]:
        """The state and memory after a step."""
        raise NotImplementedError

    def shown(self, state: State, memory: State) -> State:
        """The state that is the result so far: the last one, unless the optimizer knows a better."""
        return state

    def resized(self, memory: State, state: State, resize: Callable[[State], State]) -> State:
        """The memory at another size, where `resize` takes a state there; squares stay positive."""
        kinds = dict.fromkeys(name.rpartition(".")[2] for name in memory if name.rpartition(".")[0] in state)
        moved = {name: x for name, x in memory.items() if name.rpartition(".")[0] not in state}
        for kind in kinds:
            there = resize({name: memory[f"{name}.{kind}"] for name in state})
            moved.update({f"{name}.{kind}": x.clamp_min(0) if kind == "square" else x for name, x in there.items()})
        return moved
