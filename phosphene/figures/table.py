"""A table of pictures with names beside the rows and above the columns: layers, weights, facets, units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..errors import ShapeMismatch
from .base import Bytes, Picture
from .scene import Scene
from .static import Static


@dataclass(frozen=True, eq=False, repr=False)
class Table(Static):
    """Pictures in rows and columns.

    about: what one sees, a sentence.  rows, columns: their names, "" where none is needed.  images: (rows, columns, h, w, 3).

    >>> from phosphene.figures import Table
    >>> grey = np.full((2, 3, 8, 8, 3), 128, np.uint8)
    >>> one = Table.of("Greys", grey, rows=("light", "dark"), columns=("a", "b", "c"))
    >>> one.scene().png()[1:4], len(one.rows)
    (b'PNG', 2)
    """

    kind: ClassVar[str] = "table"
    caption: ClassVar[str] = ""
    about: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    images: Bytes

    @classmethod
    def of(
        cls,
        title: str,
        images: Any,
        *,
        rows: Sequence[str] = (),
        columns: Sequence[str] = (),
        about: str = "",
        made: dict[str, str] | None = None,
        pictures: tuple[Picture, ...] = (),
    ) -> Table:
        """A table of pictures (rows, columns, h, w, 3), bytes; names that are left out are empty.

        Errors: ShapeMismatch where names and pictures do not go together.
        """
        pixels = np.asarray(images)
        down, across = tuple(rows) or ("",) * len(pixels), tuple(columns) or ("",) * pixels.shape[1]
        if pixels.ndim != 5 or pixels.shape[:2] != (len(down), len(across)) or pixels.dtype != np.uint8:
            raise ShapeMismatch(
                f"pictures of shape {pixels.shape} and type {pixels.dtype} for {len(down)} rows and {len(across)} columns",
                "bytes (rows, columns, h, w, 3) and a name for each row and column expected",
                "give one list of pictures for each row",
            )
        return cls(title, made or {}, pictures, about, down, across, pixels)

    def scene(self) -> Scene:
        """The static figure."""
        from .scenes import table

        return table.scene(self)
