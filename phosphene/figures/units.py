"""Units beside the pictures that they answer most, and least.

Source: Olah, Mordvintsev and Schubert 2017, Feature Visualization.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ..errors import ShapeMismatch
from ..html.units import page
from .base import Bytes, Figure, Floats, Numbers, Picture
from .scene import Scene


@dataclass(frozen=True, eq=False, repr=False)
class UnitsLayer:
    """N units of a layer.

    units: (N,), their numbers.  icons: (N, s, s, 3), painted for each; s is 0 where none was.  negative: the same, painted
    against each.  high: (N, e, h, w, 3), the pictures that it answers most, cut to what it sees, the strongest first.  low:
    (N, f, h, w, 3), those that it answers least.  high_value: (N, e), low_value: (N, f), its answers, NaN where there are
    fewer pictures.  high_name, low_name: what these pictures are called, "" where not known.  Errors: ShapeMismatch.
    """

    name: str
    units: Numbers
    icons: Bytes
    negative: Bytes
    high: Bytes
    high_value: Floats
    low: Bytes
    low_value: Floats
    high_name: tuple[tuple[str, ...], ...]
    low_name: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        count = len(self.units)
        for name, axes in {"icons": 4, "negative": 4, "high": 5, "low": 5}.items():
            array = getattr(self, name)
            if array.dtype != np.uint8 or array.ndim != axes or len(array) != count or array.shape[-1] != 3:
                raise ShapeMismatch(
                    f"UnitsLayer: {name} of shape {array.shape} and type {array.dtype}",
                    f"bytes of {axes} axes, the first of {count} units, the last of 3 colors, expected",
                    "write (255 * pictures).round().astype(np.uint8), channels last",
                )
        for name in ("high", "low"):
            if getattr(self, f"{name}_value").shape != getattr(self, name).shape[:2]:
                raise ShapeMismatch(
                    f"UnitsLayer: {name} {getattr(self, name).shape} and {name}_value {getattr(self, f'{name}_value').shape}",
                    "a value for each picture expected",
                    "give each example its activation",
                )
            names = getattr(self, f"{name}_name")
            if [len(row) for row in names] != [getattr(self, name).shape[1]] * count:
                raise ShapeMismatch(
                    f"UnitsLayer: {name} {getattr(self, name).shape} and names {[len(row) for row in names]}"[:300],
                    "a name for each picture expected",
                    'give "" where none is known',
                )

    def __repr__(self) -> str:
        return f"UnitsLayer({self.name!r}, {len(self.units)} units)"


@dataclass(frozen=True, eq=False, repr=False)
class Units(Figure):
    """Units of some layers, each with its icon and its dataset examples.

    >>> none = np.zeros((1, 0, 8, 8, 3), np.uint8)
    >>> icon, no = np.zeros((1, 8, 8, 3), np.uint8), np.zeros((1, 0), np.float32)
    >>> layer = UnitsLayer("block3", np.array([7]), icon, icon[:, :0, :0], none, no, none, no, ((),), ((),))
    >>> Units("One unit", {}, (layer,)).scene().png()[1:4]
    b'PNG'
    """

    kind: ClassVar[str] = "units"
    caption: ClassVar[str] = (
        "Units and the pictures of a data set that they answer most, the strongest first, each cut to what the unit sees at "
        "the position where it answers so."
    )
    pictures: tuple[Picture, ...] = field(init=False, default=())
    layers: tuple[UnitsLayer, ...]

    def page(self, limit: float = 16) -> str:
        """The figure as one HTML page that needs nothing beside it; TooLarge beyond `limit` megabytes."""
        return page.build(self, limit)

    def scene(self) -> Scene:
        """The static figure."""
        from .scenes import units

        return units.scene(self)
