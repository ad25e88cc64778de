"""The canonical list of pictures as files: segments, each free of the keys of earlier ones.

What is appended is a new segment, which starts a new shard, so the shards of earlier segments stay as they are. Keys, names and
labels are read in parts: memory does not grow with the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import BadShard
from .entries import WIDTH, Tensors, digest, ordered, take, text_of
from .files import Bytes, Damaged, Header, encode, read_header, read_tensor, why

FILE = re.compile(r"(\d{5,})-([0-9a-f]{16})\.safetensors")


@dataclass(frozen=True)
class Segment:
    """One file of the list. start: place of its first picture in the list.  first: number of its first unit."""

    path: Path
    number: int
    digest: str
    header: Header
    start: int
    first: int

    @property
    def count(self) -> int:
        """Pictures in it."""
        return int(self.header.note["count"])

    def keys(self, start: int, stop: int) -> NDArray[np.uint8]:
        """(stop - start, 16); places count from the segment's first picture."""
        return self._read("key", start, stop)

    def labels(self, start: int, stop: int) -> NDArray[np.int32]:
        """(stop - start,)."""
        return self._read("label", start, stop)

    def names(self, start: int, stop: int) -> list[str]:
        """As they were given."""
        ends = self._read("end", start, stop + 1)
        if ends[0] < 0 or (ends[1:] < ends[:-1]).any() or ends[-1] > self.header.tensors["name"][1][0]:
            raise _broken(self.path, "it has places of names that are outside of it")
        text = self._read("name", int(ends[0]), int(ends[-1])).tobytes()
        ends = ends - ends[0]
        return [text_of(text[a:b]) for a, b in pairwise(ends)]

    def read(self) -> Tensors:
        """All of it."""
        return {name: read_tensor(self.path, self.header, name) for name in self.header.tensors}

    def _read(self, name: str, start: int, stop: int) -> NDArray[Any]:
        return read_tensor(self.path, self.header, name, start, stop)


def without(found: Tensors, earlier: Sequence[Segment]) -> Tensors:
    """The pictures that no earlier segment has."""
    known = among(ordered(found["key"]), earlier)
    return take(found, np.flatnonzero(~known)) if known.any() else found


def among(keys: NDArray[Any], segments: Sequence[Segment]) -> NDArray[np.bool_]:
    """Which of some `ordered` keys are in the list."""
    known = np.zeros(len(keys), bool)
    for segment in segments:
        theirs = ordered(segment.keys(0, segment.count))
        place = np.minimum(np.searchsorted(theirs, keys), segment.count - 1)
        known |= theirs[place] == keys
    return known


def pack(found: Tensors, number: int, store: str) -> tuple[str, list[Bytes]]:
    """Name and bytes of a segment's file."""
    name = digest(found)
    note = {"kind": "images", "store": store, "number": number, "segment": name, "count": len(found["key"])}
    return f"{number:05d}-{name}.safetensors", encode(found, note)


def listed(folder: Path, store: str, per_shard: int, known: dict[str, Header]) -> Iterator[Segment]:
    """The segments of a folder in order; headers that are `known` are not read again. Raises BadShard."""
    numbers = {path: int(match[1]) for path in _paths(folder) if (match := FILE.fullmatch(path.name))}
    start = first = 0
    for place, path in enumerate(sorted(numbers, key=lambda path: (numbers[path], path.name))):
        if numbers[path] != place:
            raise _broken(folder / f"{place:05d}-*.safetensors", "missing" if numbers[path] > place else "there twice")
        if path.name not in known:
            known[path.name] = _header(path, store)
        segment = Segment(path, place, path.name[-28:-12], known[path.name], start, first)
        yield segment
        start, first = start + segment.count, first - -segment.count // per_shard


def _paths(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as problem:
        raise BadShard(
            f"{folder}, the list of pictures: {why(problem)}",
            "a folder with every part of the list expected",
            "restore it from a copy; without one, make an empty folder there and collect from the same pictures again",
        ) from problem


def _header(path: Path, store: str) -> Header:
    try:
        header = read_header(path)
    except (Damaged, OSError) as problem:
        raise _broken(path, why(problem)) from problem
    expected = {"kind": "images", "store": store, "segment": path.name[-28:-12]}
    if any(header.note.get(name) != value for name, value in expected.items()):
        raise _broken(path, "it is of another collection")
    count = header.note.get("count")
    if not isinstance(count, int) or count < 1 or not _planned(header, count):
        raise _broken(path, "its tensors are others than those of a list")
    return header


def _planned(header: Header, count: int) -> bool:
    """Whether the tensors of a file are those of a list of so many pictures; the text may have any length."""
    found = {name: (kind.str, shape) for name, (kind, shape, _) in header.tensors.items()}
    kind, shape = found.pop("name", ("", ()))
    expected = {"end": ("<i8", (count + 1,)), "label": ("<i4", (count,)), "key": ("|u1", (count, WIDTH))}
    return (kind, len(shape)) == ("|u1", 1) and found == expected


def _broken(path: Path, reason: str) -> BadShard:
    return BadShard(
        f"{path}, a part of the list of pictures: {reason}",
        "every part of the list, whole, expected",
        "restore it from a copy; without one, delete it and the parts with larger numbers, and collect again",
    )
