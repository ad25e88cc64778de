"""The work of a collection: one unit of pictures, read, looked at and written, by whoever takes it."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..engines import cached
from ..errors import BadPicture
from ..models import Vision
from ..param.picture import covering
from .extremes import Extremes, Peaks
from .look import Look, Seen
from .rows import FINE, UNREADABLE, Rows
from .sources import Source, Unreadable
from .sources.base import checked, reason
from .steady import steady
from .store import Collection

READERS = 2
"""Threads that read pictures while the network looks at earlier ones."""
AHEAD = 4
"""Batches that are read before they are needed."""
REASONS = 3
"""Broken pictures of a unit of which it is said what is wrong with them."""


class Done(NamedTuple):
    """What a unit comes to: its number, its pictures, and of some of the unreadable ones name and reason."""

    k: int
    pictures: int
    reasons: tuple[tuple[str, str], ...]


class Picture(NamedTuple):
    """A picture of a unit: its place there, its key, and its pixels or why there are none."""

    place: int
    key: bytes
    pixels: Tensor | Unreadable


@dataclass(frozen=True)
class Work:
    """A unit's number goes in, its files are written, `Done` comes out; twice is as good as once.

    A job for `engines.run`: it can be pickled, and a process prepares the network once, under `digest`.
    Errors: BadPicture where no picture of a unit can be read: then something else than a picture is broken, and nothing is
    written. NotWritten; BadArgument for numbers that float16 cannot hold.
    """

    collection: Collection
    source: Source
    vision: Vision = field(repr=False)

    @property
    def digest(self) -> str:
        """What the prepared network is kept under."""
        definition = self.collection.definition.digest
        return hashlib.blake2b(f"{self.collection.folder}\0{definition}".encode(), digest_size=16).hexdigest()

    def __call__(self, k: int) -> Done:
        """Do unit k."""
        look = cached(self.digest, lambda: Look(self.vision, self.collection.definition))
        return self.done(look, k, lambda count: None)

    def done(self, look: Look, k: int, tick: Callable[[int], object]) -> Done:
        """Do unit k with a network that is prepared.  tick: called with the number of pictures of each batch."""
        unit = self.collection.unit(k)
        names = self.collection.names(unit.start, unit.stop)
        keys = [bytes(key) for key in self.collection.keys(unit.start, unit.stop)]
        kept = _Kept(self.collection, len(unit))
        with steady(look.vision, self.collection.definition.threads):
            for batch in self._batches(names, keys):
                fine = [one.pixels for one in batch if isinstance(one.pixels, Tensor)]
                if fine:  # every picture has a place of its own in the batch, on which its last bits may hang
                    pixels = torch.stack([one.pixels if isinstance(one.pixels, Tensor) else fine[0] for one in batch])
                    kept.put(batch, look(pixels, [one.key for one in batch]))
                kept.broken += [
                    (names[one.place], str(one.pixels)) for one in batch if isinstance(one.pixels, Unreadable)
                ]
                tick(len(batch))
        if len(kept.broken) == len(unit):
            raise self._nothing(kept.broken)
        self.collection.write(
            k, kept.rows(unit, keys), {name: one.moved(unit.start) for name, one in kept.extremes.items()}
        )
        return Done(k, len(unit), tuple(kept.broken[:REASONS]))

    def _batches(self, names: Sequence[str], keys: Sequence[bytes]) -> Iterator[list[Picture]]:
        """A unit's pictures, a batch of the definition's size at a time, read ahead."""
        size = self.collection.definition.batch

        def read(place: int) -> Picture:
            return Picture(place, keys[place], self._read(names[place], keys[place]))

        found = ahead(read, range(len(names)), AHEAD * size)
        for start in range(0, len(names), size):
            yield [next(found) for _ in range(start, min(start + size, len(names)))]

    def _read(self, name: str, key: bytes) -> Tensor | Unreadable:
        """A picture, or why there is none.

        A source may be anyone's code: whatever goes wrong in it is of this one picture. Without memory none can be read.
        """
        try:
            return as_seen(self.source, name, key, self.collection.definition.size)
        except MemoryError:
            raise
        except Exception as problem:
            return Unreadable(reason(problem))

    def _nothing(self, broken: list[tuple[str, str]]) -> BadPicture:
        name, reason = broken[0]
        return BadPicture(
            f"{len(broken)} pictures that follow one another, of which none can be read; {name!r}: {reason}"[:500],
            "pictures that can be read expected, but for some",
            "look whether the disk is there, and run again: what is done stays",
        )


class _Kept:
    """The rows of a unit while it is looked at: zeros, and UNREADABLE, until a picture was seen."""

    def __init__(self, collection: Collection, count: int) -> None:
        definition = collection.definition
        self.broken: list[tuple[str, str]] = []
        self.labels = collection.labels
        self.layers: dict[str, tuple[NDArray[Any], ...]] = {
            name: (
                np.zeros((count, 2), np.int64),
                np.zeros((count, shape[0]), np.float32),
                np.zeros((count, definition.kept), np.int64),
                np.zeros((count, definition.kept), np.float32),
                np.full(count, UNREADABLE, np.uint8),
            )
            for name, shape in definition.layers.items()
        }
        self.extremes = {
            name: Extremes.none(shape[0], definition.examples) for name, shape in definition.layers.items()
        }

    def put(self, batch: Sequence[Picture], found: dict[str, Seen]) -> None:
        """Keep what was seen of the readable ones of some pictures."""
        slots = [slot for slot, one in enumerate(batch) if isinstance(one.pixels, Tensor)]
        places = [batch[slot].place for slot in slots]
        for name, seen in found.items():
            for mine, theirs in zip(self.layers[name], seen[: len(self.layers[name])], strict=True):
                mine[places] = theirs[slots]
            fine = [slot for slot in slots if seen.peak.shape[2] and seen.state[slot] == FINE]
            if fine:
                image = np.array([batch[slot].place for slot in fine])
                self.extremes[name] = self.extremes[name].add(Peaks(seen.peak[fine], seen.peak_yx[fine]), image)

    def rows(self, unit: range, keys: Sequence[bytes]) -> dict[str, Rows]:
        """All of it, by layer."""
        key = np.frombuffer(b"".join(keys), np.uint8).reshape(-1, 16)
        label = self.labels(unit.start, unit.stop)
        return {
            name: Rows(np.arange(unit.start, unit.stop), key, yx, activation, top, value, label, state)
            for name, (yx, activation, top, value, state) in self.layers.items()
        }


def as_seen(source: Source, name: str, key: bytes, size: tuple[int, int]) -> Tensor:
    """A picture as the network sees it (3, h, w): scaled until it covers the size, and cut about its centre."""
    return covering(checked(source.read(name, key, size)).float()[None], size)[0]


def ahead(read: Callable[[int], Any], places: range, count: int) -> Iterator[Any]:
    """What `read` gives for each place, in order, `count` of them begun before they are asked for.

    >>> list(ahead(lambda place: place * place, range(4), 2))
    [0, 1, 4, 9]
    """
    waiting: deque[Future[Any]] = deque()
    with ThreadPoolExecutor(READERS, "phosphene-read") as pool:
        try:
            for place in places:
                waiting.append(pool.submit(read, place))
                if len(waiting) > count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for one in waiting:
                one.cancel()
