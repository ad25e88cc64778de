"""The canonical list of pictures: segments, each sorted by key and free of the keys of earlier ones.

What is appended is a new segment, which starts a new shard, so the shards of earlier segments stay as they are. Keys, names and
labels lie in arrays and are read in parts: memory does not grow with the list.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import BadArgument, BadShard
from .files import Bytes, Damaged, Header, encode, read_header, read_tensor, why

FILE = re.compile(r"(\d{5,})-([0-9a-f]{16})\.safetensors")
WIDTH = 16
Tensors = dict[str, NDArray[Any]]


class Named(Protocol):
    """A picture in a list: 16 bytes that name it, its name for people, its label, -1 where not known."""

    @property
    def key(self) -> bytes:
        """16 bytes."""

    @property
    def name(self) -> str:
        """Any text."""

    @property
    def label(self) -> int:
        """A number from -1."""


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
        return [_text(text[a:b]) for a, b in pairwise(ends)]

    def read(self) -> Tensors:
        """All of it."""
        return {name: read_tensor(self.path, self.header, name) for name in self.header.tensors}

    def _read(self, name: str, start: int, stop: int) -> NDArray[Any]:
        return read_tensor(self.path, self.header, name, start, stop)


def gather(entries: Iterable[Named]) -> Tensors:
    """The arrays of a segment: sorted by key; of equal keys the one with the least name stays."""
    keys, names, ends, labels = bytearray(), bytearray(), array("q", [0]), array("i")
    for entry in entries:
        _check(entry)
        keys += entry.key
        names += _encoded(entry.name)
        ends.append(len(names))
        labels.append(entry.label)
    found = {
        "end": np.frombuffer(ends, "<i8"),
        "label": np.frombuffer(labels, "<i4"),
        "key": np.frombuffer(keys, np.uint8).reshape(-1, WIDTH),
        "name": np.frombuffer(names, np.uint8),
    }
    return take(found, _order(found))


def take(found: Tensors, index: NDArray[np.int64]) -> Tensors:
    """Some of the pictures of a segment's arrays."""
    ends, text = found["end"], found["name"].data
    names, places = bytearray(), np.zeros(len(index) + 1, "<i8")
    for place, (a, b) in enumerate(zip(ends[:-1][index].tolist(), ends[1:][index].tolist(), strict=True)):
        names += text[a:b]
        places[place + 1] = len(names)
    return {
        "end": places,
        "label": found["label"][index],
        "key": found["key"][index],
        "name": np.frombuffer(names, np.uint8),
    }


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


def ordered(keys: NDArray[np.uint8]) -> NDArray[Any]:
    """Keys (n, 16) as n items that compare as their bytes do."""
    return np.ascontiguousarray(keys).view(f"S{WIDTH}").reshape(-1)  # S drops zeros at the end, of all 16 bytes alike


def digest(found: Mapping[str, NDArray[Any]]) -> str:
    """What names a segment: which pictures there are and their labels; not what they are called."""
    content = hashlib.blake2b(found["key"].tobytes(), digest_size=8)
    content.update(found["label"].tobytes())
    return content.hexdigest()


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


def _check(entry: Named) -> None:
    key, name, label = entry.key, entry.name, entry.label
    if not isinstance(key, bytes) or len(key) != WIDTH or not isinstance(name, str):
        raise BadArgument(
            f"{entry!r} in a list of pictures"[:200],
            f"a key of {WIDTH} bytes and a name expected",
            "use a source's listed()",
        )
    if not isinstance(label, int) or not -1 <= label < 2**31:
        raise BadArgument(f"the label {label!r} of {name!r}", "an integer from -1 expected", "write -1 where not known")


def _order(found: Tensors) -> NDArray[np.int64]:
    """Places of the pictures that stay, in order of their keys."""
    keys = ordered(found["key"])
    order = np.argsort(keys, kind="stable")
    begins = np.flatnonzero(np.r_[True, keys[order][1:] != keys[order][:-1]]) if len(order) else order
    chosen = order[begins]
    for place in np.flatnonzero(np.diff(np.r_[begins, len(order)]) > 1):
        stop = begins[place + 1] if place + 1 < len(begins) else len(order)
        chosen[place] = min(order[begins[place] : stop], key=lambda one: _called(found, one))
    return chosen


def _called(found: Tensors, place: int) -> tuple[bytes, int]:
    start, stop = found["end"][place : place + 2]
    return found["name"][start:stop].tobytes(), int(found["label"][place])


def _encoded(name: str) -> bytes:
    try:
        return name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as problem:
        raise BadArgument(
            f"the name {name!r}"[:200],
            "text expected; of surrogates, only those that stand for bytes of a file name",
            'write name.encode("utf-8", "replace").decode()',
        ) from problem


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")
