"""Engines: the same units of work in this process, in several, or on a Ray cluster.

`run` gives the results of a job as they are finished. Which engine did the work cannot be seen in them: every unit has one
thread, a unit whose worker died runs again, and an error of the job is raised here. A job therefore leaves the same thing
behind however often it runs: it writes files whole, under names that the unit alone decides. `cached` keeps what is heavy.

`here`, `processes` and `ray` are the engines; `work` is what they share. Next: icons and collection, which have such jobs.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable

from ..errors import BadArgument
from ..values import check_integer
from . import here
from .cache import cached
from .work import ATTEMPTS, Job, Result, Unit

__all__ = ["ATTEMPTS", "Job", "cached", "run"]


def run(
    job: Job[Unit, Result], units: Iterable[Unit], *, workers: int | None = None, ray: str | None = None
) -> Generator[tuple[Unit, Result], None, None]:
    """Pairs (unit, result) of a job, each as soon as it is finished.

    job: a picklable callable with an attribute `digest`, and a small picklable result; it must bear running twice for one
    unit.  units: any number of picklable values, taken as workers get free.  workers: how many units run at once; None:
    one here, as many as there are processors on Ray; with one and without Ray they run in this process, in order.
    ray: "local" starts a cluster of `workers` processors on this machine for the time of the run; "host:port" or "auto"
    uses one that runs, and a connection that is there already is used, whichever of them is named, and stays.

    A unit has one thread of torch. Where its worker is killed, it runs again, at most `ATTEMPTS` times; the end of a whole
    node is not counted. An error of the job is raised here, after the other units under way have ended and with the
    worker's traceback as its cause. When the iterator is closed, forgotten or interrupted, units under way are killed and
    the workers with them: write `with contextlib.closing(run(...)) as results` to have that at once.

    Errors: BadArgument, also for a job that cannot be pickled and for an address where no cluster answers; WorkFailed for
    a unit that ended its worker `ATTEMPTS` times and for workers that cannot start; MissingExtra without Ray.

    >>> class Square:
    ...     digest = "square"
    ...
    ...     def __call__(self, unit: int) -> int:
    ...         return unit**2
    >>> list(run(Square(), range(3)))
    [(0, 0), (1, 1), (2, 4)]
    """
    if not callable(job) or not isinstance(getattr(job, "digest", None), str):
        raise BadArgument(
            f"run({job!r}, ...)"[:200],
            "a callable with a text `digest` expected",
            "write a class with __call__(self, unit) and digest",
        )
    if workers is not None:
        check_integer("run", "workers", workers, 1)
    if ray is not None and (not isinstance(ray, str) or not ray):
        raise BadArgument(f"run(..., ray={ray!r})", "None, 'local' or an address expected", "write ray='local'")
    if ray is not None:
        from . import ray as cluster

        return cluster.run(job, units, workers, ray)
    if workers in (None, 1):
        return here.run(job, units)
    from . import processes

    return processes.run(job, units, workers)
