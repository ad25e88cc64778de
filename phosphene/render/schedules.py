"""Numbers that change over a run: allowed wherever a number is, also as a weight in an objective."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

from ..errors import BadArgument
from ..objectives.algebra import Varying
from ..values import Value, check_number

if TYPE_CHECKING:
    from ..objectives.evaluate import Context


class Schedule(Varying, Value, room="schedules", abstract=True):
    """A pure function of the step and the number of steps of a stage."""

    def __call__(self, step: int, steps: int) -> float:
        """The number at a step, counted from 0."""
        raise NotImplementedError

    def coefficient(self, context: Context) -> float:
        """The number as a weight in an objective."""
        return self(context.step, context.steps)


Number: TypeAlias = float | Schedule


class ramp(Schedule):
    """From one number to another in a straight line: `start` at the first step, `end` at the last.

    >>> [ramp(1, 0)(step, 5) for step in range(5)]
    [1.0, 0.75, 0.5, 0.25, 0.0]
    """

    start: float
    end: float

    def __post_init__(self) -> None:
        check_number("schedules.ramp", "start", self.start)
        check_number("schedules.ramp", "end", self.end)

    def __call__(self, step: int, steps: int) -> float:
        """The number at a step."""
        return self.start + (self.end - self.start) * step / max(steps - 1, 1)


class cosine(Schedule):
    """From one number to another along half a cosine: slow, fast, slow (Loshchilov and Hutter 2017).

    >>> cosine(0.05)(0, 100), round(cosine(0.05)(50, 100), 4)
    (0.05, 0.025)
    """

    start: float
    end: float = 0

    def __post_init__(self) -> None:
        check_number("schedules.cosine", "start", self.start)
        check_number("schedules.cosine", "end", self.end)

    def __call__(self, step: int, steps: int) -> float:
        """The number at a step; `end` would be reached one step after the last."""
        return self.end + (self.start - self.end) * (1 + math.cos(math.pi * step / steps)) / 2


class piecewise(Schedule):
    """Constant between steps: pairs of a step and the number from there on.

    >>> [piecewise(((0, 1), (3, 0.1)))(step, 5) for step in range(5)]
    [1, 1, 1, 0.1, 0.1]
    """

    pieces: tuple[tuple[int, float], ...]

    def __post_init__(self) -> None:
        starts = [step for step, _ in self.pieces]
        if not starts or starts[0] != 0 or sorted(set(starts)) != starts:
            raise BadArgument(
                f"{self!r} has pieces from {starts}",
                "rising steps from 0 expected",
                "write piecewise(((0, 1), (9, 0.1)))",
            )

    def __call__(self, step: int, steps: int) -> float:
        """The number at a step."""
        return [number for start, number in self.pieces if start <= step][-1]


def at(number: Number, step: int, steps: int) -> float:
    """A number or what a schedule says at a step."""
    return number(step, steps) if isinstance(number, Schedule) else number


def check(owner: str, name: str, number: Number, low: float, high: float = math.inf) -> None:
    """Refuse what is neither a schedule nor a finite number in [low, high]."""
    if not isinstance(number, Schedule):
        check_number(owner, name, number, low, high)
