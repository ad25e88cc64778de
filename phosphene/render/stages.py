"""Stages: parts of a run that change the size, the objective, the transforms or the optimizer."""

from __future__ import annotations

from typing import Any

from ..errors import BadArgument
from ..objectives.algebra import Objective
from ..transforms import Transform
from ..values import Value, check_integer
from .optimizers import Optimizer


class stage(Value, room="stages"):
    """So many steps, and what differs in them from the call of `render`; schedules count from the stage's start.

    size: pixels, an integer or (height, width): the picture is resized and goes on from there. Optimizers begin anew in
    each stage.

    >>> stage(64, size=128)
    stages.stage(64, size=128)
    """

    steps: int
    size: Any = None
    objective: Objective | None = None
    transforms: Transform | None = None
    optimizer: Optimizer | None = None

    def __post_init__(self) -> None:
        check_integer("stages.stage", "steps", self.steps, 1)
        kinds = {"objective": Objective, "transforms": Transform, "optimizer": Optimizer}
        for name, kind in kinds.items():
            value = getattr(self, name)
            if value is not None and not isinstance(value, kind):
                raise BadArgument(
                    f"stages.stage: {name} is {value!r}"[:200],
                    f"{'an' if name[0] == 'o' else 'a'} {kind.__name__.lower()} expected",
                    f"leave it out to keep the {name} of the run",
                )
