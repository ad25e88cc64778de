"""What all figures are: pictures, layers, and the four files that they are saved as."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..errors import BadArgument
from ..html import page
from ..html.encode import picture_url
from ..serialize import writable, write_whole
from . import archive
from .scene import Scene

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]

FRAME = 'style="width:100%;height:44rem;border:0" sandbox="allow-scripts"'
FITTED = """<script>
addEventListener("message", ({ source, data }) => {
  if (!(data?.phosphene > 0)) return;
  for (const frame of document.querySelectorAll("iframe")) {
    if (frame.contentWindow === source) frame.style.height = `${Math.min(data.phosphene, 1200)}px`;
  }
});
</script>"""
"""A page in a notebook tells its height; beyond 1200 px it scrolls by itself."""
NUDGE = 1e-4
MOST = 8
"""Pictures and layers that the `repr` of a figure names."""


def writable_figure(path: str | Path) -> Path:
    """The path of a figure that can be written; BadArgument for another kind of file or a folder that is not there."""
    path = writable(path)
    if path.suffix.lower() not in (".html", ".png", ".svg", ".npz"):
        raise BadArgument(
            f"save({str(path)!r})",
            "a page (.html), a figure (.png, .svg) or the data (.npz) expected",
            f"write {path.with_suffix('.html').name!r}",
        )
    return path


@dataclass(frozen=True, eq=False, repr=False)
class Picture:
    """A picture as the network saw it.  image: (h, w, 3), bytes."""

    name: str
    image: Bytes

    def __repr__(self) -> str:
        return f"Picture({self.name!r}, {self.image.shape[0]} x {self.image.shape[1]} px)"


@dataclass(frozen=True, eq=False, repr=False)
class Layer:
    """A layer that a figure shows: `rows` x `columns` positions of `channels` numbers.

    sees: the pixels of the picture, as the network saw it, that one position depends on; 0 where it is all of them.
    """

    name: str
    rows: int
    columns: int
    channels: int
    sees: int

    def __repr__(self) -> str:
        size = f"{self.rows} x {self.columns} positions, {self.channels} channels"
        return f"{type(self).__name__}({self.name!r}, {size})"

    def cell(self, y: float, x: float) -> tuple[int, int]:
        """The row and column at a place, given as fractions of the picture's height and width; pages have the same rule.

        A place on a border, such as the middle of a cell in a layer with twice as many rows, belongs to the cell below and
        to the right of it; `NUDGE` cells before the border count as on it, as fractions are rounded.
        """
        row, column = (math.floor(float(part) * count + NUDGE) for part, count in ((y, self.rows), (x, self.columns)))
        return min(max(row, 0), self.rows - 1), min(max(column, 0), self.columns - 1)

    def data(self) -> dict[str, Any]:
        """The layer as the page takes it; figures add what they show of it."""
        return {
            "name": self.name,
            "rows": self.rows,
            "columns": self.columns,
            "channels": self.channels,
            "sees": self.sees,
        }


@dataclass(frozen=True, eq=False, repr=False)
class Figure:
    """A figure about pictures.

    title: one line.  made: how it was made, as lines of text by name.  pictures: those that were looked at.
    """

    kind: ClassVar[str]
    caption: ClassVar[str]
    title: str
    made: Mapping[str, str]
    pictures: tuple[Picture, ...]

    def __repr__(self) -> str:
        parts = [*self.pictures, *getattr(self, "layers", ())]
        more = [f"and {len(parts) - MOST} more"] if len(parts) > MOST else []
        return "\n  ".join([f"{type(self).__name__}({self.title!r})", *map(repr, parts[:MOST]), *more])

    def save(self, path: str | Path, limit: float = 16) -> Path:
        """Write the figure: .html (one page), .png or .svg (the static figure), .npz (the arrays).

        limit: the megabytes that a page may have. Errors: BadArgument for another kind of file or a folder that is not
        there; TooLarge for a page beyond the limit.
        """
        path = writable_figure(path)
        makers: dict[str, Callable[[], bytes]] = {
            ".html": lambda: self.page(limit).encode(),
            ".png": lambda: self.scene().png(),
            ".svg": lambda: self.scene().svg().encode(),
            ".npz": lambda: archive.pack(self),
        }
        write_whole(path, makers[path.suffix.lower()]())
        return path

    def page(self, limit: float = 16) -> str:
        """The figure as one HTML page that needs nothing beside it; TooLarge beyond `limit` megabytes."""
        return page.build(self.data(), limit)

    def scene(self) -> Scene:
        """The static figure."""
        raise NotImplementedError

    def data(self) -> dict[str, Any]:
        """The figure as the page takes it; figures add their layers."""
        return {
            "kind": self.kind,
            "title": self.title,
            "caption": self.caption,
            "made": list(self.made.items()),
            "pictures": [
                {
                    "name": picture.name,
                    "source": picture_url(picture.image, 85),
                    "height": picture.image.shape[0],
                    "width": picture.image.shape[1],
                }
                for picture in self.pictures
            ],
        }

    def _repr_html_(self) -> str:
        inside, title = html.escape(self.page(), quote=True), html.escape(self.title, quote=True)
        return f'<iframe srcdoc="{inside}" title="{title}" {FRAME}></iframe>{FITTED}'

    def _repr_png_(self) -> bytes:
        return self.scene().png()
