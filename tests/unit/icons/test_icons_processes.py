"""Several processes on one store, and processes that are killed: no icon is lost, none painted twice."""

from __future__ import annotations

import collections
import multiprocessing
import random
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from phosphene.icons import Store
from phosphene.icons.program import Program
from tests import icon_painter, toys

pytestmark = pytest.mark.slow
COUNT = len(icon_painter.GOALS)


def started(folder: Path, journal: Path) -> ForkServerProcess:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.toys", "tests.icon_painter"])
    process = context.Process(target=icon_painter.paint, args=(folder, journal))
    process.start()
    return process


def lines(journal: Path) -> list[list[str]]:
    return [line.split() for line in journal.read_text().splitlines()] if journal.exists() else []


def inodes(store: Store) -> dict[str, int]:
    """The icons that are there, each of which must be whole."""
    found = {path.stem: path.stat().st_ino for path in store.folder.glob("[0-9a-f]*/[0-9a-f]*.png")}
    assert all(store.read(key) is not None for key in found)
    return found


def check_whole(store: Store) -> None:
    """The icons of all goals, nothing beside them, no lock left."""
    program = Program(toys.vision(), icon_painter.LOOK, 0)
    assert set(inodes(store)) == {program.key(goal) for goal in icon_painter.GOALS}
    assert not list(store.folder.glob("*/.*"))
    assert not list(store.claims.iterdir())


def wait_for(journal: Path, count: int, process: ForkServerProcess) -> None:
    while len(lines(journal)) < count and process.is_alive():
        time.sleep(0.002)


def test_twelve_kills_lose_no_icon_and_repeat_none(tmp_path: Path) -> None:
    store, journal = Store(tmp_path / "store"), tmp_path / "journal"
    moments = random.Random(3)
    before: dict[str, int] = {}
    for _ in range(12):
        process = started(store.folder, journal)
        wait_for(journal, len(lines(journal)) + moments.randrange(5), process)
        time.sleep(moments.uniform(0, 0.04))
        process.kill()
        process.join()
        assert process.exitcode == -9
        now = inodes(store)
        assert before.items() <= now.items()
        before = now
    assert 0 < len(before) < COUNT
    process = started(store.folder, journal)
    process.join()
    assert process.exitcode == 0
    assert before.items() <= inodes(store).items()
    check_whole(store)
    times = collections.Counter(key for _, key in lines(journal))
    assert set(times.values()) == {1}
    # A kill may fall between an icon and its line.
    assert COUNT - 12 <= len(times) <= COUNT


@pytest.mark.parametrize("processes", [2, 3])
def test_processes_share_the_work(tmp_path: Path, processes: int) -> None:
    store, journal = Store(tmp_path / "store"), tmp_path / "journal"
    workers = [started(store.folder, journal) for _ in range(processes)]
    for process in workers:
        process.join()
    assert [process.exitcode for process in workers] == [0] * processes
    check_whole(store)
    written = lines(journal)
    assert len(written) == len({key for _, key in written}) == COUNT
    assert len({process for process, _ in written}) == processes


def test_others_take_over_from_a_killed_process(tmp_path: Path) -> None:
    store, journal = Store(tmp_path / "store"), tmp_path / "journal"
    workers = [started(store.folder, journal) for _ in range(3)]
    wait_for(journal, 10, workers[0])
    workers[0].kill()
    for process in workers:
        process.join()
    assert [process.exitcode for process in workers[1:]] == [0, 0]
    check_whole(store)
    times = collections.Counter(key for _, key in lines(journal))
    assert set(times.values()) == {1}
    assert len(times) >= COUNT - 1
