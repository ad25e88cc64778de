"""Affines about the center, each of a strength that is drawn from a range: scale, rotate, shear, and `place`.

Angles are in degrees, positive counterclockwise. The size is kept; what enters the frame is the fill: see `geometry`.
"""

from __future__ import annotations

import math
from typing import Any

import torch

from .base import Draw, Geometric, check_fill
from .maps import Affine, Size, about, center
from .ranges import Ranged, uniform
from .warp import Fill


class scale(Ranged, Geometric):
    """The picture `low` to `high` times as large about its center, in a frame that keeps its size.

    Uniform, or log-uniform with `log`; a tuple in place of `low` is a list of equally likely choices, one number alone
    is that scale always.

    >>> scale(0.9, 1.1), scale((0.9, 1, 1.1)), scale(2, 2)
    (tf.scale(0.9, high=1.1), tf.scale((0.9, 1, 1.1)), tf.scale(2))
    """

    low: Any
    high: float | None = None
    log: bool = False
    fill: Fill | None = None

    def __post_init__(self) -> None:
        self._check(1e-3)
        check_fill("scale", self.fill)

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """The factor."""
        return self._number(generator, self.log)

    def affine(self, size: Size, draw: Draw) -> Affine:
        """A scaling about the center."""
        return about(center(size), center(size), 1 / draw, 0.0)


class rotate(Ranged, Geometric):
    """A turn about the center by `low` to `high` degrees, counterclockwise; the size is kept.

    A tuple in place of `low` is a list of equally likely choices, one number alone is that angle always.

    >>> rotate(-10, 10).output_size((8, 8)), rotate(90).deterministic
    ((8, 8), True)
    """

    low: Any
    high: float | None = None
    fill: Fill | None = None

    def __post_init__(self) -> None:
        self._check(-math.inf)
        check_fill("rotate", self.fill)

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """The angle in degrees."""
        return self._number(generator)

    def affine(self, size: Size, draw: Draw) -> Affine:
        """A rotation about the center."""
        return about(center(size), center(size), 1.0, draw)


class shear(Ranged, Geometric):
    """Rows slide over one another: uprights lean right by `low` to `high` degrees, the middle row stays.

    A tuple in place of `low` is a list of equally likely choices, one number alone is that angle always.

    >>> [round(number, 3) for number in shear(45).affine((3, 3), 45.0)]
    [1.0, 1.0, -1.0, 0.0, 1.0, 0.0]
    """

    low: Any
    high: float | None = None
    fill: Fill | None = None

    def __post_init__(self) -> None:
        self._check(-80, 80)
        check_fill("shear", self.fill)

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """The angle in degrees."""
        return self._number(generator)

    def affine(self, size: Size, draw: Draw) -> Affine:
        """A shear about the center."""
        slope = math.tan(math.radians(draw))
        return 1.0, slope, -slope * (size[0] - 1) / 2, 0.0, 1.0, 0.0


class place(Ranged, Geometric):
    """The picture `low` to `high` times as large, anywhere in bounds: of picture and frame the smaller lies in the larger.

    The factor is drawn as that of `scale`, the place uniformly.

    >>> place(0.5).affine((8, 8), (0.5, -1.0, -1.0))
    (2.0, -0.0, 0.5, 0.0, 2.0, 0.5)
    """

    low: Any
    high: float | None = None
    fill: Fill | None = None

    def __post_init__(self) -> None:
        self._check(1e-3)
        check_fill("place", self.fill)

    @property
    def deterministic(self) -> bool:
        """At the size of the frame, where there is one place."""
        return self._always(1)

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """(factor, x and y in -1 ... 1 of the freedom that it leaves)."""
        return self._number(generator), uniform(generator, -1, 1), uniform(generator, -1, 1)

    def affine(self, size: Size, draw: Draw) -> Affine:
        """A scaling about the center, then a shift."""
        factor, right, down = draw
        x, y = center(size)
        slack = abs(factor - 1) / 2
        return about((x, y), (x + right * slack * size[1], y + down * slack * size[0]), 1 / factor, 0.0)
