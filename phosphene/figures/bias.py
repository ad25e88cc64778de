"""Shape or texture: what networks decide where the two contradict each other (Geirhos et al. 2019)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..errors import ShapeMismatch
from .base import Bytes, Floats, Numbers
from .scene import Scene
from .static import Static


@dataclass(frozen=True, eq=False, repr=False)
class Bias(Static):
    """Decisions of N networks about stimuli whose shape is of one group and whose texture is of another.

    networks: their names.  groups: those that are a shape of some stimulus, G of them.  shape, texture, other: (N, G), how
    many stimuli of a shape were taken for their shape, for their texture, and for neither.  images: (E, h, w, 3), stimuli;
    names: shape, texture, and what the first network took each for.  note: what cannot be said, "" where all can.
    """

    kind: ClassVar[str] = "bias"
    caption: ClassVar[str] = (
        "Pictures: their shape, their texture, and what they were taken for. Squares: of the pictures with one shape, the part "
        "that was taken for the shape and not for the texture; decisions for neither do not count. Tall marks: all shapes "
        "together, the shape bias."
    )
    networks: tuple[str, ...]
    groups: tuple[str, ...]
    shape: Numbers
    texture: Numbers
    other: Numbers
    images: Bytes
    names: tuple[str, ...]
    note: str = ""

    def __post_init__(self) -> None:
        wanted = len(self.networks), len(self.groups)
        if not all(wanted) or {self.shape.shape, self.texture.shape, self.other.shape} != {wanted}:
            raise ShapeMismatch(
                f"Bias: decisions {self.shape.shape}, {self.texture.shape} and {self.other.shape}",
                f"(networks, groups), {wanted}, each at least one, expected",
                "count the decisions of each network for each group",
            )

    @property
    def value(self) -> float:
        """The shape bias of the first network: shape / (shape + texture); NaN without such decisions."""
        return float(self.values[0])

    @property
    def values(self) -> Floats:
        """The shape bias of each network (N,)."""
        return fraction(self.shape.sum(1), self.texture.sum(1))

    @property
    def fractions(self) -> Floats:
        """The same for each group (N, G)."""
        return fraction(self.shape, self.texture)

    def scene(self) -> Scene:
        """The static figure."""
        from .scenes import bias

        return bias.scene(self)

    def __repr__(self) -> str:
        said = ", ".join(
            f"{name} {'nan' if math.isnan(value) else format(value, '.2f')}"
            for name, value in zip(self.networks, self.values.tolist(), strict=True)
        )
        return f"Bias(shape bias {said}{'; ' + self.note if self.note else ''})"


def fraction(shape: Numbers, texture: Numbers) -> Floats:
    """shape / (shape + texture), entry by entry; NaN where both are 0.

    >>> fraction(np.array([3, 0]), np.array([1, 0])).tolist()
    [0.75, nan]
    """
    both = shape + texture
    result: Floats = np.where(both > 0, shape / np.maximum(both, 1), np.nan)
    return result
