"""Stages: parts of a run that change the size, the objective, or anything else that a call of `render` names."""

from __future__ import annotations

from typing import Any, Literal

from ..errors import BadArgument
from ..objectives.algebra import Objective
from ..param.base import Size, pair
from ..transforms import Transform
from ..values import Value, check_choice, check_integer, check_number
from .constraints import Constraint
from .gradients import Gradient
from .operators import Operator
from .optimizers import Optimizer


class stage(Value, room="stages"):
    """So many steps, and what differs in them from the call of `render`; schedules count from the stage's start.

    size: pixels, an integer or (height, width); scale: times the size before instead.  resample: how the picture gets
    there, "bilinear", "corners" (scipy.ndimage.zoom of order 1) or "spline" (order 3); the parameterization's own way
    where it is left out.  carry: "picture", the run goes on from the picture as it is; "detail", the picture to start
    from at this size, and on it what the stage before has changed (DeepDream's octaves).  memory: of the optimizer,
    "reset" or "resample".  Targets and masks are taken again at the new size.

    >>> stage(64, size=128)
    stages.stage(64, size=128)
    """

    steps: int
    size: Any = None
    scale: float | None = None
    resample: Literal["bilinear", "corners", "spline"] | None = None
    carry: Literal["picture", "detail"] = "picture"
    memory: Literal["reset", "resample"] = "reset"
    objective: Objective | None = None
    transforms: Transform | None = None
    optimizer: Optimizer | None = None
    gradient: tuple[Gradient, ...] | None = None
    operators: tuple[Operator, ...] | None = None
    within: Constraint | None = None
    rules: Any = None

    def __post_init__(self) -> None:
        from ..models.rules import Rule

        check_integer(self.word, "steps", self.steps, 1)
        for name in ("gradient", "operators"):
            if isinstance(value := getattr(self, name), (list, Gradient, Operator)):
                object.__setattr__(self, name, tuple(value) if isinstance(value, list) else (value,))
        kinds = {"objective": Objective, "transforms": Transform, "optimizer": Optimizer, "within": Constraint}
        for name, kind in {**kinds, "rules": Rule, "gradient": Gradient, "operators": Operator}.items():
            value = getattr(self, name)
            parts = value if isinstance(value, tuple) else () if value is None else (value,)
            if not all(isinstance(part, kind) for part in parts):
                raise BadArgument(
                    f"stages.stage: {name} is {value!r}"[:200],
                    f"{'an' if name[0] == 'o' else 'a'} {kind.__name__.lower()} expected",
                    f"leave it out to keep the {name} of the run",
                )
        check_choice(self.word, "resample", self.resample, (None, "bilinear", "corners", "spline"))
        check_choice(self.word, "carry", self.carry, ("picture", "detail"))
        check_choice(self.word, "memory", self.memory, ("reset", "resample"))
        if self.size is not None and self.scale is not None:
            raise BadArgument(f"{self!r}"[:200], "a size or a scale expected", "leave one of them out")
        if self.scale is not None:
            check_number(self.word, "scale", self.scale, 1e-3, 1e3)
        if self.size is not None:
            pair(self.word, self.size)

    def after(self, size: Size) -> Size:
        """The size of the picture in this stage, from that of the stage before."""
        if self.scale is not None:
            return max(1, round(size[0] * self.scale)), max(1, round(size[1] * self.scale))
        return size if self.size is None else pair(self.word, self.size)


def octaves(count: int, scale: float, steps: int, size: Any, carry: Literal["picture", "detail"] = "detail") -> Any:
    """DeepDream's octaves (Mordvintsev et al. 2015): `count` stages, each `scale` times the one before, up to `size`.

    What a stage adds to the picture is carried on as detail, resampled corners on corners.

    >>> [one.size for one in octaves(4, 1.4, 10, 224)]
    [(81, 81), (114, 114), (160, 160), (224, 224)]
    """
    check_integer("stages.octaves", "count", count, 1, 64)
    check_number("stages.octaves", "scale", scale, 1.0001, 1e3)
    sizes = [pair("stages.octaves", size)]
    for _ in range(count - 1):
        height, width = sizes[0]
        sizes.insert(0, (max(1, round(height / scale)), max(1, round(width / scale))))
    return tuple(stage(steps, size=one, resample="corners", carry=carry) for one in sizes)
