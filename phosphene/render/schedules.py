"""Numbers that change over a run: allowed wherever a number is, also as a weight in an objective."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

from ..errors import BadArgument
from ..objectives.algebra import Varying
from ..seeds import stream
from ..transforms.ranges import integer
from ..values import Value, check_choice, check_integer, check_number
from .moment import Moment

if TYPE_CHECKING:
    from ..objectives.evaluate import Context


class Schedule(Varying, Value, room="schedules", abstract=True):
    """A pure function of the step, the number of steps of a stage, and the stage's number."""

    def __call__(self, step: int, steps: int, stage: int = 0) -> float:
        """The number at a step, counted from 0."""
        raise NotImplementedError

    def coefficient(self, context: Context) -> float:
        """The number as a weight in an objective."""
        return self(context.step, context.steps, context.stage)


Number: TypeAlias = float | Schedule


class ramp(Schedule):
    """From one number to another in a straight line: `start` at the first step, `end` at the last.

    endpoint: without it `end` would be reached one step after the last, as in numpy.linspace.

    >>> [ramp(1, 0)(step, 5) for step in range(5)]
    [1.0, 0.75, 0.5, 0.25, 0.0]
    >>> [ramp(1, 0, endpoint=False)(step, 4) for step in range(4)]
    [1.0, 0.75, 0.5, 0.25]
    """

    start: float
    end: float
    endpoint: bool = True

    def __post_init__(self) -> None:
        check_number("schedules.ramp", "start", self.start)
        check_number("schedules.ramp", "end", self.end)
        check_choice("schedules.ramp", "endpoint", self.endpoint, (True, False))

    def __call__(self, step: int, steps: int, stage: int = 0) -> float:
        """The number at a step."""
        return self.start + (self.end - self.start) * step / max(steps - self.endpoint, 1)


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

    def __call__(self, step: int, steps: int, stage: int = 0) -> float:
        """The number at a step; `end` would be reached one step after the last."""
        return self.end + (self.start - self.end) * (1 + math.cos(math.pi * step / steps)) / 2


class piecewise(Schedule):
    """Constant between steps: pairs of a step and the number from there on.

    >>> [piecewise(((0, 1), (3, 0.1)))(step, 5) for step in range(5)]
    [1, 1, 1, 0.1, 0.1]
    """

    pieces: tuple[tuple[int, float], ...]

    def __post_init__(self) -> None:
        pieces = self.pieces if isinstance(self.pieces, (tuple, list)) else (self.pieces,)
        if not all(isinstance(piece, (tuple, list)) and len(piece) == 2 for piece in pieces):
            raise BadArgument(
                f"schedules.piecewise({self.pieces!r})"[:200],
                "pairs of a step and the number from there on expected",
                "write piecewise(((0, 1), (9, 0.1)))",
            )
        object.__setattr__(self, "pieces", tuple((step, number) for step, number in pieces))
        starts = [step for step, _ in self.pieces]
        for step in starts:
            check_integer("schedules.piecewise", "a step", step, 0)
        for _, number in self.pieces:
            check_number("schedules.piecewise", "a number", number)
        if not starts or starts[0] != 0 or sorted(set(starts)) != starts:
            raise BadArgument(
                f"{self!r} has pieces from {starts}",
                "rising steps from 0 expected",
                "write piecewise(((0, 1), (9, 0.1)))",
            )

    def __call__(self, step: int, steps: int, stage: int = 0) -> float:
        """The number at a step."""
        return [number for start, number in self.pieces if start <= step][-1]


class warmup(Schedule):
    """A rise from 0 over the first `steps` steps, in a straight line; then the number, or what its own schedule says.

    >>> [warmup(4, 1)(step, 8) for step in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """

    steps: int
    then: Number

    def __post_init__(self) -> None:
        check_integer("schedules.warmup", "steps", self.steps, 1)
        check("schedules.warmup", "then", self.then, -math.inf)

    def __call__(self, step: int, steps: int, stage: int = 0) -> float:
        """The number at a step."""
        return min(1.0, (step + 1) / self.steps) * _at(self.then, step, steps, stage)


class every(Schedule):
    """A number at every `period`-th step, counted from the first one, and `otherwise` at the others.

    >>> [every(3, 1)(step, 6) for step in range(6)]
    [1, 0, 0, 1, 0, 0]
    """

    period: int
    number: Number
    otherwise: float = 0

    def __post_init__(self) -> None:
        check_integer("schedules.every", "period", self.period, 1)
        check("schedules.every", "number", self.number, -math.inf)
        check_number("schedules.every", "otherwise", self.otherwise)

    def __call__(self, step: int, steps: int, stage: int = 0) -> float:
        """The number at a step."""
        return self.otherwise if step % self.period else _at(self.number, step, steps, stage)


class by_stage(Schedule):
    """A number or schedule for each stage in turn; the last one serves all stages after it.

    >>> [by_stage((11, 6, ramp(6, 3)))(0, 10, stage) for stage in range(4)]
    [11, 6, 6.0, 6.0]
    """

    numbers: tuple[Number, ...]

    def __post_init__(self) -> None:
        several = isinstance(self.numbers, (tuple, list))
        object.__setattr__(self, "numbers", tuple(self.numbers) if several else (self.numbers,))
        if not self.numbers:
            raise BadArgument("schedules.by_stage(())", "a number for each stage expected", "write by_stage((11, 6))")
        for number in self.numbers:
            check("schedules.by_stage", "a number", number, -math.inf)

    def __call__(self, step: int, steps: int, stage: int = 0) -> float:
        """The number at a step."""
        return _at(self.numbers[min(stage, len(self.numbers) - 1)], step, steps, stage)


class lot(Schedule):
    """1 at the steps at which `place` is drawn among 0 ... count - 1, else 0: of weights for all places one is 1 at a time.

    A random class at each iteration is a sum of classes, each times its `lot`. The draws depend on `seed`, stage and step.

    >>> [sum(lot(place, 3)(step, 9) for place in range(3)) for step in range(4)]
    [1, 1, 1, 1]
    """

    place: int
    count: int
    seed: int = 0

    def __post_init__(self) -> None:
        check_integer("schedules.lot", "count", self.count, 1)
        check_integer("schedules.lot", "place", self.place, 0, self.count - 1)
        check_integer("schedules.lot", "seed", self.seed, 0)

    def __call__(self, step: int, steps: int, stage: int = 0) -> float:
        """1 or 0."""
        return int(integer(stream(self.seed, "lot", stage, step), 0, self.count - 1) == self.place)


def at(number: Number, moment: Moment) -> float:
    """A number or what a schedule says at a moment."""
    return _at(number, moment.step, moment.steps, moment.stage)


def _at(number: Number, step: int, steps: int, stage: int) -> float:
    return number(step, steps, stage) if isinstance(number, Schedule) else number


def check(owner: str, name: str, number: Number, low: float, high: float = math.inf) -> None:
    """Refuse what is neither a schedule nor a finite number in [low, high]."""
    if not isinstance(number, Schedule):
        check_number(owner, name, number, low, high)
