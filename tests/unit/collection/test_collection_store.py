"""The folder: order of the work, what is refused, what the system refuses, what killed writers leave."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import pickle
import platform
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene.collection import Collection, Definition, files, manifest, verify, write_manifest
from phosphene.errors import BadArgument, NotWritten
from tests.activations import MADE, collect, fill, pictures, rows, tree

PARTS = [pictures(20), pictures(10, 33)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a run without interruption."""
    folder = tmp_path_factory.mktemp("whole") / "store"
    collect(folder, PARTS)
    return tree(folder)


@given(
    work=st.permutations([(k, layer) for k in range(5) for layer in MADE.layers]),
    twice=st.lists(st.integers(0, 14), max_size=9),
)
def test_the_order_of_the_work_does_not_matter(
    whole: dict[str, bytes], work: list[tuple[int, str]], twice: list[int]
) -> None:
    with TemporaryDirectory() as folder:
        collection = Collection.create(folder, MADE)
        for part in PARTS:
            collection.append(part)
        for k, layer in [*work, *(work[place] for place in twice)]:
            Collection(folder).write(k, {layer: rows(collection, k, layer)})
        assert tree(Path(folder)) == whole


def test_a_moved_or_pickled_collection_is_the_same(tmp_path: Path) -> None:
    collect(tmp_path / "a", PARTS)
    shutil.move(tmp_path / "a", tmp_path / "b")
    moved = Collection(tmp_path / "b")
    again = pickle.loads(pickle.dumps(moved))
    assert again == moved
    assert (again.count, again.missing(), again.definition) == (33, [], MADE)
    assert verify(again) == []


def test_a_changed_definition_is_refused_by_field(tmp_path: Path) -> None:
    collect(tmp_path, PARTS)
    before = tree(tmp_path)
    other = dataclasses.replace(MADE, seed=4, batch=4)
    with pytest.raises(BadArgument) as caught:
        Collection.create(tmp_path, other)
    text = str(caught.value)
    assert "  seed: 0 there, 4 here\n  batch: 8 there, 4 here\n" in text
    assert "choose another folder, or give what the collection was made with" in text
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "it has no store.json.*make one with collect"),
        ("text", "its store.json is damaged"),
        ("[1]", "its store.json is damaged"),
        ('{"phosphene": "icons", "format": 1}', "is not a collection's"),
        (
            '{"phosphene": "collection", "format": 2, "more": 3}',
            "says format 2. .*the version of phosphene that wrote it",
        ),
        ('{"phosphene": "collection", "format": 1}', "its store.json is damaged"),
        ("[" * 200_000, "its store.json is damaged"),
        ("edited", "its store.json is damaged: it was changed after it was written"),
    ],
)
def test_folders_that_are_not_opened(tmp_path: Path, content: str | None, message: str) -> None:
    if content == "edited":
        Collection.create(tmp_path, MADE)
        content = (tmp_path / "store.json").read_text().replace('"seed": 0', '"seed": 1')
    if content is not None:
        (tmp_path / "store.json").write_text(content)
    with pytest.raises(BadArgument, match=message):
        Collection(tmp_path)
    if content is not None:
        with pytest.raises(BadArgument, match=message):
            Collection.create(tmp_path, MADE)


@pytest.mark.parametrize("path", ["a\0b", Path("a\0b"), b"a", 3, None])
def test_what_is_no_path(path: Any) -> None:
    with pytest.raises(BadArgument, match=r"as a folder\. a path expected"):
        Collection(path)


@pytest.mark.parametrize("name", ["notes.txt", "images/cat.png", "tmp/mine", "shards/deep/er/file"])
def test_a_folder_of_other_things_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("mine")
    with pytest.raises(BadArgument, match=f"which has '{name}' in it and no store.json.*choose .*collection'"):
        Collection.create(tmp_path, MADE)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / name]


def test_a_folder_that_cannot_be_made_or_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotWritten, match=r"Not a directory.*a folder that can be made and written"):
        Collection.create(tmp_path / "file" / "store", MADE)
    with pytest.raises(BadArgument, match="a path expected"):
        Collection.create(3, MADE)  # type: ignore[arg-type]
    collection = Collection.create(tmp_path / "store", MADE)
    collection.append(pictures(9))

    def closed(path: Path, mode: str) -> Any:
        if mode == "rb":
            return path.open(mode)
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(files, "open", closed, raising=False)
    with pytest.raises(NotWritten, match=r"s-0000000-[0-9a-f]{16}.safetensors: Permission denied"):
        fill(collection)
    with pytest.raises(NotWritten, match=r"images/00001-[0-9a-f]{16}.safetensors: Permission denied"):
        collection.append(pictures(9, 12))


class Killed(BaseException):
    """The process ends here."""


class File:
    """A file that tells of each call."""

    def __init__(self, file: Any, step: Callable[[str], None]) -> None:
        self.file, self.step = file, step

    def __enter__(self) -> File:
        return self

    def __exit__(self, *_: Any) -> None:
        self.file.close()

    def __getattr__(self, name: str) -> Any:
        def call(*given: Any) -> Any:
            if name == "write":  # half of it arrives
                self.file.write(bytes(given[0])[: len(given[0]) // 2])
                self.file.flush()
                self.step("write")
                return self.file.write(bytes(given[0])[len(given[0]) // 2 :])
            if name == "flush":
                self.step("flush")
            return getattr(self.file, name)(*given)

        return call


@contextmanager
def watched(step: Callable[[str], None]) -> Iterator[None]:
    """Each system call of the way in which a file is written, told of before it is made."""
    real = {name: getattr(os, name) for name in ("fsync", "replace")}

    def opened(path: Path, mode: str) -> Any:
        if mode == "rb":
            return path.open(mode)
        step("open")
        return File(path.open(mode), step)

    def told(name: str) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            step(name)
            return real[name](*given)

        return call

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "open", opened, raising=False)
        for name in real:
            patch.setattr(os, name, told(name))
        yield


def test_a_crash_at_each_step_leaves_nothing_half_done(tmp_path: Path, whole: dict[str, bytes]) -> None:
    """As if the process were gone at a step: nothing cleans up, and the next one goes on."""
    seen: set[str] = set()
    calls = 0
    for last in range(0, 400, 3):
        folder = tmp_path / str(last)
        calls = 0

        def step(name: str, last: int = last) -> None:
            nonlocal calls
            calls += 1
            if calls > last:
                seen.add(name)
                raise Killed

        with pytest.MonkeyPatch.context() as patch, watched(step):
            patch.setattr(Path, "unlink", lambda *_, **__: None)
            with suppress(Killed):
                collect(folder, PARTS)
        if (folder / "store.json").exists():
            assert {problem.mend for problem in verify(Collection(folder))} <= {"collect again"}
        found = tree(folder)
        assert all(whole[name] == content for name, content in found.items())
        collect(folder, PARTS)
        assert tree(folder) == whole
        shutil.rmtree(folder)
        if calls <= last:
            break
    assert calls <= last, "the last run reached its end"
    assert seen == {"open", "write", "flush", "fsync", "replace"}


@pytest.mark.parametrize("name", ["open", "write", "flush", "fsync", "replace"])
def test_a_full_disk_is_named_and_does_no_harm(tmp_path: Path, whole: dict[str, bytes], name: str) -> None:
    collection = Collection.create(tmp_path, MADE)
    for part in PARTS:
        collection.append(part)
    left = 20 if name == "write" else 4

    def step(called: str) -> None:
        nonlocal left
        left -= called == name
        if left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with (
        watched(step),
        pytest.raises(NotWritten, match=r"shards/.*/s-000.*: No space left on device.*make room and run"),
    ):
        fill(collection)
    assert [path.name for path in (tmp_path / "tmp").iterdir() if path.name != "append.lock"] == []
    assert {problem.what for problem in verify(collection)} == {"it is missing"}
    found = tree(tmp_path)
    assert len(found) > 3
    fill(collection)
    assert tree(tmp_path) == whole


def test_what_dead_writers_left_is_removed(tmp_path: Path) -> None:
    Collection.create(tmp_path, MADE)
    host = "".join(letter if letter.isalnum() or letter == "_" else "-" for letter in platform.node())
    dead = 2**22 + 5  # above the largest process number of Linux
    names = {
        f"a.safetensors.{host}.{dead}.0123abcd": False,
        f"a.safetensors.{host}.{os.getpid()}.0123abcd": True,
        "a.safetensors.other.77.0123abcd": True,
        "a.safetensors.old.77.0123abcd": False,
        "append.lock": True,
        "mine.txt": True,
    }
    for name in names:
        (tmp_path / "tmp" / name).write_text("half")
    os.utime(tmp_path / "tmp" / "a.safetensors.old.77.0123abcd", (time.time() - 2 * files.OLD,) * 2)
    Collection.create(tmp_path, MADE)
    kept = {path.name for path in (tmp_path / "tmp").iterdir()}
    assert {name for name, stays in names.items() if stays} == kept | {"append.lock"}


def test_the_manifest_is_made_from_what_is_there(tmp_path: Path, whole: dict[str, bytes]) -> None:
    collect(tmp_path, PARTS)
    collection = Collection(tmp_path)
    found = manifest(collection)
    assert (found["store"], found["pictures"], len(found["segments"])) == (MADE.digest, 33, 2)
    for layer, told in found["layers"].items():
        states = [int((part.state == 0).sum()) for part in collection.rows(layer)]
        assert (told["rows"], told["fine"], told["nonfinite"]) == (33, sum(states), 33 - sum(states))
        assert [one["k"] for one in told["shards"]] == [0, 1, 2, 3, 4]
        assert told["bytes"] == sum(len(content) for name, content in whole.items() if f"/{one_room(layer)}/" in name)
    assert json.loads(write_manifest(collection).read_text()) == found
    collection.shard("first", 2).path.unlink()
    (tmp_path / "manifest.json").write_text(json.dumps({**found, "pictures": 1, "lie": True}))
    assert collection.missing() == [2]
    collect(tmp_path, PARTS)
    assert manifest(Collection(tmp_path)) == found
    (tmp_path / "manifest.json").unlink()
    assert tree(tmp_path) == whole


def one_room(layer: str) -> str:
    return layer.replace("/", "%2F")


def test_an_empty_collection(tmp_path: Path) -> None:
    made = Definition({"name": "net", "weights": "a"}, (8, 8), {"a": (3,)})
    collection = Collection.create(tmp_path, made)
    assert (collection.count, list(collection.units()), collection.missing()) == (0, [], [])
    assert (collection.keys().shape, collection.labels().shape, collection.names()) == ((0, 16), (0,), [])
    assert list(collection.rows("a")) == []
    with pytest.raises(BadArgument, match="unit 0"):
        collection.unit(0)
