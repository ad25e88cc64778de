"""Explanations of scores: maps of several methods, at several layers, of several objectives, over the same pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..errors import TooLarge
from ..html.encode import numbers
from ..html.frame import MEGABYTE
from .base import MOST, Figure, Floats, Layer
from .scene import Scene

QUANTILE = 0.99
"""Of the sizes of a map's values: from there on all places have the full color, so that a few do not hide the others."""
BYTES = 16 / 3
"""Of a number on a page: four, in base64."""


@dataclass(frozen=True, eq=False, repr=False)
class ExplanationLayer(Layer):
    """What one method says at one layer: P pictures, O objectives.

    method: its place in the figure's `methods`.  signs: whether values below 0 mean something and have colors.  maps: (P, O,
    rows, columns), summed over channels; after a post-processing they have the size of the picture.  ends: (P, O), the size
    of a value from which on it has its full color.  totals: (P, O), what all values add up to.  missing: (P, O), the part of
    the score's change that they do not add up to; NaN where the method promises no sum.
    """

    method: int
    signs: bool
    maps: Floats
    ends: Floats
    totals: Floats
    missing: Floats

    def data(self) -> dict[str, Any]:
        """The layer as the page takes it."""
        return {
            **super().data(),
            "method": self.method,
            "signs": self.signs,
            "maps": [[numbers(one, "f4") for one in of_picture] for of_picture in self.maps],
            "ends": self.ends.tolist(),
            "totals": self.totals.tolist(),
            "missing": self.missing.tolist(),
        }


@dataclass(frozen=True, eq=False, repr=False)
class Explanation(Figure):
    """Maps of what speaks for objectives.

    objectives: their names.  methods: as text.  scores: (P, O).  post: the post-processing of the maps, "raw" for none.
    layers: one record for each method and each layer that it was asked at.
    """

    kind: ClassVar[str] = "explanation"
    caption: ClassVar[str] = (
        "Where a score comes from: maps over the picture, as squares of the layer's positions. Orange speaks for it, blue "
        "against; maps without negative values go from black over red to light yellow."
    )
    objectives: tuple[str, ...]
    methods: tuple[str, ...]
    scores: Floats
    post: str
    layers: tuple[ExplanationLayer, ...]

    def __repr__(self) -> str:
        maps = [f"{self.named(one)} at {one.name!r}, {one.rows} x {one.columns} positions" for one in self.layers]
        told = [*map(repr, self.pictures), *maps]
        more = [f"and {len(told) - MOST} more"] if len(told) > MOST else []
        return "\n  ".join([f"Explanation({self.title!r})", *told[:MOST], *more])

    def named(self, layer: ExplanationLayer) -> str:
        """The method of a record, without what all methods' texts have.

        >>> one = Explanation("t", {}, (), (), ("attribution.grad_cam()",), np.zeros((0, 0)), "raw", ())
        >>> one.named(ExplanationLayer("block4", 1, 1, 1, 0, 0, True, *[np.zeros((0, 0, 1, 1))] * 4))
        'grad_cam'
        """
        return self.methods[layer.method].removeprefix("attribution.").removesuffix("()")

    def data(self) -> dict[str, Any]:
        """The figure as the page takes it."""
        from ..maps import colors  # which is made of figures

        return {
            **super().data(),
            "objectives": list(self.objectives),
            "scores": self.scores.tolist(),
            "post": self.post,
            "even": numbers(colors.even(), "whole"),
            "diverging": numbers(colors.diverging(), "whole"),
            "layers": [{**layer.data(), "by": self.named(layer)} for layer in self.layers],
        }

    def scene(self) -> Scene:
        """The static figure."""
        from .scenes import explanation

        return explanation.scene(self)


def ends(maps: Floats, post: str = "raw") -> Floats:
    """The sizes of values that have their full color on raw maps (P, O, rows, columns), (P, O); of others the largest.

    >>> ends(np.arange(1000.0).reshape(1, 1, 10, 100)), ends(np.arange(100.0).reshape(1, 1, 10, 10))
    (array([[990.]], dtype=float32), array([[99.]], dtype=float32))
    """
    sizes = np.abs(maps).reshape(*maps.shape[:2], -1)
    most = sizes.max(2).astype(np.float32)
    found = np.quantile(sizes, QUANTILE, axis=2, method="higher").astype(np.float32)
    return most if post != "raw" else np.where(found > 0, found, most)


def check_room(places: int, limit: float) -> None:
    """Refuse maps of so many places altogether, whose page would be beyond so many megabytes, before they are made."""
    size = places * BYTES / MEGABYTE
    if size > limit:
        raise TooLarge(
            f"a page with maps of {size:.3g} MB",
            f"{limit:g} MB at most expected",
            f"ask for fewer methods, layers, classes or pictures, a smaller size, or write limit={math.ceil(size) + 1}",
        )
