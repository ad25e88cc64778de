"""Painting with several workers: a batch of objectives is a unit of work, the networks travel once."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from ..engines import run
from ..errors import Nonfinite
from ..objectives.algebra import Objective
from .paint import BATCH, Call
from .program import Program
from .store import DamagedIcon, Store

Wanted = tuple[tuple[str, Objective], ...]
Came = tuple[int, dict[str, Nonfinite]]
"""How many icons were painted, and those at fault."""


@dataclass(frozen=True, eq=False)
class Painting:
    """The job: icons of a few objectives, by their names, into a store that all workers see.

    A batch that lost its worker paints again only what is not in the store.
    """

    store: Store
    program: Program

    @property
    def digest(self) -> str:
        """The networks and the look."""
        return self.program.digest

    def __call__(self, unit: Wanted) -> Came:
        """Paint one batch."""
        call = Call(self.store, self.program, dict(unit))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DamagedIcon)  # the caller has said so
            call.collect()
            for _ in call.here():
                call.collect()
        return call.painted, call.faults


def painting(
    store: Store, program: Program, missing: Sequence[tuple[str, Objective]], workers: int | None, ray: str | None
) -> Iterator[Came]:
    """Paint icons in batches, which come in any order."""
    batches = [tuple(missing[start : start + BATCH]) for start in range(0, len(missing), BATCH)]
    if batches:
        with closing(run(Painting(store, program), batches, workers=workers, ray=ray)) as results:
            for _, came in results:
                yield came
