"""Worker processes: killed, failing, interrupted, and gone when nobody listens any more."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from phosphene import engines, errors
from phosphene.engines import processes
from tests.engine_jobs import Fails, Returns, Threads, Unloadable, Writes

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def hired(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The workers that are hired. Unless a test is about how they start, they come from a process that has torch already."""
    if "spawned" not in request.fixturenames:
        quick = multiprocessing.get_context("forkserver")
        quick.set_forkserver_preload(["tests.toys", "tests.icon_painter", "tests.engine_jobs"])
        monkeypatch.setattr(processes, "START", quick)
    start, found = processes._Worker.start, []

    def noted(worker: Any) -> None:
        start(worker)
        found.append(worker._process.pid)

    monkeypatch.setattr(processes._Worker, "start", noted)
    return found


@pytest.fixture
def spawned() -> None:
    """Workers start as they do for users."""


def workers() -> list[int]:
    return [process.pid for process in multiprocessing.active_children() if process.pid is not None]


def expected(count: int) -> dict[int, str]:
    """What `Writes` gives, by other means."""
    weights = torch.arange(997.0).sin()
    contents = {unit: (weights * (unit + 1)).cos().cumsum(0).numpy().tobytes() for unit in range(count)}
    return {unit: hashlib.sha256(content).hexdigest() for unit, content in contents.items()}


def check_files(folder: Path, count: int) -> None:
    """Every unit's file with its bytes, and nothing half done."""
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.bin")}
    assert found == {f"{unit}.bin": digest for unit, digest in expected(count).items()}


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_results_are_the_same_for_any_number_of_workers_and_any_order(tmp_path: Path, count: int) -> None:
    units = list(range(17))
    random.Random(count).shuffle(units)
    results = list(engines.run(Writes(tmp_path, 0.02), units, workers=count))
    assert len(results) == 17
    assert dict(results) == expected(17)
    check_files(tmp_path, 17)
    journal = [line.split() for line in (tmp_path / "journal").read_text().splitlines()]
    assert sorted(int(unit) for unit, _, _ in journal) == list(range(17))
    assert len({process for _, process, _ in journal}) == count
    assert not workers()


@pytest.mark.usefixtures("spawned")
def test_a_worker_has_one_thread_and_units_are_taken_as_workers_get_free() -> None:
    taken: list[int] = []
    before = torch.get_num_threads(), os.environ.get("OMP_NUM_THREADS")
    endless = (taken.append(unit) or unit for unit in range(10**9))  # type: ignore[func-returns-value]
    with contextlib.closing(engines.run(Threads(), endless, workers=2)) as results:
        for done in range(1, 30):
            assert next(results)[1] == (1, "1")
            assert len(taken) <= done + 4
    assert (torch.get_num_threads(), os.environ.get("OMP_NUM_THREADS")) == before
    assert not workers()


def test_no_more_workers_than_units() -> None:
    results = engines.run(Threads(), ["only"], workers=8)
    assert next(results)[0] == "only"
    assert len(workers()) == 1
    assert not list(results)
    assert not list(engines.run(Threads(), [], workers=2))


def test_twelve_kills_lose_no_unit(tmp_path: Path, hired: list[int]) -> None:
    moments, killed = random.Random(5), 0
    units = iter(range(10**6))
    results, done = [], threading.Event()

    def until_killed() -> Iterator[int]:
        while not done.is_set():
            yield next(units)

    def kill() -> None:
        nonlocal killed
        while killed < 12:
            time.sleep(moments.uniform(0.05, 0.4))
            with contextlib.suppress(IndexError, ProcessLookupError):
                os.kill(moments.choice(hired[-3:]), signal.SIGKILL)
                killed += 1
        done.set()

    killer = threading.Thread(target=kill)
    killer.start()
    results = list(engines.run(Writes(tmp_path, 0.03), until_killed(), workers=3))
    killer.join()
    count = next(units)
    assert len(hired) > 6
    assert len(results) == count
    assert dict(results) == expected(count)
    check_files(tmp_path, count)
    assert not workers()


@pytest.mark.parametrize(("how", "message"), [("kill", "SIGKILL"), ("exit", "exit code 3")])
def test_a_unit_that_ends_every_worker_is_refused(how: str, message: str) -> None:
    done = []
    with pytest.raises(errors.WorkFailed, match=f"the unit 3, which ended its worker 3 times; .*{message}"):
        done.extend(engines.run(Fails(3, how), range(6), workers=2))
    assert not workers()


def test_an_error_of_the_job_comes_with_its_traceback_when_the_others_have_ended(tmp_path: Path) -> None:
    done: list[int] = []
    results = engines.run(Fails(4, folder=tmp_path), range(100), workers=2)
    with pytest.raises(KeyError, match="unit 4") as caught:
        done.extend(unit for unit, _ in results)
    assert "in __call__" in str(caught.value.__cause__)
    assert "engine_jobs.py" in str(caught.value.__cause__)
    assert sorted(done) == sorted(int(path.name) for path in tmp_path.iterdir())
    assert 3 in done
    assert len(done) < 7
    assert not workers()


@pytest.mark.parametrize(
    ("job", "kind", "message"),
    [
        (Fails(1, "sys.exit"), SystemExit, "4"),
        (Fails(1, "unportable"), errors.WorkFailed, "Unportable: unit 1 is at fault"),
        (Unloadable(), ValueError, "invalid literal"),
        (Returns(), Exception, "pickle"),
    ],
)
def test_what_cannot_travel_back_is_an_error_too(job: Any, kind: type[BaseException], message: str) -> None:
    with pytest.raises(kind, match=message) as caught:
        list(engines.run(job, range(2), workers=2))
    assert "Traceback" in str(caught.value.__cause__)
    assert not workers()


def test_a_unit_that_cannot_be_pickled() -> None:
    with pytest.raises(errors.BadArgument, match=r"the unit .*cannot be pickled"):
        list(engines.run(Threads(), [1, lambda: 2], workers=2))
    assert not workers()


def test_an_error_of_the_units_leaves_no_worker(tmp_path: Path) -> None:
    def units() -> Any:
        yield from range(3)
        raise OSError("the list is cut")

    with pytest.raises(OSError, match="the list is cut"):
        list(engines.run(Writes(tmp_path, 0.1), units(), workers=2))
    assert not workers()


@pytest.mark.parametrize("forget", [False, True])
def test_no_worker_outlives_the_iterator(tmp_path: Path, forget: bool) -> None:
    results = engines.run(Writes(tmp_path, 3.0), range(10**6), workers=2)
    next(results)
    assert len(workers()) == 2
    begun = time.monotonic()
    if forget:
        del results
        gc.collect()
    else:
        results.close()
    assert not workers()
    assert time.monotonic() - begun < 2.5
    engines.run(Writes(tmp_path), range(3), workers=2)  # never begun
    assert not workers()


SCRIPT = """
import sys, time
from pathlib import Path
from phosphene import engines
from tests.engine_jobs import Writes
{guard}
    for unit, _ in engines.run(Writes(Path(sys.argv[1]), 0.05), range(10**6), workers=2):
        print(unit, flush=True)
"""


def script(folder: Path, guard: str) -> subprocess.Popen[str]:
    path = folder / "script.py"
    path.write_text(SCRIPT.format(guard=guard))
    root = Path(__file__).parents[3]
    return subprocess.Popen(
        [sys.executable, str(path), str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


def group(session: int) -> list[int]:
    """The processes of a session that are alive."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(path.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_ctrl_c_or_the_end_of_the_caller_ends_all(tmp_path: Path, how: signal.Signals) -> None:
    caller = script(tmp_path, "if __name__ == '__main__':")
    assert caller.stdout is not None
    while caller.stdout.readline() != "9\n":
        assert caller.poll() is None
    (os.killpg if how == signal.SIGINT else os.kill)(caller.pid, how)
    _, said = caller.communicate(timeout=20)
    assert said.count("Traceback") == said.count("KeyboardInterrupt") == (how == signal.SIGINT)
    deadline = time.monotonic() + 10
    while group(caller.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not group(caller.pid)


def test_a_script_without_a_guard_is_told_so(tmp_path: Path) -> None:
    caller = script(tmp_path, "if True:")
    _, said = caller.communicate(timeout=60)
    assert "put the calls of the script under `if __name__ == '__main__':`" in said
    assert caller.returncode == 1


@pytest.mark.usefixtures("spawned")
def test_workers_killed_before_they_are_up_are_not_hired_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    start = processes._Worker.start

    def doomed(worker: Any) -> None:
        start(worker)
        worker.kill()

    monkeypatch.setattr(processes._Worker, "start", doomed)
    with pytest.raises(errors.WorkFailed, match=r"ended before its first unit \(SIGKILL\), as 9 before it"):
        list(engines.run(Threads(), range(4), workers=2))
    assert not workers()


@pytest.mark.usefixtures("spawned")
def test_workers_that_die_together_are_one_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    start, wait = processes._Worker.start, processes.wait

    def doomed(worker: Any) -> None:
        start(worker)
        worker.kill()

    def wait_for_all(pipes: list[Any]) -> list[Any]:
        while len(ready := wait(pipes)) < len(pipes):
            time.sleep(0.01)
        return ready

    monkeypatch.setattr(processes._Worker, "start", doomed)
    monkeypatch.setattr(processes, "wait", wait_for_all)
    monkeypatch.setattr(processes, "STARTS", 1)
    with pytest.raises(errors.WorkFailed, match="ended before its first unit"):
        list(engines.run(Threads(), range(4), workers=2))
    assert not workers()
