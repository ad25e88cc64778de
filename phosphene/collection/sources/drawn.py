"""Pictures that the bundled drawer draws when they are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

from ...models.patterns.draw import LABELS, draw
from ...values import check_integer
from .base import Entry, Source, Unreadable, named


@dataclass(frozen=True)
class Drawn(Source):
    """See `drawn`."""

    count: int
    seed: int = 0
    size: int = 64

    def listed(self) -> Iterator[Entry]:
        """Every drawing, none of which is drawn for it."""
        for index in range(self.count):
            yield Entry(self._key(index), str(index), index % len(LABELS))

    def read(self, name: str, key: bytes | None = None, size: tuple[int, int] | None = None) -> Tensor:
        """A drawing by its number."""
        if not name.isdecimal() or int(name) >= self.count or key not in (None, self._key(int(name))):
            raise Unreadable(f"it is not among {self!r}")
        return draw(int(name) % len(LABELS), self.seed, int(name), self.size)

    def _key(self, index: int) -> bytes:
        return named("drawn", self.seed, index, self.size)


def drawn(count: int, seed: int = 0, size: int = 64) -> Drawn:
    """Drawings of the bundled network's classes, in turn; none is kept.  size: their side in pixels.

    The key of a drawing is that of (seed, its number, size): more drawings of one seed begin with the same ones.
    Errors: BadArgument.

    >>> source = drawn(25)
    >>> [entry.label for entry in source.listed()][-3:], source.read("24").shape
    ([22, 0, 1], torch.Size([3, 64, 64]))
    """
    check_integer("drawn", "count", count, 0, 2**40)
    check_integer("drawn", "seed", seed, -(2**63), 2**63 - 1)
    check_integer("drawn", "size", size, 8, 2**14)
    return Drawn(count, seed, size)
