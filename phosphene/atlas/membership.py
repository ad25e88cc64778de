"""Membership: the cells of one layer's layout, filled with what another layer says of the same pictures.

One position is drawn for each picture of a collection, relative to its size, so its rows at all layers are of the same
place. `cells(rows_of_one_layer, layout_of_another)` averages the one in the cells of the other: no second layout, and
nothing to align. `members` leaves the pictures that the layout does not have out, which `cells` would refuse.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..collection.rows import Rows
from ..errors import BadArgument
from .census import Source, check_source
from .layout import Layout


def members(rows: Source, layout: Layout) -> Source:
    """The rows of the pictures that a layout has, as a function that gives them at every call.

    rows: those of any layer of the layout's collection. With a layout of one class, it is this class at another layer; with
    one of `compared` or `aligned`, what `cells` takes.
    Errors: BadArgument for rows that are no function, and where no row is of the layout.

    Source: the focus of Carter et al. 2019, Activation Atlas, by membership.

    >>> from phosphene.collection import Rows
    >>> key, zeros = np.arange(24, dtype=np.uint16).view(np.uint8).reshape(3, 16), np.zeros((3, 2), int)
    >>> some = Rows(np.arange(3), key, zeros, np.ones((3, 8)), zeros, zeros, np.full(3, -1), np.zeros(3))
    >>> two = Layout(np.array([0, 2]), np.zeros((2, 2)), {}, {})
    >>> [part.image.tolist() for part in members(lambda: [some], two)()]
    [[0, 2]]
    """
    check_source(rows)

    def some() -> Iterator[Rows]:
        found = 0
        for part in rows():
            here = np.isin(part.image, layout.image)
            if here.any():
                found += 1
                yield part.take(here)
        if not found:
            raise BadArgument(
                f"rows of none of the layout's {len(layout.image)} pictures",
                "rows of the collection that was laid out expected",
                "write members(lambda: collection.rows(layer), layout)",
            )

    return some
