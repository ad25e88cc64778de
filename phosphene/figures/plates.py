"""Arrays as pictures: filters, templates, spectra, patterns of overlap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..errors import ShapeMismatch
from . import colors
from .base import Bytes, Floats
from .scene import Scene
from .static import Static

LEAST = 96
"""Pixels of a plate at least: small arrays are enlarged by repetition, so that each number is a square."""


@dataclass(frozen=True, eq=False, repr=False)
class Plates(Static):
    """N arrays and the pictures of them, in rows.

    about: what one sees.  names: of each.  values: (N, h, w, c), the numbers themselves.  images: (N, H, W, 3), the same as
    pictures.  across: how many stand in a row.  Errors: ShapeMismatch.

    >>> one = Plates("Two", {}, (), "Ramps.", ("a", "b"), np.zeros((2, 4, 4, 1)), np.zeros((2, 8, 8, 3), np.uint8), 2)
    >>> one.scene().png()[1:4], len(one.names)
    (b'PNG', 2)
    """

    kind: ClassVar[str] = "plates"
    caption: ClassVar[str] = ""
    about: str
    names: tuple[str, ...]
    values: Floats
    images: Bytes
    across: int

    def __post_init__(self) -> None:
        count = len(self.names)
        if self.values.ndim != 4 or self.images.ndim != 4 or {len(self.values), len(self.images)} != {count}:
            raise ShapeMismatch(
                f"Plates: values {self.values.shape} and images {self.images.shape} for {count} names",
                "(N, h, w, c) and (N, H, W, 3) for N names expected",
                "give each array its name",
            )
        if not count or self.images.dtype != np.uint8 or self.images.shape[3] != 3 or self.across < 1:
            raise ShapeMismatch(
                f"Plates: images of shape {self.images.shape} and type {self.images.dtype}, {self.across} across",
                "one picture at least, bytes (N, H, W, 3), and one in a row at least, expected",
                "write (255 * images).round().astype(np.uint8)",
            )

    def scene(self) -> Scene:
        """The static figure."""
        from .scenes import plates

        return plates.scene(self)


def plates(
    title: str, about: str, named: Mapping[str, Any], images: Sequence[Any], made: dict[str, str], across: int
) -> Plates:
    """Plates of arrays (h, w) or (h, w, c) by name and of their pictures (h, w, 3) in [0, 1]."""
    values = np.stack([np.asarray(one, np.float32).reshape(*np.shape(one)[:2], -1) for one in named.values()])
    pixels = np.stack([_enlarged(one) for one in images])
    return Plates(title, made, (), about, tuple(named), values, pixels, across)


def stretched(values: Any, low: float | None = None, high: float | None = None) -> Any:
    """Numbers from low to high, or their own smallest and largest, as 0 to 1; all alike are 0.5.

    >>> stretched(np.array([1, 2, 5])).tolist(), stretched(np.ones(2)).tolist()
    ([0.0, 0.25, 1.0], [0.5, 0.5])
    """
    numbers = np.asarray(values, np.float64)
    low, high = (numbers.min() if low is None else low), (numbers.max() if high is None else high)
    return np.clip((numbers - low) / (high - low), 0, 1) if high > low else np.full_like(numbers, 0.5)


def grey(values: Any) -> Any:
    """Numbers (h, w) in [0, 1] as a grey picture (h, w, 3), 1 is white."""
    return np.repeat(np.asarray(values, np.float64)[..., None], 3, -1)


def signed(values: Any) -> Any:
    """Numbers (h, w) of either sign as orange (positive) and blue (negative), the largest at the end of the scale."""
    numbers = np.asarray(values, np.float64)
    return colors.signed(numbers / max(float(np.abs(numbers).max()), 1e-30))


def _enlarged(picture: Any) -> Bytes:
    pixels = (255 * np.clip(picture, 0, 1)).round().astype(np.uint8)
    times = -(-LEAST // max(pixels.shape[:2]))
    result: Bytes = pixels.repeat(times, 0).repeat(times, 1)
    return result
