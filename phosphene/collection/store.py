"""The folder of a collection: what defines it, its list of pictures, its shards."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import BadArgument, UnknownLayer, nearest
from . import opening
from . import segments as lists
from .definition import Definition
from .entries import Named, gather
from .extremes import Extremes, extremes
from .files import Bytes, Header, write_once
from .rows import Rows
from .segments import Segment
from .shards import Shard


@dataclass(frozen=True, init=False)
class Collection:
    """A folder of activations, which can be copied, moved, and written by several processes at once.

    The pictures are a list of segments. A unit k is those of places [start, stop) of the list that `unit(k)` gives, at most
    `definition.per_shard`, all of one segment. It is done once each layer's shard is there. A file is there whole, or not at
    all; nothing needs to be locked or mended after a crash.

    Errors: BadArgument for a folder without a collection, or one of a newer format.

    >>> import tempfile
    >>> from phosphene.collection import Definition
    >>> made = Definition({"name": "net", "weights": "ab"}, (64, 64), {"block3": (32, 8, 8)})
    >>> here = Collection.create(tempfile.mkdtemp(), made)
    >>> here.count, here.missing(), Collection(here.folder).definition == made
    (0, [], True)
    """

    folder: Path
    definition: Definition = field(compare=False, repr=False)
    _headers: dict[str, Header] = field(compare=False, repr=False)

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        object.__setattr__(self, "folder", opening.folder_of(folder))
        object.__setattr__(self, "definition", opening.read(self.folder))
        object.__setattr__(self, "_headers", {})

    def __reduce__(self) -> tuple[Any, ...]:
        return Collection, (self.folder,)

    @staticmethod
    def create(folder: str | os.PathLike[str], definition: Definition) -> Collection:
        """A new collection, or the one that is there if its definition is the same; what killed writers left is removed.

        Errors: BadArgument for another definition, with the difference; for a folder of other things; NotWritten.
        """
        path = opening.folder_of(folder)
        opening.make(path, definition)
        found = Collection(path)
        if difference := found.definition.difference(definition):
            raise BadArgument(
                f"the folder {str(path)!r}, whose collection was made otherwise:\n{difference}\n",
                "the same definition expected: numbers of two kinds do not mix",
                "choose another folder, or give what the collection was made with",
            )
        return found

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the layers."""
        return tuple(self.definition.layers)

    @property
    def segments(self) -> list[Segment]:
        """The parts of the list of pictures, as they are now. Raises BadShard where one is damaged or missing."""
        per_shard, store = self.definition.per_shard, self.definition.digest
        return list(lists.listed(self.folder / "images", store, per_shard, self._headers))

    @property
    def count(self) -> int:
        """Pictures in the list."""
        return sum(segment.count for segment in self.segments)

    def append(self, entries: Iterable[Named]) -> Segment | None:
        """Add pictures to the list, each once, sorted by key; None where all of them are in it.

        entries: have a key of 16 bytes, a name, and a label, -1 where not known. Errors: BadArgument, NotWritten.
        """
        found = gather(entries)
        with opening.refusals(self.folder), opening.locked(self.folder):
            before = self.segments
            found = lists.without(found, before)
            if not len(found["key"]):
                return None
            name, pieces = lists.pack(found, len(before), self.definition.digest)
            self.put(self.folder / "images" / name, pieces)
        return self.segments[len(before)]

    def put(self, path: Path, pieces: Iterable[Bytes]) -> None:
        """Write a file of this folder whole, over what is there. Raises NotWritten."""
        write_once(path, pieces, self.folder / "tmp", lambda: False)

    def names(self, start: int = 0, stop: int | None = None) -> list[str]:
        """Names of the pictures at places [start, stop) of the list."""
        return [name for segment, a, b in self._parts(start, stop) for name in segment.names(a, b)]

    def keys(self, start: int = 0, stop: int | None = None) -> NDArray[np.uint8]:
        """(stop - start, 16), what names those pictures."""
        parts = [segment.keys(a, b) for segment, a, b in self._parts(start, stop)]
        return np.concatenate([np.zeros((0, 16), np.uint8), *parts])

    def labels(self, start: int = 0, stop: int | None = None) -> NDArray[np.int32]:
        """(stop - start,), labels of those pictures, -1 where not known."""
        parts = [segment.labels(a, b) for segment, a, b in self._parts(start, stop)]
        return np.concatenate([np.zeros(0, np.int32), *parts])

    def units(self) -> range:
        """The numbers of all units."""
        return self._units(self.segments)

    def unit(self, k: int) -> range:
        """Places in the list of a unit's pictures."""
        shard = self.shard(self.layers[0], k)
        return range(shard.start, shard.start + shard.count)

    def missing(self) -> list[int]:
        """The units of which a layer's shard is not there, or not whole."""
        return sorted({shard.k for layer in self.layers for shard in self.shards(layer) if not shard.there()})

    def present(self, layer: str) -> list[int]:
        """The units of which the layer's shard is there."""
        return [shard.k for shard in self.shards(layer) if shard.there()]

    def write(self, k: int, rows: Mapping[str, Rows], extremes: Mapping[str, Extremes] | None = None) -> None:
        """Keep the rows of a unit, by layer, and its extremes; a layer's shard that is there stays as it is.

        Errors: ShapeMismatch, BadArgument for rows of other pictures, numbers that the type cannot hold; NotWritten.
        """
        for layer, given in rows.items():
            shard = self.shard(layer, k)
            if not shard.there():
                pieces = shard.pack(self._matched(shard, given), (extremes or {}).get(layer))
                shard.path.parent.mkdir(parents=True, exist_ok=True)
                write_once(shard.path, pieces, self.folder / "tmp", shard.there)

    def read(self, layer: str, k: int) -> Rows:
        """The rows of a unit at a layer. Raises BadShard where they are not there, or not whole."""
        return self.shard(layer, k).unpack()

    def rows(self, layer: str) -> Iterator[Rows]:
        """The rows of each unit that is there, in order; `missing()` says which are not."""
        return (shard.unpack() for shard in self.shards(layer) if shard.there())

    def extremes(self, layer: str) -> Extremes:
        """The extremes of a layer, of `definition.examples` pictures each, over the units that are there. Raises BadShard."""
        channels, _, _ = self.definition.layers[self._layer(layer)]
        parts = (shard.extremes() for shard in self.shards(layer) if shard.there())
        return extremes(parts, channels, self.definition.examples)

    def shards(self, layer: str) -> Iterator[Shard]:
        """The files of a layer, one for each unit, there or not."""
        found, layer = self.segments, self._layer(layer)
        return (self._shard(found, layer, k) for k in self._units(found))

    def shard(self, layer: str, k: int) -> Shard:
        """The file of a layer and a unit, there or not."""
        found = self.segments
        units = self._units(found)
        if not isinstance(k, int) or k not in units:
            raise BadArgument(f"unit {k!r}", f"one of {units!r} expected", "take it from missing() or units()")
        return self._shard(found, self._layer(layer), k)

    def _units(self, found: list[Segment]) -> range:
        return range(sum(-(-segment.count // self.definition.per_shard) for segment in found))

    def _shard(self, found: list[Segment], layer: str, k: int) -> Shard:
        segment = found[bisect_right(found, k, key=lambda one: one.first) - 1]
        size = self.definition.per_shard
        begin = (k - segment.first) * size
        count = min(size, segment.count - begin)
        return Shard(self.folder / "shards", self.definition, segment.digest, layer, k, segment.start + begin, count)

    def _layer(self, name: str) -> str:
        if name not in self.definition.layers:
            raise UnknownLayer(f"layer {name!r}", "a layer of the collection expected", nearest(name, self.layers))
        return name

    def _matched(self, shard: Shard, rows: Rows) -> Rows:
        """The rows, if they are those of the shard's pictures."""
        start, stop = shard.start, shard.start + shard.count
        same = len(rows) == shard.count and (rows.image == np.arange(start, stop)).all()
        same = same and np.array_equal(rows.key, self.keys(start, stop))
        if not same or not np.array_equal(rows.label, self.labels(start, stop)):
            raise BadArgument(
                f"{shard}: rows of other pictures", f"pictures {start} to {stop - 1} in order expected", "look at those"
            )
        return rows

    def _parts(self, start: int, stop: int | None) -> Iterator[tuple[Segment, int, int]]:
        """Segments, and the places in them, of a part of the list."""
        for segment in self.segments:
            a = max(start - segment.start, 0)
            b = segment.count if stop is None else min(stop - segment.start, segment.count)
            if a < b:
                yield segment, a, b
