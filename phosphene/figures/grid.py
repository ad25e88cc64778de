"""The activation grid: at each position of a picture, one icon painted for the activation found there.

Source: Olah et al. 2018, The Building Blocks of Interpretability.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..html.encode import numbers, picture_url, sheet
from .base import Bytes, Figure, Floats, Layer
from .scene import Scene


@dataclass(frozen=True, eq=False, repr=False)
class GridLayer(Layer):
    """One layer of a grid, for P pictures.

    vectors: (P, rows, columns, C), the activations.  icons: (P, rows, columns, s, s, 3), one for each; s is 0 where only the
    joint picture was painted.  joint: (P, h, w, 3), one picture for all positions together; h and w are 0 where it was not.
    """

    vectors: Floats
    icons: Bytes
    joint: Bytes

    @property
    def norms(self) -> Floats:
        """The lengths of the activations (P, rows, columns)."""
        lengths: Floats = np.linalg.norm(self.vectors, axis=-1)
        return lengths

    @property
    def sides(self) -> Floats:
        """The side of each icon in its cell, up to 1: the area is proportional to the length of the activation."""
        norms = self.norms
        result: Floats = np.sqrt(norms / max(float(norms.max()), 1e-30)).astype(np.float32)
        return result

    def data(self) -> dict[str, Any]:
        """The layer as the page takes it."""
        size = self.icons.shape[3]
        return {
            **super().data(),
            "views": [
                {
                    "sheet": sheet(icons.reshape(-1, *icons.shape[2:])) if size else None,
                    "side": numbers(side, "f4"),
                    "norm": numbers(norm, "f4"),
                    "joint": picture_url(joint, 85) if joint.size else None,
                }
                for icons, side, norm, joint in zip(self.icons, self.sides, self.norms, self.joint, strict=True)
            ],
        }


@dataclass(frozen=True, eq=False, repr=False)
class Grid(Figure):
    """An activation grid.  whitened: whether what all activations share was taken away first."""

    kind: ClassVar[str] = "grid"
    caption: ClassVar[str] = (
        "At each place of the picture, an icon painted for the activation that the network has there. "
        "The area of an icon is proportional to the length of the activation, its Euclidean norm."
    )
    whitened: bool
    layers: tuple[GridLayer, ...]

    def data(self) -> dict[str, Any]:
        """The figure as the page takes it."""
        layers = [layer.data() for layer in self.layers]
        return {**super().data(), "whitened": self.whitened, "layers": layers}

    def scene(self) -> Scene:
        """The static figure."""
        from .scenes import grid

        return grid.scene(self)
