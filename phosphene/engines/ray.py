"""A Ray cluster: each unit is a task for one processor, on whichever node has one free.

The engine starts lost units again by itself, not Ray: Ray would run a unit that ends every worker for ever, and does not
count the deaths of workers and those of nodes apart. Only the unit and its answer travel; the job does once for each node.
"""

from __future__ import annotations

import logging
import os
import socket
import warnings
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import torch

from ..errors import BadArgument, MissingExtra
from .cache import cached
from .work import Job, Queue, Result, Task, Unit, answer, opened, unpicklable

PATIENCE = 5.0
"""Seconds that an address has to answer; Ray itself tries for minutes."""

GRACE = 10.0
"""Seconds that units under way have to end when they are cancelled."""


def run(
    job: Job[Unit, Result], units: Iterable[Unit], workers: int | None, where: str
) -> Generator[tuple[Unit, Result], None, None]:
    """`engines.run` on a cluster; at most two units for each processor are under way."""
    ray = _ray()
    where = os.environ.get("RAY_ADDRESS", where) if where == "auto" else where
    if not ray.is_initialized() and ":" in where and "://" not in where:
        _answers(where)
    return _run(ray, job, units, workers, where)


def _run(
    ray: Any, job: Job[Unit, Result], units: Iterable[Unit], workers: int | None, where: str
) -> Generator[tuple[Unit, Result], None, None]:
    with _connected(ray, where, workers):
        try:
            held = ray.put(job)
        except TypeError as problem:
            raise unpicklable("the job", job, problem) from problem
        yield from _results(ray, held, Queue(units), workers)


def _results(ray: Any, job: Any, queue: Queue[Unit], workers: int | None) -> Generator[tuple[Unit, Any], None, None]:
    # Ray would unpack an argument that is a reference for every unit; one in a list is left to the worker.
    work = ray.remote(num_cpus=1, max_retries=0)(_work)
    pending: dict[Any, Task[Unit]] = {}
    failure: BaseException | None = None
    try:
        while True:
            while failure is None and len(pending) < _room(ray, workers) and (task := queue.next()):
                pending[work.remote([job], task.unit)] = task
            if not pending:
                break
            (done,), _ = ray.wait(list(pending))
            task = pending.pop(done)
            content, problem = _fetched(ray, done, task)
            if content is not None:
                result, problem = opened(content)
                if problem is None:
                    yield task.unit, result
            elif problem is None:
                queue.put_back(task)
            failure = failure or problem
    finally:
        _cancel(ray, list(pending))
    if failure is not None:
        raise failure


def _work(job: list[Any], unit: Any) -> bytes:
    """What a worker of the cluster does for a unit."""
    import ray

    torch.set_num_threads(1)
    return answer(lambda: cached(f"ray {job[0].hex()}", lambda: ray.get(job[0]))(unit))


def _room(ray: Any, workers: int | None) -> int:
    """How many units may be under way with the nodes that there are now."""
    room = max(2, 2 * int(ray.cluster_resources().get("CPU", 0)))
    return room if workers is None else min(room, workers)


def _fetched(ray: Any, done: Any, task: Task[Any]) -> tuple[bytes | None, BaseException | None]:
    """The answer of a unit; or neither answer nor error where it has to run again."""
    lost = ray.exceptions
    try:
        content: bytes = ray.get(done)
    except (lost.WorkerCrashedError, lost.OutOfMemoryError) as problem:
        return None, task.died(f"{type(problem).__name__}: {problem}"[:300])
    except (lost.NodeDiedError, lost.ObjectLostError):
        return None, None
    return content, None


def _cancel(ray: Any, pending: list[Any]) -> None:
    """End units under way, by ending their workers."""
    if not pending or not ray.is_initialized():
        return
    for one in pending:
        with suppress(Exception):  # it may have ended meanwhile
            ray.cancel(one, force=True)
    ray.wait(pending, num_returns=len(pending), timeout=GRACE)


@contextmanager
def _connected(ray: Any, where: str, workers: int | None) -> Iterator[None]:
    """A connection for the time of a run: the user's, which stays, or one of our own."""
    if ray.is_initialized():
        yield
        return
    local = {"num_cpus": workers, "include_dashboard": False} if where == "local" else {}
    try:
        try:
            with _quiet():
                ray.init(where, log_to_driver=False, logging_level=logging.ERROR, **local)
        except (Exception, SystemExit) as problem:  # it exits where a cluster does not answer
            raise _unreachable(where, str(problem)) from problem
        yield
    finally:
        ray.shutdown()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without usage statistics, and without Ray's hint at a coming change that concerns GPUs alone."""
    before = os.environ.get("RAY_USAGE_STATS_ENABLED")
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Tip: In future versions of Ray", FutureWarning)
            yield
    finally:
        if before is None:
            del os.environ["RAY_USAGE_STATS_ENABLED"]
        else:
            os.environ["RAY_USAGE_STATS_ENABLED"] = before


def _answers(where: str) -> None:
    """BadArgument unless a server of Ray's protocol (HTTP/2) is at an address."""
    host, _, port = where.rpartition(":")
    greeting = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
    try:
        with socket.create_connection((host.strip("[]"), int(port)), PATIENCE) as line:
            if os.environ.get("RAY_USE_TLS", "0") == "1":
                return
            line.sendall(greeting)
            said = line.recv(9, socket.MSG_WAITALL)
    except (OSError, ValueError, OverflowError) as problem:
        raise _unreachable(where, str(problem)) from problem
    if said[3:4] != b"\x04":  # a server begins with a frame of settings
        raise _unreachable(where, "what answers is no Ray cluster")


def _unreachable(where: str, reason: str) -> BadArgument:
    return BadArgument(
        f"run(..., ray={where!r}): {reason}"[:400],
        "'local', or the address of a Ray cluster that runs, expected",
        "start one by `ray start --head --port=6379` and write ray='host:6379', or write ray='local'",
    )


def _ray() -> Any:
    try:
        import ray
    except ImportError as problem:
        raise MissingExtra(
            "run(..., ray=...) needs Ray", "the extra `cluster` installed", 'pip install "phosphene[cluster]"'
        ) from problem
    return ray
