"""Classes: the pictures of a collection in which a layer speaks for a class, as rows for `layout` and `cells`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..collection.rows import FINE, Rows
from ..errors import BadArgument
from ..values import check_choice, check_integer
from .census import Doubles, Mask, Places, Source, check_source, words

WAYS = ("winner", "top", "either")
LARGEST = 2**16 - 1


def of_class(rows: Source, label: int, by: str = "either", most: int = 3000) -> Source:
    """The rows of one class, as a function that gives them at every call, each picture at most once.

    label: the number of a class, `vision.label_index(name)`.  by: "winner", the pictures whose largest attribution is to
    the class; "top", the `most` pictures with the largest positive attribution to it, of equal ones the smallest keys;
    "either", those of both. Attributions that were not kept count as 0, and broken pictures belong to no class. The rows
    are read once at once, and once more at every call.
    Errors: BadArgument for rows without attribution, and where no picture is of the class.

    Source: Carter et al. 2019, Activation Atlas (class atlases).

    >>> from phosphene.collection import Rows
    >>> key = np.arange(24, dtype=np.uint16).view(np.uint8).reshape(3, 16)
    >>> top, value = np.array([[4, 7], [7, 4], [4, 7]]), np.array([[3.0, 2], [5, 1], [2, -1]])
    >>> some = Rows(np.arange(3), key, np.zeros((3, 2), int), np.ones((3, 8)), top, value, np.full(3, -1), np.zeros(3))
    >>> [part.image.tolist() for part in of_class(lambda: [some], 7, by="top")()]
    [[0, 1]]
    """
    return of_classes(rows, (label,), by, most)


def of_classes(rows: Source, labels: tuple[int, ...], by: str = "either", most: int = 3000) -> Source:
    """The rows of several classes, as `of_class` gives those of one; no picture twice."""
    for label in labels:
        check_integer("of_class", "label", label, 0, LARGEST)
    check_choice("of_class", "by", by, WAYS)
    check_integer("of_class", "most", most, 1)
    check_source(rows)
    chosen = _look(rows, labels, by, most)

    def some() -> Iterator[Rows]:
        for part in rows():
            here = np.logical_or.reduce([one.among(part) for one in chosen])
            if here.any():
                yield part.take(here)

    return some


def attribution_to(rows: Rows, label: int) -> Doubles:
    """The attributions of rows to a class: (n,); 0 where it is not among those that were kept."""
    sums: Doubles = np.where(rows.top == label, rows.value, 0).sum(1, dtype=np.float64)
    return sums


@dataclass(eq=False)
class _Choice:
    """The pictures of one class: how many have it first, and those with the largest attributions, their keys as numbers."""

    label: int
    by: str
    most: int
    winners: int
    value: Doubles
    image: Places
    name: NDArray[np.uint64]

    def look(self, rows: Rows) -> None:
        """Count winners, and keep the largest of those that were kept and of new ones."""
        self.winners += int(self._won(rows).sum())
        if self.by == "winner":
            return
        value = attribution_to(rows, self.label)
        here = (rows.state == FINE) & (value > 0)
        value, image = np.concatenate([self.value, value[here]]), np.concatenate([self.image, rows.image[here]])
        name = np.concatenate([self.name, words(rows.key[here])])
        best = np.lexsort((name[:, 1], name[:, 0], -value))[: self.most]
        self.value, self.image, self.name = value[best], image[best], name[best]

    def among(self, rows: Rows) -> Mask:
        """Which rows are of the class: (n,)."""
        top = np.isin(rows.image, self.image)
        return {"winner": self._won(rows), "top": top, "either": top | self._won(rows)}[self.by]

    def _won(self, rows: Rows) -> Mask:
        return np.asarray((rows.state == FINE) & (rows.top[:, 0] == self.label))

    def nobody(self) -> bool:
        return not len(self.image) and (self.by == "top" or not self.winners)


def _look(rows: Source, labels: tuple[int, ...], by: str, most: int) -> list[_Choice]:
    """One look at all rows."""
    none = np.zeros(0, np.int64)
    chosen = [_Choice(label, by, most, 0, np.zeros(0), none, np.zeros((0, 2), np.uint64)) for label in labels]
    count = 0
    for part in rows():
        if not part.top.shape[1]:
            raise BadArgument(
                "rows without attribution", "the classes of each picture expected", "write collect(..., attribution=16)"
            )
        count += len(part)
        for one in chosen:
            one.look(part)
    for one in chosen:
        if one.nobody():
            what = "a positive attribution to" if by == "top" else "the largest attribution to"
            raise BadArgument(
                f"none of {count} pictures has {what} class {one.label}",
                "a class that some pictures speak for expected",
                "collect more pictures, or choose another class or layer",
            )
    return chosen
