"""Several worker processes on this machine, each with one unit at a time and a pipe of its own.

A pool of the standard library gives up as a whole when one of its processes dies, and does not say over which unit.
Here a worker that dies closes its pipe, which names the unit; another worker takes its place. Workers are spawned, so they
share nothing with this process, and end by themselves when its end of the pipe is gone.
"""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any, Generic

import torch

from ..errors import WorkFailed
from .work import Job, Queue, Result, Task, Unit, answer, opened, packed

START: Any = get_context("spawn")

STARTS = 10
"""Workers that may be killed one after the other before any of them is up."""

GRACE = 5.0
"""Seconds that an idle worker has to end by itself."""


def run(job: Job[Unit, Result], units: Iterable[Unit], workers: int) -> Generator[tuple[Unit, Result], None, None]:
    """`engines.run` with several workers; each new one takes the time of `import phosphene` before its first unit."""
    content = packed("the job", job)
    return _run(content, units, workers)


def _run(job: bytes, units: Iterable[Unit], workers: int) -> Generator[tuple[Unit, Any], None, None]:
    crew = _Crew(job, units, workers)
    try:
        yield from crew.results()
    finally:
        crew.stop()


class _Crew(Generic[Unit]):
    """The workers of one run, and the units that they have."""

    def __init__(self, job: bytes, units: Iterable[Unit], size: int) -> None:
        self.job, self.queue, self.size = job, Queue(units), size
        self.workers: list[_Worker[Unit]] = []
        self.failure: BaseException | None = None
        self.stillborn = 0

    def results(self) -> Iterator[tuple[Unit, Any]]:
        """Pairs as they come; after a failure those of the units that were under way, then its error."""
        self._hand_out()
        while busy := [worker for worker in self.workers if worker.task is not None]:
            ready = wait([worker.pipe for worker in busy])
            # A failure takes the units from those that are not up, also from one whose end is to be heard here.
            heard = [pair for worker in busy if worker.pipe in ready and worker.task for pair in self._hear(worker)]
            self._hand_out()
            yield from heard
        if self.failure is not None:
            raise self.failure

    def _hand_out(self) -> None:
        """Give every free worker a unit, hiring workers as long as there are units for them."""
        while self.failure is None:
            free = next((worker for worker in self.workers if worker.task is None), None)
            if free is None and len(self.workers) == self.size:
                return
            task = self.queue.next()
            if task is None:
                return
            content = packed("the unit", task.unit)
            if free is None:
                free = _Worker()
                self.workers.append(free)
                free.start()
            free.take(task, content)

    def _hear(self, worker: _Worker[Unit]) -> list[tuple[Unit, Any]]:
        """What a worker says: that it is up, or its answer; or that it died."""
        try:
            content = worker.pipe.recv_bytes()
        except (EOFError, OSError):
            self._lost(worker)
            return []
        if not worker.up:
            self.stillborn = 0
            worker.begin(self.job)
            return []
        unit = worker.done().unit
        result, problem = opened(content)
        if problem is not None:
            self._fail(problem)
            return []
        return [(unit, result)]

    def _lost(self, worker: _Worker[Unit]) -> None:
        task = worker.done()
        self.workers.remove(worker)
        code = worker.end()
        if worker.up:
            problem = task.died(_ended(code))
        else:
            self.stillborn += 1
            problem = _unable(code) if code >= 0 or self.stillborn == STARTS else None
        if problem is None:
            self.queue.put_back(task)
        else:
            self._fail(problem)

    def _fail(self, problem: BaseException) -> None:
        """Keep the first error; units that no worker has begun are not begun any more."""
        self.failure = self.failure or problem
        for worker in self.workers:
            if not worker.up:
                worker.task = None

    def stop(self) -> None:
        """End all workers: the busy and the unfinished ones at once, the idle ones by their own hand."""
        for worker in self.workers:
            worker.pipe.close()
            if worker.task is not None or not worker.up:
                worker.kill()
        while self.workers:
            self.workers.pop().end()


class _Worker(Generic[Unit]):
    """One process, and the unit that it has or will have as soon as it is up."""

    def __init__(self) -> None:
        self.pipe, self._theirs = START.Pipe()
        self._process = START.Process(target=_serve, args=(self._theirs,), daemon=True, name="phosphene-worker")
        self._waiting = b""
        self.task: Task[Unit] | None = None
        self.up = False

    def start(self) -> None:
        with _one_thread(), _no_interrupt():
            self._process.start()
        self._theirs.close()

    def take(self, task: Task[Unit], content: bytes) -> None:
        self.task = task
        if self.up:
            self._send(content)
        else:
            self._waiting = content

    def begin(self, job: bytes) -> None:
        """Now that it listens: send the job and the first unit."""
        self.up = True
        self._send(job)
        self._send(self._waiting)

    def _send(self, content: bytes) -> None:
        with suppress(OSError):  # it died: its pipe says so when it is read
            self.pipe.send_bytes(content)

    def done(self) -> Task[Unit]:
        """Take the unit from it."""
        assert self.task is not None
        task, self.task = self.task, None
        return task

    def kill(self) -> None:
        if self._process.pid is not None:
            self._process.kill()

    def end(self) -> int:
        """Wait for its end, which is near, and give its exit code: negative for a signal."""
        self.pipe.close()
        self._theirs.close()
        if self._process.pid is None:
            return 0
        self._process.join(GRACE)
        self._process.kill()
        self._process.join()
        code = self._process.exitcode
        self._process.close()
        return code or 0


def _serve(pipe: Connection) -> None:
    """The life of a worker: say that it is up, take the job, then answer units until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    with suppress(EOFError, OSError):
        pipe.send_bytes(b"up")
        content = pipe.recv_bytes()
        held: list[Any] = []

        def work() -> Any:
            if not held:
                held.append(pickle.loads(content))
            return held[0](pickle.loads(unit))

        while True:
            unit = pipe.recv_bytes()
            pipe.send_bytes(answer(work))


@contextmanager
def _one_thread() -> Iterator[None]:
    """One thread for the libraries that read this when they are loaded, in what is started meanwhile."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Ctrl-C reaches every process of the terminal: what is started meanwhile does not hear it, its caller ends it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _ended(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


def _unable(code: int) -> WorkFailed:
    given = f"a worker that ended before its first unit ({_ended(code)})"
    if code < 0:
        return WorkFailed(
            f"{given}, as {STARTS - 1} before it",
            "workers that stay alive expected",
            "free memory, or run fewer workers",
        )
    return WorkFailed(
        given,
        "a program that can be imported expected, because every worker imports it",
        "put the calls of the script under `if __name__ == '__main__':`, or leave out workers=; its own words are above",
    )
