"""Influences: which positions and which channels of each layer matter for an objective, and for each other.

Source: Olah et al. 2018, The Building Blocks of Interpretability.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ..html.encode import numbers, sheet
from .base import Bytes, Figure, Floats, Layer, Numbers
from .scene import Scene


@dataclass(frozen=True, eq=False)
class InfluencesLayer(Layer):
    """The influence of one layer on the objective, for P pictures and the N channels that have icons.

    spatial: (P, rows, columns), that of each position.  units: (N,) the channels with icons.  icons: (N, s, s, 3).
    index: (P, k), the channels with the largest influence, for and against, as places in `units`, from the largest to the
    smallest.  value: (P, k).  maps: (P, N, rows, columns), the influence of each of these channels at every position.
    """

    spatial: Floats
    units: Numbers
    icons: Bytes
    index: Numbers
    value: Floats
    maps: Floats

    def data(self) -> dict[str, Any]:
        """The layer as the page takes it."""
        return {
            **super().data(),
            "names": [f"channel {unit}" for unit in self.units],
            "sheet": sheet(self.icons),
            "views": [
                {
                    "spatial": numbers(spatial, "scaled"),
                    "index": numbers(index, "u2"),
                    "value": numbers(value, "f4"),
                    "maps": numbers(maps, "scaled"),
                }
                for spatial, index, value, maps in zip(self.spatial, self.index, self.value, self.maps, strict=True)
            ],
        }


@dataclass(frozen=True, eq=False)
class Link:
    """What each position of the layer `lower` adds to the length of the activation at each position of `upper`.

    The layers are places in the figure's `layers`.  matrix: (P, upper rows, upper columns, lower rows, lower columns).
    """

    lower: int
    upper: int
    matrix: Floats


@dataclass(frozen=True, eq=False)
class Influences(Figure):
    """Influences on an objective.

    toward: the objective.  scores: (P,), its value.  method: how influence is measured.  missing: (L, P), the part of the
    score's change along the path that the influences do not add up to; NaN where the method promises no sum.
    """

    kind: ClassVar[str] = "influences"
    caption: ClassVar[str] = (
        "How much each place and each channel adds to the objective, for it (+) or against it (−), "
        "and how much the places of one layer add to those of the next."
    )
    toward: str
    method: str
    scores: Floats
    missing: Floats
    layers: tuple[InfluencesLayer, ...]
    links: tuple[Link, ...]

    def data(self) -> dict[str, Any]:
        """The figure as the page takes it."""
        return {
            **super().data(),
            "toward": self.toward,
            "method": self.method,
            "scores": self.scores.tolist(),
            "missing": self.missing.tolist(),
            "layers": [layer.data() for layer in self.layers],
            "links": [
                {"lower": link.lower, "upper": link.upper, "views": [numbers(m, "scaled") for m in link.matrix]}
                for link in self.links
            ],
        }

    def scene(self) -> Scene:
        """The static figure."""
        from .scenes import influences

        return influences.scene(self)
