"""Shards: the rows of one layer for some pictures that follow one another, in a file whose name is known before it is made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from ..errors import BadArgument, BadShard, ShapeMismatch
from .definition import Definition
from .extremes import Extremes
from .files import DIGEST, Bytes, Damaged, Header, digest_of, encode, read_header, read_tensor, why
from .rows import FINE, NONFINITE, UNREADABLE, Rows

STATES = (FINE, UNREADABLE, NONFINITE)
EXTREMES = ("example_value", "example_image", "example_yx")
LARGEST = 65504.0
"""The largest float16."""


@dataclass(frozen=True)
class Shard:
    """One file of a collection, there or not. start: place of its first picture in the list of all."""

    folder: Path
    definition: Definition
    segment: str
    layer: str
    k: int
    start: int
    count: int

    @property
    def path(self) -> Path:
        """Where it is, or would be: the same for whoever makes it."""
        parts = (self.definition.digest, self.segment, self.layer, str(self.k))
        digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()
        return self.folder / room(self.layer) / f"s-{self.k:07d}-{digest}.safetensors"

    @property
    def note(self) -> dict[str, Any]:
        """What its file says that it is."""
        return {
            "kind": "rows",
            "store": self.definition.digest,
            "segment": self.segment,
            "layer": self.layer,
            "k": self.k,
            "count": self.count,
        }

    def header(self) -> Header:
        """The header of its file; FileNotFoundError where it is missing, Damaged where it is not whole or another's."""
        header = read_header(self.path)
        if any(header.note.get(name) != value for name, value in self.note.items()):
            raise Damaged("it is of another collection, or another file of this one")
        if {name: place[:2] for name, place in header.tensors.items()} != self._plan():
            raise Damaged("its tensors are others than those of a shard")
        return header

    def there(self) -> bool:
        """Whether its file is there and whole; bytes inside are not looked at."""
        try:
            self.header()
        except (Damaged, FileNotFoundError, IsADirectoryError):
            return False
        return True

    def pack(self, rows: Rows, extremes: Extremes | None = None) -> list[Bytes]:
        """The bytes of its file. Raises BadArgument, ShapeMismatch where the rows are not what the definition says.

        extremes: of its own pictures, where the definition keeps examples; their places are those of the list of all.
        """
        self._check(rows)
        arrays = {
            "label": rows.label,
            "activation": self._narrow("activations", rows.activation),
            "value": self._narrow("attributions", rows.value),
            "top": rows.top,
            "yx": rows.yx,
            "key": rows.key,
            "state": rows.state,
            **self._kept(extremes),
        }
        tensors = {name: arrays[name].astype(kind, copy=False) for name, (kind, _) in self._plan().items()}
        return encode(tensors, {**self.note, **_states(rows.state)})

    def unpack(self) -> Rows:
        """The rows of its file. Raises BadShard where it is missing, not whole, or another's."""
        found = self._read()
        return Rows(
            np.arange(self.start, self.start + self.count),
            found["key"],
            found["yx"].astype(np.int64),
            found["activation"],
            found["top"].astype(np.int64),
            found["value"],
            found["label"],
            found["state"],
        )

    def extremes(self) -> Extremes:
        """The extremes of its pictures, of none where the definition keeps no examples. Raises BadShard as `unpack`."""
        if not self.definition.examples:
            return Extremes.none(self.definition.layers[self.layer][0], 0)
        value, image, yx = (self._read()[name] for name in EXTREMES)
        return Extremes(value, image.astype(np.int64), yx.astype(np.int64)).moved(self.start)

    def _read(self) -> dict[str, NDArray[Any]]:
        try:
            header = self.header()
            found = {name: read_tensor(self.path, header, name) for name in header.tensors}
            if header.note != {**self.note, **_states(found["state"]), DIGEST: digest_of(found)}:
                raise Damaged("its bytes are not those that were written")
        except (Damaged, OSError) as problem:
            raise BadShard(
                f"{self}, {self.path}: {why(problem)}", "a whole file expected", "delete it and collect again"
            ) from problem
        return found

    def _kept(self, extremes: Extremes | None) -> dict[str, NDArray[Any]]:
        """The extremes as they are kept: their places are those in the file."""
        count = self.definition.examples
        if not count:
            return {}
        wanted = (2, self.definition.layers[self.layer][0], count)
        if extremes is None or extremes.value.shape != wanted:
            given = "none" if extremes is None else f"of shape {extremes.value.shape}"
            raise ShapeMismatch(f"{self}: extremes {given}", f"shape {wanted} expected", f"give {wanted}")
        here = extremes.moved(-self.start)
        return dict(zip(EXTREMES, (here.value, here.image, here.yx), strict=True))

    def _plan(self) -> dict[str, tuple[np.dtype[Any], tuple[int, ...]]]:
        """Type and shape of each tensor, the widest types first, as safetensors has them."""
        channels, kept = self.definition.layers[self.layer][0], self.definition.kept
        real = np.dtype("<f2" if self.definition.dtype == "float16" else "<f4")
        rows = {
            "label": (np.dtype("<i4"), ()),
            "activation": (real, (channels,)),
            "value": (real, (kept,)),
            "top": (np.dtype("<u2"), (kept,)),
            "yx": (np.dtype("<u2"), (2,)),
            "key": (np.dtype("u1"), (16,)),
            "state": (np.dtype("u1"), ()),
        }
        plan = {name: (kind, (self.count, *width)) for name, (kind, width) in rows.items()}
        shape = (2, channels, self.definition.examples)
        value, image, yx = EXTREMES
        first = {value: (np.dtype("<f4"), shape), image: (np.dtype("<i4"), shape)}
        last = {yx: (np.dtype("<u2"), (*shape, 2))}
        if not self.definition.examples:
            return plan
        narrowest = {name: plan.pop(name) for name in ("key", "state")}
        return {**first, **plan, **last, **narrowest}

    def _check(self, rows: Rows) -> None:
        for name, (_, shape) in self._plan().items():
            given = shape if name in EXTREMES else getattr(rows, name).shape
            if given != shape:
                raise ShapeMismatch(f"{self}: {name} of shape {given}", f"shape {shape} expected", f"give {shape}")
        _, height, width = self.definition.layers[self.layer]
        inside = ((rows.yx >= 0) & (rows.yx < (height, width))).all()
        if not inside or not ((rows.top >= 0) & (rows.top < self.definition.classes)).all():
            raise ShapeMismatch(
                f"{self}: a position or a class outside of the definition's",
                f"positions in {height} x {width} and classes below {self.definition.classes} expected",
                "look with the collection's definition",
            )
        if not np.isin(rows.state, STATES).all() or any(array[rows.state != FINE].any() for array in _reals(rows)):
            raise BadArgument(
                f"{self}: numbers in rows that are not fine",
                "zeros expected there",
                "write zeros where state is not FINE",
            )

    def _narrow(self, what: str, array: NDArray[Any]) -> NDArray[Any]:
        """Numbers as they are kept, none of them infinite."""
        most = float(np.abs(array).max(initial=0.0))
        if not np.isfinite(most):
            raise BadArgument(
                f"{self}: {what} with NaN or infinity in them", "finite numbers expected", "mark such rows NONFINITE"
            )
        if self.definition.dtype == "float16" and most >= LARGEST:
            raise BadArgument(
                f"{self}: {what} up to {most:g}",
                f"numbers below {LARGEST:g} expected, the largest of float16",
                'collect into a new folder with dtype="float32"',
            )
        return array

    def __str__(self) -> str:
        return f"shard {self.k} of layer {self.layer!r}"


def room(layer: str) -> str:
    """The folder of a layer."""
    return quote(layer, safe="").replace(".", "%2E") if set(layer) == {"."} else quote(layer, safe="")


def _states(state: NDArray[Any]) -> dict[str, list[int]]:
    """How many rows are in each state."""
    return {"states": [int((state == one).sum()) for one in STATES]}


def _reals(rows: Rows) -> tuple[NDArray[Any], NDArray[Any]]:
    return rows.activation, rows.value
