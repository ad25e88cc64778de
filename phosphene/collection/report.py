"""What became of the pictures of a collection: how many are fine, and which are not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .files import read_tensor
from .rows import FINE, NONFINITE, UNREADABLE
from .store import Collection

SHOWN = 5
"""Broken pictures that a text names."""


class BrokenPictures(UserWarning):
    """Pictures that are counted and left out: unreadable ones, and those at which the network gives no finite numbers."""


@dataclass(frozen=True)
class Report:
    """Of the pictures in the list: how many are fine at every layer; names of the others; how many wait to be looked at.

    nonfinite: by layer; NaN or infinity in the activation or the attribution. str(report) is a text of a few lines.
    """

    count: int
    fine: int
    waiting: int
    unreadable: tuple[str, ...]
    nonfinite: Mapping[str, tuple[str, ...]]

    def __str__(self) -> str:
        parts = [f"{self.count} pictures: {self.fine} fine"]
        if self.waiting:
            parts.append(f"{self.waiting} not looked at yet")
        if self.unreadable:
            parts.append(f"{len(self.unreadable)} unreadable ({_some(self.unreadable)})")
        for layer, names in self.nonfinite.items():
            if names:
                parts.append(f"{len(names)} with NaN or infinity at {layer!r} ({_some(names)})")
        return "; ".join(parts)


def report(collection: Collection) -> Report:
    """Count the pictures of a collection by what became of them; only shards with broken ones are looked into.

    >>> import tempfile
    >>> from phosphene.collection import Definition
    >>> made = Definition({"name": "net", "weights": "ab"}, (64, 64), {"block3": (32, 8, 8)})
    >>> print(report(Collection.create(tempfile.mkdtemp(), made)))
    0 pictures: 0 fine
    """
    fine = waiting = 0
    unreadable: list[str] = []
    nonfinite: dict[str, list[str]] = {layer: [] for layer in collection.layers}
    missing = set(collection.missing())
    for k in collection.units():
        unit = collection.unit(k)
        if k in missing:
            waiting += len(unit)
            continue
        states = {layer: _states(collection, layer, k) for layer in collection.layers}
        good = np.logical_and.reduce([state == FINE for state in states.values()])
        fine += int(good.sum())
        if good.all():
            continue
        names = np.array(collection.names(unit.start, unit.stop), object)
        unreadable += names[np.logical_or.reduce([state == UNREADABLE for state in states.values()])].tolist()
        for layer, state in states.items():
            nonfinite[layer] += names[state == NONFINITE].tolist()
    broken = {layer: tuple(names) for layer, names in nonfinite.items()}
    return Report(collection.count, fine, waiting, tuple(unreadable), broken)


def _states(collection: Collection, layer: str, k: int) -> NDArray[np.uint8]:
    shard = collection.shard(layer, k)
    header = shard.header()
    if header.note["states"][FINE] == shard.count:
        return np.full(shard.count, FINE, np.uint8)
    return read_tensor(shard.path, header, "state")


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(map(repr, names[:SHOWN])) + (", ..." if len(names) > SHOWN else "")
