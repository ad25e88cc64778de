"""Schedules before step 0: each is asked for all of its numbers, and each number must do where the schedule stands."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from ..errors import BadArgument
from ..objectives.algebra import Coefficient, Objective
from ..objectives.tree import nodes
from ..values import Value, is_finite
from .schedules import Schedule


def schedules_in(value: Any, owner: Any = None, name: str = "") -> Iterator[tuple[Any, str, Schedule]]:
    """Every schedule, with the value of which it is an argument, and that argument's name.

    Those inside another schedule are not told: what counts are the numbers of the outermost one.
    """
    if isinstance(value, Schedule):
        yield owner, name, value
    elif isinstance(value, (tuple, list)):
        for one in value:
            yield from schedules_in(one)
    elif isinstance(value, Objective):
        for node in nodes(value):
            if isinstance(node, Coefficient):
                yield from schedules_in(node.source)
    elif isinstance(value, Value):
        for field in dataclasses.fields(value):  # type: ignore[arg-type]
            yield from schedules_in(getattr(value, field.name), value, field.name)


def check_schedules(value: Any, steps: int, stage: int) -> None:
    """A finite number at every step of a stage, and where it is an argument, one that could stand in its place."""
    for owner, name, schedule in schedules_in(value):
        numbers = [_number(schedule, step, steps, stage) for step in range(steps)]
        for number in (min(numbers), max(numbers)) if owner is not None else ():
            try:
                dataclasses.replace(owner, **{name: number})
            except BadArgument as problem:
                raise BadArgument(
                    f"{schedule!r} is {float(number):g} at step {numbers.index(number)} of {steps}, but {problem.given}",
                    problem.expected,
                    "mend the schedule",
                ) from problem


def _number(schedule: Schedule, step: int, steps: int, stage: int) -> float:
    try:
        number = schedule(step, steps, stage)
    except Exception as problem:  # the code of the user's own schedule: anything may be wrong with it
        raise BadArgument(
            f"{schedule!r} raises {type(problem).__name__} at step {step} of {steps} ({problem})"[:400],
            "a number at every step: __call__(self, step, steps, stage=0)",
            "mend the schedule",
        ) from problem
    if not is_finite(number):
        raise BadArgument(
            f"{schedule!r} is {number!r} at step {step} of {steps}"[:400],
            "a finite number at every step expected",
            "mend the schedule, or write float(...) where it returns a tensor or an array",
        )
    return number
