"""Verification: every byte of a collection against what it should be, and how to mend what is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import BadShard, PhospheneError
from . import segments as lists
from .entries import ordered
from .files import Damaged, read_header, read_tensor
from .segments import Segment
from .shards import Shard
from .store import Collection

AGAIN = "delete it and collect again"
LOST = "a part of the list is missing: restore it from a copy, or collect from the same pictures again"


@dataclass(frozen=True)
class Problem:
    """A file that is not what it should be. file: its path in the collection's folder."""

    file: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what}; {self.mend}"


def verify(collection: Collection) -> list[Problem]:
    """What is wrong with the files of a collection; empty where all of it is there and every byte is right.

    Each file is read whole, one at a time. Temporary files that a killed writer left, and the manifest, are nobody's: they
    are not looked at. Errors: BadArgument where the collection cannot be opened any more.

    >>> import tempfile
    >>> from phosphene.collection import Definition
    >>> made = Definition({"name": "net", "weights": "ab"}, (64, 64), {"block3": (32, 8, 8)})
    >>> verify(Collection.create(tempfile.mkdtemp(), made))
    []
    """
    fresh = Collection(collection.folder)
    try:
        segments = fresh.segments
    except BadShard as problem:
        return [Problem("images", problem.given, problem.instead)]
    return [*_images(fresh, segments), *_shards(fresh)]


def _images(collection: Collection, segments: list[Segment]) -> Iterator[Problem]:
    """What is wrong with the list of pictures."""
    for place, segment in enumerate(segments):
        if reason := _segment(collection, segment, segments[:place]):
            yield Problem(
                _name(collection, segment.path),
                reason,
                "restore it from a copy; without one, delete it and the parts with larger numbers, and collect again",
            )
    yield from _foreign(collection, collection.folder / "images", {segment.path for segment in segments})


def _segment(collection: Collection, segment: Segment, earlier: list[Segment]) -> str:
    """What is wrong with a part of the list."""
    found = segment.read()
    name, pieces = lists.pack(found, segment.number, collection.definition.digest)
    if name != segment.path.name or b"".join(pieces) != segment.path.read_bytes():
        return "its bytes are not those that were written"
    keys = ordered(found["key"])
    if (keys[1:] <= keys[:-1]).any() or len(lists.without(found, earlier)["key"]) != len(keys):
        return "it has pictures twice, or not in order"
    return ""


def _shards(collection: Collection) -> Iterator[Problem]:
    expected = set()
    for layer in collection.layers:
        for shard in collection.shards(layer):
            expected.add(shard.path)
            if not shard.path.exists():
                yield Problem(_name(collection, shard.path), "it is missing", "collect again")
            elif reason := _shard(collection, shard):
                yield Problem(_name(collection, shard.path), reason, AGAIN)
    yield from _foreign(collection, collection.folder / "shards", expected)


def _shard(collection: Collection, shard: Shard) -> str:
    """What is wrong with a shard: written again from what is read of it, it must be the same file."""
    try:
        rows = shard.unpack()
    except BadShard as problem:
        return problem.given.removeprefix(f"{shard}, {shard.path}: ")
    try:
        same = b"".join(shard.pack(rows, shard.extremes())) == shard.path.read_bytes()
    except PhospheneError:  # numbers that are never written
        same = False
    if not same:
        return "its bytes are not those that were written"
    stop = shard.start + shard.count
    same = np.array_equal(rows.key, collection.keys(shard.start, stop))
    if not same or not np.array_equal(rows.label, collection.labels(shard.start, stop)):
        return "its pictures are not those of the list"
    return ""


def _foreign(collection: Collection, folder: Path, expected: set[Path]) -> Iterator[Problem]:
    """Files that belong to nothing."""
    for path in sorted(folder.rglob("*")):
        if not path.is_dir() and path not in expected:
            if folder.name == "shards" and _lost(collection, path):
                yield Problem(_name(collection, path), "its pictures are not in the list", LOST)
            else:
                yield Problem(_name(collection, path), "no file of this collection has this name", "delete it")


def _lost(collection: Collection, path: Path) -> bool:
    """Whether a file is a whole shard of this collection, with pictures that the list does not have any more."""
    try:
        header = read_header(path)
        segment, layer, k, count = (header.note.get(name) for name in ("segment", "layer", "k", "count"))
        if layer not in collection.layers or not isinstance(k, int) or not isinstance(count, int):
            return False
        shard = Shard(collection.folder / "shards", collection.definition, str(segment), layer, k, 0, count)
        if shard.path != path:
            return False
        keys = ordered(read_tensor(path, shard.header(), "key"))
    except (Damaged, OSError):
        return False
    return not lists.among(keys, collection.segments).all()


def _name(collection: Collection, path: Path) -> str:
    return path.relative_to(collection.folder).as_posix()
