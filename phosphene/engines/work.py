"""What the engines share: jobs, units under way, and how an error comes back from another process."""

from __future__ import annotations

import pickle
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import torch

from ..errors import BadArgument, WorkFailed

Unit = TypeVar("Unit")
Result = TypeVar("Result")
Given = TypeVar("Given", contravariant=True)
Made = TypeVar("Made", covariant=True)

ATTEMPTS = 3
"""How often a unit may end its worker before it is refused."""


class Job(Protocol[Given, Made]):
    """Work that is done unit by unit; `digest` names what is heavy in it, for `cached`."""

    @property
    def digest(self) -> str:
        """The name of what is heavy: equal where it is the same."""

    def __call__(self, unit: Given, /) -> Made:
        """Do one unit; its result is small."""


@dataclass(eq=False)
class Task(Generic[Unit]):
    """A unit under way, and how many workers died over it."""

    unit: Unit
    deaths: int = 0

    def died(self, how: str) -> WorkFailed | None:
        """Count one more death; the error where it was the last one that is borne."""
        self.deaths += 1
        if self.deaths < ATTEMPTS:
            return None
        return WorkFailed(
            f"the unit {self.unit!r}"[:200] + f", which ended its worker {ATTEMPTS} times; the last time: {how}",
            "a unit that ends with a result or an error expected",
            "run fewer workers if memory was short (SIGKILL), or run the job on this unit alone to see why",
        )


class Queue(Generic[Unit]):
    """The units that are still to be done: those that lost their worker, then new ones."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._fresh, self._again = iter(units), deque[Task[Unit]]()

    def put_back(self, task: Task[Unit]) -> None:
        """Take a unit that lost its worker; it is the next one."""
        self._again.append(task)

    def next(self) -> Task[Unit] | None:
        """A unit to do now; None where there is no more."""
        if self._again:
            return self._again.popleft()
        return next((Task(unit) for unit in self._fresh), None)


class RemoteTraceback(Exception):
    """The traceback of an error as the worker saw it: the cause of the same error here."""

    def __str__(self) -> str:
        return f'\n"""\n{self.args[0]}"""'


def packed(what: str, value: Any) -> bytes:
    """A value for another process; BadArgument where it cannot be pickled."""
    try:
        return pickle.dumps(value)
    except Exception as problem:
        raise unpicklable(what, value, problem) from problem


def unpicklable(what: str, value: Any, problem: Exception) -> BadArgument:
    """The error for a value that cannot travel."""
    return BadArgument(
        f"{what} {value!r}"[:200] + f", which cannot be pickled: {problem}"[:200],
        "something that can travel to another process expected",
        "write functions and classes at the top level of a module, or leave out workers= and ray=",
    )


def answer(work: Callable[[], Any]) -> bytes:
    """What comes of some work, to be sent back: its result, or its error and traceback."""
    try:
        return pickle.dumps((work(), None, ""))
    except BaseException as problem:
        return pickle.dumps((None, _portable(problem), traceback.format_exc()))


def opened(content: bytes) -> tuple[Any, BaseException | None]:
    """The result or the error in an answer; the error has the worker's traceback as its cause."""
    result, problem, trace = pickle.loads(content)
    if problem is not None:
        problem.__cause__ = RemoteTraceback(trace)
    return result, problem


def _portable(problem: BaseException) -> BaseException:
    try:
        if isinstance(pickle.loads(pickle.dumps(problem)), BaseException):
            return problem
    except Exception:  # an error class may do anything when it is pickled
        pass
    return WorkFailed(
        f"{type(problem).__name__}: {problem}"[:300],
        "an error that can be pickled expected",
        "see the worker's traceback, which is the cause of this error",
    )


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch with one thread, so that the last bits do not depend on the engine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
