"""Static figures: pictures, boxes, lines and text at places, drawn as PNG or written as SVG.

Units are pixels of a figure at scale 1, from the upper left corner, downwards. `layout` puts scenes beside and below each
other; `raster` and `svg` are the two ways out.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import ShapeMismatch
from ..values import check_choice, check_number

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, eq=False)
class Image:
    """A picture.  pixels: (h, w, 3) or (h, w, 4), bytes."""

    x: float
    y: float
    width: float
    height: float
    pixels: NDArray[np.uint8]

    def __post_init__(self) -> None:
        pixels = self.pixels
        if pixels.ndim != 3 or pixels.shape[2] not in (3, 4) or not pixels.size or pixels.dtype != np.uint8:
            raise ShapeMismatch(
                f"a picture of shape {tuple(pixels.shape)} and type {pixels.dtype}",
                "bytes of shape (height, width, 3) or (height, width, 4) expected",
                "write (255 * picture).round().astype(np.uint8), channels last",
            )


@dataclass(frozen=True, eq=False)
class Box:
    """A rectangle.  fill, stroke: "#rrggbb" or None.  The stroke lies half inside."""

    x: float
    y: float
    width: float
    height: float
    fill: str | None = None
    stroke: str | None = None
    thickness: float = 1.0


@dataclass(frozen=True, eq=False)
class Line:
    """A straight line to (x + dx, y + dy)."""

    x: float
    y: float
    dx: float
    dy: float
    color: str = "#000000"
    thickness: float = 1.0


@dataclass(frozen=True, eq=False)
class Text:
    """One line of text on the baseline y; `anchor` says which part of it stands at x."""

    x: float
    y: float
    text: str
    size: float = 12.0
    bold: bool = False
    anchor: Anchor = "start"
    color: str = "#000000"

    def __post_init__(self) -> None:
        check_choice("Text", "anchor", self.anchor, ("start", "middle", "end"))
        check_number("Text", "size", self.size, 1)


Mark = Image | Box | Line | Text


@dataclass(frozen=True, eq=False)
class Scene:
    """What a static figure shows, on white: the marks, later ones over earlier ones.

    title, about: for those who cannot see it, and for catalogs; no marks.

    >>> one = Scene(60, 20, (Box(0, 0, 20, 20, fill="#0078b4"), Text(24, 14, "blue")), title="A color")
    >>> one.svg()[:4], one.png()[1:4]
    ('<svg', b'PNG')
    """

    width: float
    height: float
    marks: tuple[Mark, ...] = ()
    title: str = ""
    about: str = ""

    def moved(self, dx: float, dy: float) -> tuple[Mark, ...]:
        """The marks, further to the right and downwards."""
        return tuple(dataclasses.replace(mark, **_moved(mark, dx, dy)) for mark in self.marks)

    def svg(self) -> str:
        """The figure as an SVG that needs nothing beside it."""
        from . import svg

        return svg.write(self)

    def png(self, scale: float = 2) -> bytes:
        """The figure as a PNG of `scale` pixels for one unit."""
        from . import raster

        check_number("png", "scale", scale, 0.1, 8)
        return raster.png(self, scale)


def _moved(mark: Mark, dx: float, dy: float) -> dict[str, Any]:
    return {"x": mark.x + dx, "y": mark.y + dy}
