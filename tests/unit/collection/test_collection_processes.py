"""Several processes on one collection, and processes that are killed: nothing half done is seen, nothing is lost."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pytest

from phosphene.collection import Collection, verify
from phosphene.errors import NotWritten
from tests.activations import MADE, collect, fill, pictures, tree

pytestmark = pytest.mark.slow
resource = pytest.importorskip("resource")
PARTS = [pictures(60), pictures(50, 130)]
KILLS = 24


def started(run: Callable[..., None], *given: Any) -> ForkServerProcess:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.activations"])
    process = context.Process(target=run, args=given)
    process.start()
    return process


def inodes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in folder.glob("shards/*/*")}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole") / "store"
    collect(folder, PARTS)
    return tree(folder)


def test_kills_lose_nothing_and_leave_nothing_half_done(tmp_path: Path, whole: dict[str, bytes]) -> None:
    folder = tmp_path / "store"
    process = started(collect, tmp_path / "warm", PARTS)  # once, so that all are forked from a warm server
    process.join()
    started_at = time.monotonic()
    process = started(collect, tmp_path / "timed", PARTS)
    process.join()
    long = time.monotonic() - started_at
    moments = random.Random(5)
    before: dict[str, int] = {}
    killed = 0
    for _ in range(KILLS):
        process = started(collect, folder, PARTS)
        time.sleep(moments.uniform(0, long / 8))
        process.kill()
        process.join()
        killed += process.exitcode == -9
        if (folder / "store.json").exists():
            assert {problem.what for problem in verify(Collection(folder))} <= {"it is missing"}
        found = tree(folder)
        assert all(whole[name] == content for name, content in found.items())
        now = inodes(folder)
        assert before.items() <= now.items(), "what is there stays as it is"
        before = now
    assert killed >= 12
    process = started(collect, folder, PARTS)
    process.join()
    assert process.exitcode == 0
    assert tree(folder) == whole
    assert before.items() <= inodes(folder).items()
    assert [path.name for path in (folder / "tmp").iterdir() if path.name != "append.lock"] == []


def test_writers_at_once_make_what_one_makes(tmp_path: Path, whole: dict[str, bytes]) -> None:
    workers = [started(collect, tmp_path / "store", PARTS, backwards) for backwards in (False, True, False)]
    for process in workers:
        process.join()
    assert [process.exitcode for process in workers] == [0, 0, 0]
    assert tree(tmp_path / "store") == whole


def append(folder: Path, start: int) -> None:
    collection = Collection.create(folder, MADE)
    for first in range(start, start + 60, 10):
        collection.append(pictures(first, first + 30))


def test_lists_that_grow_at_once_have_each_picture_once(tmp_path: Path) -> None:
    workers = [started(append, tmp_path / "store", start) for start in (0, 20, 35)]
    for process in workers:
        process.join()
    assert [process.exitcode for process in workers] == [0, 0, 0]
    collection = Collection(tmp_path / "store")
    assert sorted(collection.names()) == sorted(one.name for one in pictures(115))
    fill(collection)
    assert verify(collection) == []


def limited(folder: Path, most: int) -> None:
    """Fill a collection where no file may grow beyond some bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    with pytest.raises(NotWritten, match=r"s-0000001-[0-9a-f]{16}.safetensors: File too large"):
        fill(Collection(folder))


def test_a_file_that_the_system_cuts_is_never_seen(tmp_path: Path) -> None:
    collection = Collection.create(tmp_path, MADE)
    collection.append(pictures(4))
    collection.append(pictures(4, 30))
    fill(collection, [0])
    shards = [collection.shard(layer, 0).path for layer in collection.layers]
    most = max(path.stat().st_size for path in shards)
    for path in shards:
        path.unlink()
    process = started(limited, tmp_path, most)
    process.join()
    assert process.exitcode == 0
    assert 0 not in collection.missing()
    assert {problem.what for problem in verify(collection)} == {"it is missing"}
    assert [path.name for path in (tmp_path / "tmp").iterdir() if path.name != "append.lock"] == []
    fill(collection)
    assert verify(collection) == []
