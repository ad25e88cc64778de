"""A collection with made-up numbers, each row a function of its picture's key alone; for tests of folders and processes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from phosphene.collection import FINE, NONFINITE, Collection, Definition, Rows, position

MADE = Definition(
    {"name": "made up", "weights": "0" * 32, "mean": [0.5, 0.5, 0.5]},
    (16, 16),
    {"first": (6, 8, 8), "a.b/c": (5,), "tokens": (4, 9)},
    classes=20,
    attribution=3,
    per_shard=8,
)


class Picture(NamedTuple):
    key: bytes
    name: str
    label: int


def picture(number: int) -> Picture:
    return Picture(hashlib.blake2b(b"%d" % number, digest_size=16).digest(), f"folder/{number}.png", number % 7 - 1)


def pictures(*numbers: int) -> list[Picture]:
    return [picture(number) for number in range(*numbers)]


def rows(collection: Collection, k: int, layer: str) -> Rows:
    """What a network might have said of the pictures of a unit; the row of every ninth picture or so is NONFINITE."""
    unit, made = collection.unit(k), collection.definition
    channels, height, width = made.layers[layer]
    keys = collection.keys(unit.start, unit.stop)
    draws = [np.random.default_rng([*key.tolist(), *layer.encode()]) for key in keys]
    state = np.where(keys[:, 0] % 9 == 4, NONFINITE, FINE).astype(np.uint8)
    fine = (state == FINE)[:, None]
    return Rows(
        np.arange(unit.start, unit.stop),
        keys,
        np.array([position(made.seed, key.tobytes(), height, width) for key in keys]),
        np.stack([draw.normal(size=channels) for draw in draws]).astype(made.dtype) * fine,
        np.stack([draw.permutation(made.classes)[: made.kept] for draw in draws]),
        np.stack([draw.normal(size=made.kept) for draw in draws]).astype(made.dtype) * fine,
        collection.labels(unit.start, unit.stop),
        state,
    )


def fill(collection: Collection, units: Iterable[int] | None = None) -> None:
    """Write units, of those that are missing all where none are named."""
    for k in collection.missing() if units is None else units:
        collection.write(k, {layer: rows(collection, k, layer) for layer in collection.layers})


def collect(folder: Path, parts: Sequence[Sequence[Picture]], backwards: bool = False) -> None:
    """A whole run, as a process does it: create or resume, append, write what is missing."""
    collection = Collection.create(folder, MADE)
    for part in parts:
        collection.append(part)
    missing = collection.missing()
    fill(collection, reversed(missing) if backwards else missing)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file that is no temporary one."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.parent.name != "tmp"
    }
