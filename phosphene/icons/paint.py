"""Painting what a store lacks: in batches, by one `render` each."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm.auto import tqdm

from ..errors import BadArgument, Nonfinite
from ..objectives.algebra import Objective
from ..objectives.batch import each
from ..render import NonfiniteWarning, Render, render
from . import claims
from .program import Program, single
from .sheet import Icons
from .store import DamagedIcon, Store

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 16
"""Pictures that are painted at once, always: the algorithms of a processor, and so the last bits, change with the number.

More would be hardly faster for each; one icon alone takes as long as four of them would by themselves.
"""

POLL = 0.2
"""Seconds between looks at what other processes paint."""


def paint(
    store: Store,
    model: Any,
    objectives: Sequence[Objective | str],
    seed: int,
    workers: int | None,
    ray: str | None,
    progress: bool,
    look: Mapping[str, Any],
) -> Icons:
    """`Store.paint`."""
    if isinstance(objectives, (str, Objective)) or not isinstance(objectives, Sequence) or not objectives:
        raise BadArgument(
            f"paint(model, {objectives!r})"[:200],
            "a list of objectives, at least one, expected",
            "write paint(model, [a, b])",
        )
    program = Program(model, look, seed)
    goals = [single(one) for one in objectives]
    keys = tuple(map(program.key, goals))
    call = Call(store, program, dict(zip(keys, goals, strict=True)))
    call.collect()
    with tqdm(total=len(call.missing), disable=None if progress else True, leave=False, unit="icon") as bar:
        for _ in call.here() if ray is None and workers in (None, 1) else call.spread(workers, ray):
            bar.update(call.collect())
    if call.faults:
        raise _faulty(call)
    return Icons(np.stack([call.images[key] for key in keys]), keys, call.painted)


class Call:
    """Where a call stands: the icons that are wanted, found, and at fault."""

    def __init__(self, store: Store, program: Program, wanted: dict[str, Objective]) -> None:
        self.store, self.program, self.wanted = store, program, wanted
        self.missing = list(wanted)
        self.images: dict[str, NDArray[np.uint8]] = {}
        self.faults: dict[str, Nonfinite] = {}
        self.painted = 0

    def collect(self) -> int:
        """Take what is in the store by now; how many were missing and are not any more."""
        before = len(self.missing)
        for key in self.missing:
            if (image := self.store.read(key)) is not None:
                self.images[key] = image
                claims.drop(self.store.claims, key)
        self.missing = [key for key in self.missing if key not in self.images and key not in self.faults]
        return before - len(self.missing)

    def here(self) -> Iterator[None]:
        """Paint in this process, batch by batch, what is missing each time."""
        while self.missing:
            if not self._step():
                time.sleep(POLL)
            yield

    def spread(self, workers: int | None, ray: str | None) -> Iterator[None]:
        """Paint with several workers."""
        from .work import painting

        self._warn(self.missing, 5)
        missing = [(key, self.wanted[key]) for key in self.missing]
        for painted, faults in painting(self.store, self.program, missing, workers, ray):
            self.painted += painted
            self.faults.update(faults)
            yield

    def _step(self) -> bool:
        """Paint a batch of what nobody else paints; False where there is nothing of the kind."""

        def done(key: str) -> bool:
            return self.store.read(key) is not None

        with claims.claimed(self.store.claims, self.missing, BATCH, done) as mine:
            for key in mine:
                self.store.prepare(key)
            self._warn(mine, 6)
            self._batch(mine)
        return bool(mine)

    def _warn(self, keys: Sequence[str], level: int) -> None:
        """Name the damaged files among these to whoever called `Store.paint`, so many frames up."""
        for key in keys:
            if self.store.path(key).exists():
                said = f"{self.store.path(key)} is not whole, changed, or another icon's: it is painted again"
                warnings.warn(DamagedIcon(said), stacklevel=level)

    def _batch(self, keys: list[str]) -> None:
        """Paint icons together; where a score is not finite, halve the batch until those at fault are alone."""
        if not keys:
            return
        try:
            made = painted(self.program, [self.wanted[key] for key in keys])
        except Nonfinite as problem:
            if len(keys) == 1:
                self.faults[keys[0]] = problem
                return
            self._batch(keys[: len(keys) // 2])
            self._batch(keys[len(keys) // 2 :])
            return
        for key, icon in zip(keys, made, strict=True):
            self.store.write(key, icon)
            self.painted += 1


def painted(program: Program, goals: Sequence[Objective]) -> list[Render]:
    """Icons painted in one batch, each with the program for it alone; Nonfinite where one of them has no finite score.

    All have the same seed, so that an icon does not depend on its place; the first one fills up the batch.
    """
    batch = [*goals, *[goals[0]] * (BATCH - len(goals))]
    seeds = [program.seed] * len(batch)
    with _silent():
        made = render(program.model, each(*batch), seed=seeds, progress=False, **program.look)
    if made.status == "interrupted":
        raise KeyboardInterrupt
    if isinstance(made.problem, Nonfinite):
        raise made.problem
    return made.apart()[: len(goals)]


@contextmanager
def _silent() -> Iterator[None]:
    """Without the warning that the last finite pictures are returned: they are thrown away."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NonfiniteWarning)
        yield


def _faulty(call: Call) -> Nonfinite:
    keys = [key for key in call.wanted if key in call.faults]
    names, first = [repr(call.wanted[key]) for key in keys], call.faults[keys[0]]
    return Nonfinite(
        f"{len(names)} of {len(call.wanted)} icons: {', '.join(names[:3])}{', ...' * (len(names) > 3)}; {first.given}"[
            :600
        ],
        "finite scores and gradients expected",
        f"paint the others alone, they are in the store; {first.instead}",
    )
