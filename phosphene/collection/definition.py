"""What defines a collection: change any of it, and the numbers are others. It never changes once it is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from ..errors import BadArgument
from ..values import check_choice, check_integer

TOP = 16
TAKES = ("sampled", "mean", "max")
"""What is kept of an activation with positions: that at one of them, the mean over them, or the largest of each channel."""


@dataclass(frozen=True)
class Definition:
    """The network, the layers, and how they are looked at.

    model: plain data about the network, at least its "name" and the digest of its "weights"; also mean, std and size.
    size: (h, w) of the pictures as the network sees them.  layers: name to (C, H, W); (C,) and (C, T) are 1 x 1 and 1 x T.
    seed: of the positions.  dtype: "float16" or "float32".  attribution: how many of the largest classes are kept; 0: none,
    -1: all.  classes: how many the network has.  labels: their names.  batch, threads: of the pass, since the last bits of
    the numbers hang on them.  per_shard: pictures in a file, a multiple of batch.  take: one of `TAKES`; attribution, which is
    of one position, needs "sampled".  examples: pictures with the largest activation, and as many with the smallest, that are
    kept of each channel.

    Errors: BadArgument.

    >>> made = Definition({"name": "net", "weights": "ab"}, (64, 64), {"block3": (32, 8, 8)}, classes=10)
    >>> made.kept, made.difference(Definition(made.model, made.size, made.layers, seed=1, classes=10))
    (10, '  seed: 0 there, 1 here')
    """

    model: Mapping[str, Any]
    size: tuple[int, int]
    layers: Mapping[str, tuple[int, ...]]
    seed: int = 0
    dtype: str = "float16"
    attribution: int = TOP
    classes: int = 0
    labels: tuple[str, ...] | None = None
    batch: int = 8
    threads: int = 1
    per_shard: int = 2048
    take: str = "sampled"
    examples: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "model", _model(self.model))
        object.__setattr__(self, "size", _size(self.size))
        object.__setattr__(self, "layers", {name: _shape(name, self.layers[name]) for name in _names(self.layers)})
        object.__setattr__(self, "labels", None if self.labels is None else tuple(map(str, self.labels)))
        for name, low, high in RANGES:
            check_integer("a collection", name, getattr(self, name), low, high)
        check_choice("a collection", "dtype", self.dtype, ("float16", "float32"))
        check_choice("a collection", "take", self.take, TAKES)
        if self.take != "sampled" and self.attribution:
            raise BadArgument(
                f"a collection: attribution={self.attribution} with take={self.take!r}",
                "the attribution of one position, or none, expected",
                'write attribution=0, or take="sampled"',
            )
        if self.per_shard % self.batch:
            raise BadArgument(
                f"a collection: per_shard is {self.per_shard}",
                f"a multiple of the batch, {self.batch}, expected",
                f"write per_shard={max(1, round(self.per_shard / self.batch)) * self.batch}",
            )
        if self.labels is not None and len(self.labels) != self.classes:
            raise BadArgument(
                f"a collection: {len(self.labels)} labels",
                f"one for each of the {self.classes} classes expected",
                "leave labels out, or give one for each class",
            )

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def kept(self) -> int:
        """How many classes are kept of each row."""
        return self.classes if self.attribution == -1 else min(self.attribution, self.classes)

    def json(self) -> dict[str, Any]:
        """Plain JSON data; `from_json` reads it back."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        for later, usual in LATER.items():  # so that collections from before these were there keep their digest
            if given[later] == usual:
                del given[later]
        return {name: json.loads(canonical(value)) for name, value in given.items()}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Definition:
        """What `json` wrote."""
        return Definition(**data)

    @cached_property
    def digest(self) -> str:
        """The name of all of this, 32 hexadecimal digits."""
        return hashlib.blake2b(canonical(self.json()).encode(), digest_size=16).hexdigest()

    def difference(self, other: Definition) -> str:
        """What `other`, of here, has otherwise than this one, from there; one line for each field, empty where equal."""
        there, here = dict(_flat(self.json())), dict(_flat(other.json()))
        names = [name for name in {**there, **here} if there.get(name, _NONE) != here.get(name, _NONE)]
        return "\n".join(
            f"  {name}: {_short(there.get(name, _NONE))} there, {_short(here.get(name, _NONE))} here" for name in names
        )


RANGES = (
    ("seed", -(2**63), 2**63 - 1),
    ("classes", 0, 2**16),
    ("attribution", -1, 2**16),
    ("batch", 1, 2**20),
    ("threads", 1, 2**10),
    ("per_shard", 1, 2**30),
    ("examples", 0, 2**10),
)
LATER = {"take": "sampled", "examples": 0}
_NONE = object()


def canonical(data: Any) -> str:
    """The one JSON text of data: sorted, without spaces."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _flat(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Fields by name; those of the model, the layers and the labels one by one."""
    for name, value in data.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", given) for inner, given in value.items())
        elif name == "labels" and value is not None:
            yield from ((f"{name}[{place}]", given) for place, given in enumerate(value))
        else:
            yield name, value


def _short(value: Any) -> str:
    return "nothing" if value is _NONE else repr(value)[:200]


def _model(model: Any) -> dict[str, Any]:
    try:
        plain = json.loads(canonical(dict(model)))
    except (TypeError, ValueError) as problem:
        raise BadArgument(
            f"a collection: model is {model!r}"[:300], f"plain JSON data expected ({problem})", "give numbers and texts"
        ) from problem
    if missing := {"name", "weights"} - set(plain):
        raise BadArgument(
            f"a collection: a model without {sorted(missing)[0]!r}",
            "its name and the digest of its weights expected",
            "write model={'name': ..., 'weights': vision.digest()}",
        )
    return dict(plain)


def _size(size: Any) -> tuple[int, int]:
    if not isinstance(size, Sequence) or len(size) != 2:
        raise BadArgument(f"a collection: size is {size!r}"[:200], "(h, w) expected", "write size=(64, 64)")
    for side in size:
        check_integer("a collection", "size", side, 1)
    return size[0], size[1]


def _names(layers: Any) -> list[str]:
    """In one order, so that the order in which they were asked for is no part of the definition."""
    if not isinstance(layers, Mapping) or not layers or not all(isinstance(name, str) and name for name in layers):
        raise BadArgument(
            f"a collection: layers is {layers!r}"[:200], "names with shapes expected", "write {'block3': (32, 8, 8)}"
        )
    return sorted(layers)


def _shape(name: str, shape: Any) -> tuple[int, int, int]:
    if not isinstance(shape, Sequence) or len(shape) not in (1, 2, 3):
        raise BadArgument(
            f"a collection: the shape of {name!r} is {shape!r}"[:300], "(C, H, W) expected", "write (32, 8, 8)"
        )
    full = (shape[0], *([1] * (3 - len(shape))), *shape[1:])
    for side in full:
        check_integer("a collection", f"the shape of {name!r}", side, 1, 2**16)
    return full[0], full[1], full[2]
