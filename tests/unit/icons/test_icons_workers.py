"""Icons painted by several workers are those that one process paints, whoever is killed; on Ray: see the engines."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import pickle
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from phosphene import errors, icons
from phosphene import objectives as obj
from phosphene.engines import processes
from phosphene.icons.program import Program
from phosphene.icons.work import Painting
from phosphene.objectives.algebra import Objective
from tests import icon_painter, toys

NET, LOOK = toys.vision(), icon_painter.LOOK
GOALS = icon_painter.GOALS[:72]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> icons.Icons:
    """What one process paints."""
    return icons.Store(tmp_path_factory.mktemp("alone")).paint(NET, GOALS, progress=False, **LOOK)


@pytest.fixture
def hired(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The workers, which come from a process that has torch already."""
    quick = multiprocessing.get_context("forkserver")
    quick.set_forkserver_preload(["tests.toys", "tests.icon_painter", "tests.engine_jobs"])
    monkeypatch.setattr(processes, "START", quick)
    start, found = processes._Worker.start, []

    def noted(worker: Any) -> None:
        start(worker)
        found.append(worker._process.pid)

    monkeypatch.setattr(processes._Worker, "start", noted)
    return found


def paint(store: icons.Store, goals: list[Objective] = GOALS, **more: Any) -> icons.Icons:
    return store.paint(NET, goals, progress=False, **{**LOOK, **more})


def check(found: icons.Icons, alone: icons.Icons, store: icons.Store) -> None:
    assert found.keys == alone.keys
    assert np.array_equal(found.images, alone.images)
    assert not list(store.folder.glob("*/.*"))
    assert not list(store.claims.iterdir())


@pytest.mark.slow
def test_several_workers_paint_the_same_icons(alone: icons.Icons, hired: list[int], tmp_path: Path) -> None:
    store = icons.Store(tmp_path)
    found = paint(store, workers=2)
    check(found, alone, store)
    assert found.painted == 72
    assert len(hired) == 2
    again = paint(store, workers=2)
    assert (again.painted, len(hired)) == (0, 2)
    check(again, alone, store)


@pytest.mark.slow
def test_killed_workers_lose_nothing(alone: icons.Icons, hired: list[int], tmp_path: Path) -> None:
    store, written = icons.Store(tmp_path), set()
    read, kills = icons.Store.read, []

    def killing(self: icons.Store, key: str) -> Any:
        """When the caller finds new icons, twice at most (a third death is an error), the worker hired last is killed."""
        image = read(self, key)
        if image is not None and key not in written:
            written.add(key)
            if len(written) % 12 == 1 and len(kills) < 2:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(hired[-1], signal.SIGKILL)
                    kills.append(hired[-1])
        return image

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(icons.Store, "read", killing)
        found = paint(store, workers=2)
    assert kills
    assert len(hired) > 2
    check(found, alone, store)


@pytest.mark.slow
@pytest.mark.usefixtures("hired")
def test_icons_at_fault_and_damaged_ones_are_named_by_the_caller(alone: icons.Icons, tmp_path: Path) -> None:
    store = icons.Store(tmp_path)
    bad = (obj.channel("first", 3) - 100).map(obj.log)
    with pytest.raises(errors.Nonfinite, match=r"1 of 31 icons: \(channel\('first', 3\) - 100\).map\(log\)"):
        paint(store, [*GOALS[:20], bad, *GOALS[20:30]], workers=2)
    assert paint(store, GOALS[:30]).painted == 0
    store.path(alone.keys[4]).write_bytes(b"half")
    with pytest.warns(icons.DamagedIcon, match=f"{alone.keys[4]}.png is not whole") as said:
        found = paint(store, GOALS[:30], workers=2)
    assert said[0].filename == __file__
    assert found.painted == 1
    assert np.array_equal(found.images, alone.images[:30])


def test_a_job_travels_and_names_its_look(tmp_path: Path) -> None:
    store, program = icons.Store(tmp_path), Program(NET, LOOK, 0)
    job = pickle.loads(pickle.dumps(Painting(store, program)))
    assert job.digest == Painting(store, Program(NET, LOOK, 0)).digest != Painting(store, Program(NET, LOOK, 1)).digest
    key = program.key(GOALS[0])
    assert job(((key, GOALS[0]),)) == (1, {})
    assert job(((key, GOALS[0]),)) == (0, {})
    assert json.loads((store.folder / "store.json").read_text())["format"] == 1


def test_bad_workers(tmp_path: Path) -> None:
    with pytest.raises(errors.BadArgument, match="workers is 0"):
        paint(icons.Store(tmp_path), workers=0)
    with pytest.raises(errors.BadArgument, match="ray=''"):
        paint(icons.Store(tmp_path), ray="")
