"""Pictures as the arrays of a segment: sorted by key, each key once.

Keys, names and labels of any number of pictures lie in four arrays, not in objects.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import BadArgument

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


def ordered(keys: NDArray[np.uint8]) -> NDArray[Any]:
    """Keys (n, 16) as n items that compare as their bytes do."""
    return np.ascontiguousarray(keys).view(f"S{WIDTH}").reshape(-1)  # S drops zeros at the end, of all 16 bytes alike


def digest(found: Mapping[str, NDArray[Any]]) -> str:
    """What names a segment: which pictures there are and their labels; not what they are called."""
    content = hashlib.blake2b(found["key"].tobytes(), digest_size=8)
    content.update(found["label"].tobytes())
    return content.hexdigest()


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


def text_of(content: bytes) -> str:
    """A name as it was given."""
    return content.decode("utf-8", "surrogateescape")
