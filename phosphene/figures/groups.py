"""Neuron groups: a few directions whose sums make up a layer's activations, each with its icon, color and map.

Source: Olah et al. 2018, The Building Blocks of Interpretability.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..html.encode import numbers, sheet
from .base import Bytes, Figure, Floats, Layer
from .colors import distinct
from .scene import Scene


@dataclass(frozen=True, eq=False, repr=False)
class GroupsLayer(Layer):
    """The g groups of one layer, for P pictures; the group with the largest total first.

    maps: (P, g, rows, columns), how much of each group is at each position.  directions: (g, C), each with the sum 1.
    icons: (g, s, s, 3).  explained: the share of the squared activation that the groups explain.
    attribution: (P, g), what each group adds to `toward`, by gradient times activation; of shape (P, 0) without one.
    """

    maps: Floats
    directions: Floats
    icons: Bytes
    explained: float
    attribution: Floats

    @property
    def count(self) -> int:
        """The number of groups."""
        return len(self.directions)

    @property
    def most(self) -> float:
        """The largest strength of any group in any picture."""
        return max(float(self.maps.max(initial=0)), 1e-30)

    @property
    def shares(self) -> Floats:
        """The part of each group in all that the groups add up to, over all pictures (g,)."""
        totals = self.maps.sum((0, 2, 3), dtype=np.float64)
        shares: Floats = (totals / max(float(totals.sum()), 1e-30)).astype(np.float32)
        return shares

    def strongest(self, group: int, count: int = 5) -> list[tuple[int, float]]:
        """The channels with the largest part of a group: (channel, share of the group)."""
        order = (-self.directions[group]).argsort(kind="stable")[:count]
        return [(int(channel), float(self.directions[group, channel])) for channel in order]

    def data(self) -> dict[str, Any]:
        """The layer as the page takes it."""
        return {
            **super().data(),
            "most": self.most,
            "sheet": sheet(self.icons),
            "explained": self.explained,
            "groups": [
                {
                    "color": distinct(self.count)[group],
                    "share": float(self.shares[group]),
                    "channels": self.strongest(group),
                }
                for group in range(self.count)
            ],
            "views": [
                {"maps": numbers(maps, "scaled"), "attribution": attribution.tolist()}
                for maps, attribution in zip(self.maps, self.attribution, strict=True)
            ],
        }


@dataclass(frozen=True, eq=False, repr=False)
class Groups(Figure):
    """Neuron groups.  toward: the objective that groups are attributed to; empty where none was given."""

    kind: ClassVar[str] = "groups"
    caption: ClassVar[str] = (
        "Groups of channels that answer together, found by non-negative matrix factorization of the activations. "
        "A color shows where a group is; its icon is painted for the group's direction."
    )
    toward: str
    layers: tuple[GroupsLayer, ...]

    def data(self) -> dict[str, Any]:
        """The figure as the page takes it."""
        return {**super().data(), "toward": self.toward, "layers": [layer.data() for layer in self.layers]}

    def scene(self) -> Scene:
        """The static figure."""
        from .scenes import groups

        return groups.scene(self)
