"""The census of a layer's rows: who is there, in which order, and who cannot be laid out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..collection.rows import FINE, NONFINITE, Rows
from ..errors import BadArgument, ShapeMismatch

Doubles = NDArray[np.float64]
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]
Source = Callable[[], Iterable[Rows]]

REASONS = ("unreadable", "nonfinite", "zero", "unplaced", "far", "outside")
"""Why a picture has no place; the code of a reason is its place here plus one, 0 is none."""


@dataclass(frozen=True, eq=False)
class Census:
    """n pictures in the order of their keys.  image: (n,).  key: (n, 16).  reason: (n,), 0 or the code of a reason."""

    image: Places
    key: NDArray[np.uint8]
    reason: NDArray[np.uint8]
    channels: int

    def parts(self, source: Source) -> Iterator[tuple[Places, Rows]]:
        """The rows that can be laid out with their places in the census; BadArgument unless they are the same rows again."""
        order = np.argsort(self.image)
        ascending = self.image[order]
        seen = np.zeros(len(order), bool)
        for rows in source():
            found = order[places_of(ascending, rows.image)]
            seen[found] = True
            able = self.reason[found] == 0
            yield found[able], rows.take(able)
        if not seen.all():
            raise BadArgument(
                f"rows() gave {int(seen.sum())} of {len(seen)} pictures the second time",
                "a function that starts from the first row at every call expected",
                "write lambda: collection.rows(layer)",
            )

    def outliers(self) -> dict[str, int]:
        """How many pictures have no place, by reason; reasons of nobody are left out."""
        counts = np.bincount(self.reason, minlength=len(REASONS) + 1)[1:]
        return {name: int(count) for name, count in zip(REASONS, counts, strict=True) if count}


def census(source: Source) -> Census:
    """All rows, sorted by key.

    Errors: BadArgument for what is no function, for no rows, and for a picture that is there twice; ShapeMismatch where
    the rows have different channels.
    """
    check_source(source)
    parts = [(rows.image, rows.key, reasons(rows), rows.activation.shape[1]) for rows in source() if len(rows)]
    if not parts:
        raise BadArgument("no rows", "activations of some pictures expected", "collect pictures first")
    channels = {part[3] for part in parts}
    if len(channels) > 1:
        raise ShapeMismatch(
            f"rows of {' and '.join(map(str, sorted(channels)))} channels",
            "rows of one layer expected",
            "write lambda: collection.rows(layer)",
        )
    image, key, reason = (np.concatenate([part[i] for part in parts]) for i in range(3))
    order = np.lexsort(words(key).T[::-1])
    found = Census(image[order], key[order], reason[order], channels.pop())
    _refuse_twice(found)
    return found


def check_source(source: Any) -> None:
    """Refuse rows that can be read only once; they are read several times."""
    if not callable(source):
        raise BadArgument(
            f"{type(source).__name__} as rows",
            "a function that gives the rows, from the first one at every call, expected",
            "write lambda: collection.rows(layer), or lambda: [rows]",
        )


def reasons(rows: Rows) -> NDArray[np.uint8]:
    """Why rows cannot be laid out, by code: (n,)."""
    finite = np.isfinite(rows.activation).all(1)
    zero = ~rows.activation.any(1)
    broken = (rows.state != FINE) & (rows.state != NONFINITE)
    result = np.select([broken, ~finite | (rows.state == NONFINITE), zero], [1, 2, 3], 0)
    return result.astype(np.uint8)


def _refuse_twice(found: Census) -> None:
    ordered = np.sort(found.image)
    same_key = np.flatnonzero((found.key[1:] == found.key[:-1]).all(1))
    same_place = np.flatnonzero(ordered[1:] == ordered[:-1])
    for name, same, image in (("key", same_key, found.image), ("place in the list", same_place, ordered)):
        if len(same):
            raise BadArgument(
                f"{len(same)} pictures that are there twice: places {image[same[0]]} and {image[same[0] + 1]} of the list "
                f"have the same {name}",
                "every picture once expected",
                "append pictures by Collection.append, which leaves out what is there",
            )


def finite(numbers: Doubles) -> Mask:
    """Which rows are without NaN and infinity: (n, d) -> (n,)."""
    return np.asarray(np.isfinite(numbers).all(1))


def words(key: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Keys (n, 16) as numbers of the same order: (n, 2), the upper half first."""
    return np.ascontiguousarray(key).view(">u8").astype(np.uint64).reshape(-1, 2)


def places_of(known: Places, image: Places) -> Places:
    """Where pictures (m,) stand in the ascending list `known`: (m,); BadArgument for one that is not there."""
    image = np.asarray(image, np.int64)
    found: Places = np.searchsorted(known, image).astype(np.int64)
    there = found < len(known)
    there[there] = known[found[there]] == image[there]
    if not there.all():
        raise BadArgument(
            f"picture {int(image[~there][0])}, which was not there before",
            "the same rows at every pass expected",
            "lay the collection out anew after pictures were appended",
        )
    return found
