"""What all figures are: pictures, layers, and the four files that they are saved as."""

from __future__ import annotations

import html
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


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture as the network saw it.  image: (h, w, 3), bytes."""

    name: str
    image: Bytes


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer that a figure shows: `rows` x `columns` positions of `channels` numbers.

    sees: the pixels of the picture, as the network saw it, that one position depends on; 0 where it is all of them.
    """

    name: str
    rows: int
    columns: int
    channels: int
    sees: int

    def data(self) -> dict[str, Any]:
        """The layer as the page takes it; figures add what they show of it."""
        return {
            "name": self.name,
            "rows": self.rows,
            "columns": self.columns,
            "channels": self.channels,
            "sees": self.sees,
        }


@dataclass(frozen=True, eq=False)
class Figure:
    """A figure about pictures.

    title: one line.  made: how it was made, as lines of text by name.  pictures: those that were looked at.
    """

    kind: ClassVar[str]
    caption: ClassVar[str]
    title: str
    made: Mapping[str, str]
    pictures: tuple[Picture, ...]

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
        inside = html.escape(self.page(), quote=True)
        return (
            f'<iframe srcdoc="{inside}" title="{html.escape(self.title, quote=True)}" '
            'style="width:100%;height:44rem;border:0" sandbox="allow-scripts"></iframe>'
        )

    def _repr_png_(self) -> bytes:
        return self.scene().png()
