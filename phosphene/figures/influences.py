"""Influences: which positions and which channels of each layer matter for an objective, and for each other.

Source: Olah et al. 2018, The Building Blocks of Interpretability.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..html.encode import numbers
from .base import Figure, Floats
from .channels import ChannelsLayer
from .scene import Scene


@dataclass(frozen=True, eq=False, repr=False)
class InfluencesLayer(ChannelsLayer):
    """The influence of one layer on the objective.

    index, value: (P, k), the channels with the largest influence, for and against, from the largest to the smallest.
    spatial: (P, rows, columns), the influence of each position.
    """

    spatial: Floats

    def data(self) -> dict[str, Any]:
        """The layer as the page takes it."""
        data = super().data()
        views = [
            {**view, "spatial": numbers(spatial, "scaled"), "total": float(spatial.sum(dtype=np.float64))}
            for view, spatial in zip(data["views"], self.spatial, strict=True)
        ]
        return {**data, "views": views}


@dataclass(frozen=True, eq=False, repr=False)
class Link:
    """What each position of the layer `lower` adds to the length of the activation at each position of `upper`.

    The layers are places in the figure's `layers`.  matrix: (P, upper rows, upper columns, lower rows, lower columns).
    """

    lower: int
    upper: int
    matrix: Floats

    def __repr__(self) -> str:
        above, across, rows, columns = self.matrix.shape[1:]
        return f"Link({self.lower} to {self.upper}, {rows} x {columns} to {above} x {across} positions)"


@dataclass(frozen=True, eq=False, repr=False)
class Influences(Figure):
    """Influences on an objective.

    toward: the objective.  scores: (P,), its value.  method: how influence is measured.  missing: (L, P), the part of the
    score's change along the path that the influences do not add up to; NaN where the method promises no sum.
    """

    kind: ClassVar[str] = "influences"
    caption: ClassVar[str] = (
        "How much each position and each channel adds to the objective (+) or takes from it (−), "
        "and how much the positions of one layer add to those of the next."
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
