"""One worker: this process, units in order."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from .work import Job, Result, Unit, one_thread


def run(job: Job[Unit, Result], units: Iterable[Unit]) -> Generator[tuple[Unit, Result], None, None]:
    """`engines.run` with one worker; between two units torch has as many threads as before."""
    for unit in units:
        with one_thread():
            result = job(unit)
        yield unit, result
