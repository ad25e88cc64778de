"""Pictures of a torch `Dataset`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Sized
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from ...errors import BadArgument
from .base import Entry, Source, Unreadable, as_integer, checked, named, reason


@dataclass(frozen=True)
class Items(Source):
    """See `dataset`."""

    data: Any = field(repr=False)
    name: str
    labels: Sequence[Any] | None = field(default=None, repr=False)

    def listed(self) -> Iterator[Entry]:
        """Every item, none of which is looked at."""
        for index in range(len(self.data)):
            label = -1 if self.labels is None else as_integer(self.labels[index])
            yield Entry(self._key(index), str(index), label)

    def read(self, name: str, key: bytes | None = None, size: tuple[int, int] | None = None) -> Tensor:
        """An item by its number."""
        if not name.isdecimal() or int(name) >= len(self.data) or key not in (None, self._key(int(name))):
            raise Unreadable(f"it is not in the data set {self.name!r}")
        try:
            item = self.data[int(name)]
        except MemoryError:
            raise
        except Exception as problem:  # the code of the data set: anything may go wrong in it
            raise Unreadable(reason(problem)) from None
        return checked(item[0] if isinstance(item, (tuple, list)) and item else item)

    def _key(self, index: int) -> bytes:
        return named("dataset", self.name, index)


def dataset(data: Any, name: str, labels: Sequence[Any] | None = None) -> Items:
    """Items of a map-style torch `Dataset`: (picture, ...) or a picture; what follows the picture is not looked at.

    A picture is a tensor or array (3, h, w) in [0, 1] or of bytes, or a PIL image: before any normalization, which belongs
    to the network, and the same each time it is asked for, so without random changes.
    name: of the data set; the key of an item is that of (name, its number), so give another name to another data set, or to
    another version of it.  labels: the class of each item; by default `data.targets`, where it is there.
    Errors: BadArgument.

    >>> import torch
    >>> source = dataset([(torch.zeros(3, 4, 5), 1)], "zeros", labels=[1])
    >>> [(entry.name, entry.label) for entry in source.listed()], source.read("0").shape
    ([('0', 1)], torch.Size([3, 4, 5]))
    """
    if not _indexed(data):
        raise BadArgument(
            f"dataset({type(data).__name__}, ...)",
            "a map-style data set expected: len(data) and data[number]",
            "of an iterable one write its items to tar files, and give sources.tars(...)",
        )
    if not isinstance(name, str) or not name:
        raise BadArgument(f"dataset(..., name={name!r})"[:300], "a name expected", 'write name="cifar10-train"')
    known = getattr(data, "targets", None) if labels is None else labels
    if known is not None and not _indexed(known):
        raise BadArgument(
            f"dataset(..., labels={known!r})"[:300],
            "a sequence with the class of each item expected",
            "write labels=[1, 0, 2], with a number for each item, or labels=None",
        )
    if known is not None and len(known) != len(data):
        raise BadArgument(
            f"dataset: {len(known)} labels", f"one for each of {len(data)} items expected", "check labels"
        )
    return Items(data, name, known)


def _indexed(data: object) -> bool:
    """Whether it has a length and items by number."""
    return isinstance(data, Sized) and hasattr(data, "__getitem__")
