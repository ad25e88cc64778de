"""The activation atlas: a map of what a layer answers with, one icon for the mean of the answers in each cell.

Source: Carter et al. 2019, Activation Atlas.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ..errors import BadArgument, ShapeMismatch, TooLarge
from ..html.atlas import folder, page
from .base import Bytes, Figure, Floats, Numbers, Picture
from .scene import Scene


@dataclass(frozen=True, eq=False, repr=False)
class Level:
    """One grid over a layer's layout: `side` x `side` cells, of which m have enough samples.

    cell: (m,), row * side + column, ascending.  count: (m,), samples, from 1.  icons: (m, s, s, 3).  top: (m, k), the classes
    with the largest mean attribution, largest first, -1 where fewer; value: (m, k), these attributions.  coherence: (m,), in
    [0, 1], 1 where all activations of the cell are parallel.  share: (m,), in [0, 1], the part of the cell's samples whose
    own first class is the cell's.  nearest: (m, e), places in the atlas's `examples`, -1 where fewer.
    Errors: ShapeMismatch for arrays that do not fit; BadArgument for cells out of order or outside.
    """

    side: int
    cell: Numbers
    count: Numbers
    icons: Bytes
    top: Numbers
    value: Floats
    coherence: Floats
    share: Floats
    nearest: Numbers

    def __repr__(self) -> str:
        return f"{len(self.cell)} cells of {self.side} x {self.side} with {int(self.count.sum()):,} samples"

    def __post_init__(self) -> None:
        cells = len(self.cell)
        for name, sizes in {
            "cell": 1,
            "count": 1,
            "icons": 4,
            "top": 2,
            "value": 2,
            "coherence": 1,
            "share": 1,
            "nearest": 2,
        }.items():
            shape = getattr(self, name).shape
            if len(shape) != sizes or shape[0] != cells:
                raise ShapeMismatch(
                    f"Level: {name} of shape {shape}",
                    f"{sizes} axes, the first of {cells} cells, expected",
                    "give one for each cell",
                )
        if self.icons.dtype != np.uint8 or self.icons.shape[1:] != (self.icons.shape[1], self.icons.shape[1], 3):
            raise ShapeMismatch(
                f"Level: icons of shape {self.icons.shape} and type {self.icons.dtype}",
                "bytes of shape (cells, side, side, 3) expected",
                "write (255 * icons).round().astype(np.uint8)",
            )
        if self.top.shape != self.value.shape:
            raise ShapeMismatch(
                f"Level: top {self.top.shape} and value {self.value.shape}",
                "equal shapes expected",
                "give each class its value",
            )
        if cells and (self.cell[0] < 0 or self.cell[-1] >= self.side**2 or (np.diff(self.cell) <= 0).any()):
            raise BadArgument(
                "Level: cells out of order, twice, or outside of the grid",
                f"row * {self.side} + column, ascending, expected",
                "sort by cell",
            )


@dataclass(frozen=True, eq=False, repr=False)
class AtlasLayer:
    """One layer of an atlas.

    channels: the numbers of one activation.  samples: those in the layout; outliers: those left out of it.
    levels: from coarse to fine.
    """

    name: str
    channels: int
    samples: int
    outliers: int
    levels: tuple[Level, ...]

    def __repr__(self) -> str:
        return f"AtlasLayer({self.name!r}, {self.samples:,} samples: {', '.join(map(repr, self.levels))})"


@dataclass(frozen=True, eq=False, repr=False)
class Atlas(Figure):
    """An activation atlas of one or more layers.

    labels: the names of the classes.  examples: (n, t, t, 3), thumbnails of pictures, and their `names`.
    Errors: BadArgument where a level names a class or an example that is not there, or the levels do not become finer.

    >>> level = Level(2, np.array([3]), np.array([9]), np.zeros((1, 8, 8, 3), np.uint8), np.array([[0]]),
    ...     np.ones((1, 1)), np.ones(1), np.ones(1), np.array([[-1]]))
    >>> layer = AtlasLayer("block3", channels=96, samples=9, outliers=0, levels=(level,))
    >>> Atlas("What block3 sees", {}, ("spiral",), np.zeros((0, 8, 8, 3), np.uint8), (), (layer,)).layers[0].name
    'block3'
    """

    kind: ClassVar[str] = "atlas"
    caption: ClassVar[str] = (
        "Activations of many pictures, laid out so that similar ones are near each other. Each icon is painted for the mean "
        "of the activations in its cell."
    )
    pictures: tuple[Picture, ...] = field(init=False, default=())
    labels: tuple[str, ...]
    examples: Bytes
    names: tuple[str, ...]
    layers: tuple[AtlasLayer, ...]

    def __post_init__(self) -> None:
        if self.examples.ndim != 4 or len(self.examples) != len(self.names):
            raise ShapeMismatch(
                f"Atlas: examples of shape {self.examples.shape} and {len(self.names)} names",
                "thumbnails (n, side, side, 3) and n names expected",
                "give each example its name",
            )
        for layer in self.layers:
            sides = [level.side for level in layer.levels]
            if sorted(set(sides)) != sides:
                raise BadArgument(
                    f"Atlas: {layer.name!r} with levels {sides}", "from coarse to fine expected", "sort by side"
                )
            for level in layer.levels:
                _check_places("top", level.top, len(self.labels), "labels")
                _check_places("nearest", level.nearest, len(self.names), "examples")

    def save(self, path: str | Path, limit: float = 16) -> Path:
        """Write the atlas: a folder with `index.html` for a path without a suffix or with "/" at its end, else as all figures.

        limit: the megabytes that one page may have; a folder has no limit and loads what is looked at alone. A folder is
        written over an older atlas, but not where it holds anything else; its `index.html` comes last, so that a crash leaves
        none that is not whole. Errors: BadArgument for a folder with other things in it; TooLarge; others as `Figure.save`.
        """
        if isinstance(path, (str, Path)) and (str(path).endswith(("/", os.sep)) or not Path(path).suffix):
            return folder.write(self, Path(path))
        return super().save(path, limit)

    def page(self, limit: float = 16) -> str:
        """The atlas as one HTML page that needs nothing beside it; TooLarge beyond `limit` megabytes."""
        return page.build(self, limit)

    def scene(self) -> Scene:
        """The static figure."""
        from .scenes import atlas

        return atlas.scene(self)

    def _repr_html_(self) -> str:
        try:
            return super()._repr_html_()
        except TooLarge:  # a notebook that shows the static figure is better than one that shows an error
            data = base64.b64encode(self._repr_png_()).decode()
            return f'<img alt="Activation atlas" style="max-width:100%" src="data:image/png;base64,{data}">'


def _check_places(name: str, places: Any, count: int, what: str) -> None:
    if places.size and (places.min() < -1 or places.max() >= count):
        raise BadArgument(
            f"Atlas: {name} with {int(places.min())} to {int(places.max())}",
            f"-1 or a place in {count} {what} expected",
            f"give all {what}",
        )
