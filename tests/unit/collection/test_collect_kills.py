"""A collecting process that is killed twelve times, at random moments, ends in the bytes of one that never was."""

from __future__ import annotations

import multiprocessing
import random
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from phosphene.collection import Collection, report, sources, verify
from tests import collector
from tests.collector import contents

COUNT = 800


def started(folder: Path) -> ForkServerProcess:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.toys", "tests.collector", "tests.icon_painter"])
    process = context.Process(target=collector.collect_drawings, args=(folder, COUNT))
    process.start()
    return process


def files(folder: Path) -> int:
    return sum(1 for _ in folder.rglob("*.safetensors"))


@pytest.mark.slow
def test_twelve_kills_change_no_byte(tmp_path: Path) -> None:
    first = started(tmp_path / "warm")  # whoever is first waits for the server's imports
    first.join()
    begin = time.monotonic()
    whole = started(tmp_path / "whole")
    whole.join()
    seconds = time.monotonic() - begin
    assert whole.exitcode == 0
    moments, folder, caught = random.Random(0), tmp_path / "killed", []
    for _ in range(12):
        process = started(folder)
        time.sleep(moments.uniform(0, seconds / 3))
        process.kill()
        process.join()
        caught.append(files(folder))
    last = started(folder)
    last.join()
    assert last.exitcode == 0
    assert caught == sorted(caught)
    assert len(set(caught)) > 2
    assert contents(folder) == contents(tmp_path / "whole")
    assert not [path for path in (folder / "tmp").iterdir() if path.suffix != ".lock"]
    made = Collection(folder)
    assert verify(made) == []
    assert report(made).fine == COUNT == sum(1 for _ in sources.drawn(COUNT).listed())
