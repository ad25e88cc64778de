"""A run, ready to start: its stages, what they share, and where an unfinished one stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ..models.vision import Vision
from ..objectives.lower import Program
from ..param import Param
from .constraints import Constraint
from .gradients import Gradient, tiles
from .operators import Operator
from .optimizers import Optimizer
from .stages import stage
from .views import Views

State = dict[str, Tensor]


@dataclass(frozen=True)
class Part:
    """A stage, ready to run; `stage` is what the user wrote."""

    number: int
    steps: int
    stage: stage
    param: Param
    views: Views
    program: Program
    names: list[str]
    reading: list[int]
    optimizer: Optimizer
    gradient: tuple[Gradient, ...]
    operators: tuple[Operator, ...]
    within: Constraint | None
    chunk: int

    @property
    def tiles(self) -> tiles | None:
        """How the canvas is cut, if it is."""
        return tiling(self.gradient)


@dataclass(frozen=True)
class Setting:
    """What all stages of a run share; `param` is the one that the user wrote, at its own size."""

    visions: dict[str, Vision]
    param: Param
    seeds: list[int]
    samples: int
    device: torch.device
    dtype: torch.dtype

    def start(self, param: Param) -> State:
        """The state that a parameterization starts from, of all pictures."""
        return param.init(self.seeds, self.dtype, self.device)

    def given(self, param: Param, step: int) -> State:
        """What a parameterization is given at a step, counted over the whole run."""
        return param.given(self.seeds, step, self.dtype, self.device)


@dataclass(frozen=True)
class Plan(Setting):
    """A run, ready to start."""

    parts: list[Part]
    snapshots: frozenset[int]
    rules: dict[str, dict[str, int]]
    program: dict[str, Any]

    @property
    def steps(self) -> int:
        """The number of updates of the whole run."""
        return sum(part.steps for part in self.parts)


@dataclass(frozen=True)
class Position:
    """Where a run stands: the updates that are done, the state, the optimizer's memory, the record of gradients.

    transparency: the absolute gradients of the score at the canvas, added up over the steps (Fel et al. 2023).
    """

    done: int
    state: State = field(repr=False)
    memory: State = field(repr=False)
    transparency: Tensor = field(repr=False)


def tiling(chain: tuple[Gradient, ...]) -> tiles | None:
    """The link of a chain that cuts the canvas into tiles, if any."""
    return next((one for one in chain if isinstance(one, tiles)), None)
