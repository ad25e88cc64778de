"""A map of pictures: each stands near those that a layer answers alike; and how far their classes stand apart.

Source: the maps of Karpathy 2014, t-SNE visualization of CNN codes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ..errors import ShapeMismatch
from ..html.plane import page
from .base import Bytes, Figure, Floats, Numbers, Picture
from .scene import Scene


@dataclass(frozen=True, eq=False, repr=False)
class Map(Figure):
    """n pictures at places, of K classes.

    place: (n, 2), x to the right and y downwards in [0, 1], NaN for pictures without a place.  label: (n,), the class of each
    by its place in `classes`, -1 where not known.  names: of the pictures.  shown: (m,), which of them have a thumbnail, those
    first that are seen first, and thumbnails: (m, t, t, 3).  silhouette, accuracy: (K,), how far each class stands apart; empty
    where that was not measured.  about: both over all pictures, in a line.  nearest: (n, e), the neighbours of each by their
    vectors, the nearest first, and distance: (n, e).  Errors: ShapeMismatch.

    >>> none, thumbnail = np.zeros(0, np.float32), np.zeros((1, 8, 8, 3), np.uint8)
    >>> place, label = np.array([[0, 0], [1, 1.0]], np.float32), np.array([0, -1])
    >>> near, far = np.array([[1], [0]]), np.ones((2, 1), np.float32)
    >>> made = Map("Two", {}, place, label, ("a", "b"), ("dog",), np.array([0]), thumbnail, none, none, "", near, far)
    >>> made.scene().png()[1:4]
    b'PNG'
    """

    kind: ClassVar[str] = "map"
    caption: ClassVar[str] = (
        "Pictures stand near each other where a layer answers them alike; the axes have no meaning."
    )
    pictures: tuple[Picture, ...] = field(init=False, default=())
    place: Floats
    label: Numbers
    names: tuple[str, ...]
    classes: tuple[str, ...]
    shown: Numbers
    thumbnails: Bytes
    silhouette: Floats
    accuracy: Floats
    about: str
    nearest: Numbers
    distance: Floats

    def __post_init__(self) -> None:
        count = len(self.names)
        fits = self.place.shape == (count, 2) and self.label.shape == (count,)
        fits = fits and self.label.max(initial=-1) < len(self.classes) and self.label.min(initial=0) >= -1
        if not fits:
            raise ShapeMismatch(
                f"Map: place {self.place.shape} and label {self.label.shape} of {count} pictures, {len(self.classes)} classes",
                "(n, 2), and (n,) with places in the classes, expected",
                "give each picture both",
            )
        if not np.isfinite(self.place).all(1).any():
            raise ShapeMismatch(f"Map: {count} pictures without a place", "one place at least expected", "lay them out")
        side = self.thumbnails.shape[1] if self.thumbnails.ndim == 4 else 0
        inside = self.shown.min(initial=0) >= 0 and self.shown.max(initial=-1) < count
        if self.thumbnails.shape != (len(self.shown), side, side, 3) or self.thumbnails.dtype != np.uint8 or not inside:
            raise ShapeMismatch(
                f"Map: thumbnails {self.thumbnails.shape} of type {self.thumbnails.dtype} for {len(self.shown)} pictures",
                "bytes (m, side, side, 3), and m of the pictures, expected",
                "give each thumbnail its picture",
            )
        if {self.silhouette.shape, self.accuracy.shape} - {(0,), (len(self.classes),)}:
            raise ShapeMismatch(
                f"Map: silhouette {self.silhouette.shape} and accuracy {self.accuracy.shape}",
                f"one for each of {len(self.classes)} classes, or none, expected",
                "measure all classes",
            )
        low, high = self.nearest.min(initial=0), self.nearest.max(initial=-1)
        if self.nearest.ndim != 2 or len(self.nearest) != count or self.distance.shape != self.nearest.shape:
            raise ShapeMismatch(
                f"Map: nearest {self.nearest.shape} and distance {self.distance.shape} of {count} pictures",
                "(n, e) of both expected",
                "give each picture its neighbours",
            )
        if low < 0 or high >= count:
            raise ShapeMismatch(
                f"Map: neighbours from {low} to {high}", f"places of {count} pictures expected", "give all pictures"
            )

    def page(self, limit: float = 16) -> str:
        """The figure as one HTML page that needs nothing beside it; TooLarge beyond `limit` megabytes."""
        return page.build(self, limit)

    def scene(self) -> Scene:
        """The static figure."""
        from .scenes import map as scenes

        return scenes.scene(self)
