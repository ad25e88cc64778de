"""How far a run has come: a bar on a terminal; elsewhere nothing, or a line now and then where that is asked for."""

from __future__ import annotations

import sys
import time
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from tqdm.auto import tqdm


class Clock:
    """Tells, at most once in so many seconds, that it is time for a line; one for all runs of a command."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.start = seconds, time.monotonic()
        self.last = self.start

    def due(self) -> float | None:
        """The seconds since the start where a line is due, else None."""
        now = time.monotonic()
        if now - self.last < self.seconds:
            return None
        self.last = now
        return now - self.start


clock: ContextVar[Clock | None] = ContextVar("clock", default=None)
"""The clock of lines, where what is said on stderr goes to a file; the command line sets it."""


class Lines:
    """What `bar` returns in place of a bar: lines on stderr."""

    def __init__(self, clock: Clock, unit: str) -> None:
        self.clock, self.unit, self.done = clock, unit, 0
        self.total: int | None = None

    def update(self) -> None:
        """One more."""
        self.done += 1
        if (seconds := self.clock.due()) is not None:
            print(f"{self.unit} {self.done} of {self.total}, {seconds:.0f} s", file=sys.stderr, flush=True)

    def __enter__(self) -> Lines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is left behind."""


def bar(quiet: bool, unit: str) -> Any:
    """A bar, to be entered and updated; its `total` is set when it is known."""
    given = clock.get()
    if quiet or given is None or sys.stderr.isatty():
        return tqdm(total=None, disable=True if quiet else None, leave=False, unit=unit)
    return Lines(given, unit)
