"""Transforms that move pixels; in a stack, neighbors fuse into one bilinear warp.

The fill says what lies beyond the picture's border: a number, "reflect" or "edge". One fill serves a whole warp, so a
word may leave it open (None): see `stack`. Sizes are in pixels, angles in degrees, positive counterclockwise.
"""

from __future__ import annotations

import math
from typing import Any

import torch

from ..errors import BadArgument
from ..values import check_integer, check_number
from .base import Draw, Geometric, check_fill, integer, uniform
from .warp import Affine, Fill, Size, about, center, shift


class pad(Geometric):
    """`pixels` more on every side.

    >>> pad(1)(torch.zeros(1, 1, 1, 1), [torch.Generator()])[0, 0, 0]
    tensor([0.5000, 0.5000, 0.5000])
    """

    pixels: int
    fill: Fill = 0.5

    def __post_init__(self) -> None:
        check_integer("pad", "pixels", self.pixels, 0)
        check_fill("pad", self.fill)

    @property
    def deterministic(self) -> bool:
        """True."""
        return True

    def output_size(self, size: Size) -> Size:
        """Twice `pixels` larger."""
        return size[0] + 2 * self.pixels, size[1] + 2 * self.pixels

    def affine(self, size: Size, draw: Draw) -> Affine:
        """A shift."""
        return shift(-self.pixels, -self.pixels)


class jitter(Geometric):
    """A shift by -pixels ... +pixels in x and in y, whole numbers all alike; the size is kept.

    >>> jitter(8).sample((224, 224), torch.Generator().manual_seed(7))
    (1, -3)
    """

    pixels: int
    fill: Fill | None = None

    def __post_init__(self) -> None:
        check_integer("jitter", "pixels", self.pixels, 0)
        check_fill("jitter", self.fill)

    @property
    def deterministic(self) -> bool:
        """At zero strength."""
        return self.pixels == 0

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """(x, y) in pixels."""
        return integer(generator, -self.pixels, self.pixels), integer(generator, -self.pixels, self.pixels)

    def affine(self, size: Size, draw: Draw) -> Affine:
        """A whole shift."""
        return shift(*draw)


class _Ranged(Geometric, abstract=True):
    """A number drawn from low ... high, or from a tuple of choices; subclasses declare the fields."""

    low: Any
    high: float | None

    def _check(self, least: float) -> None:
        name = type(self).__name__
        if isinstance(self.low, (list, tuple)):
            object.__setattr__(self, "low", tuple(self.low))
            if self.high is not None or not self.low:
                raise BadArgument(
                    f"{self!r}", "a tuple of choices alone, or low and high", f"write tf.{name}(low, high)"
                )
            for number in self.low:
                check_number(name, "a choice", number, least)
            return
        check_number(name, "low", self.low, least)
        if self.high is None:
            return
        check_number(name, "high", self.high, least)
        if self.low > self.high:
            raise BadArgument(f"{self!r}", "the lower bound first", f"write tf.{name}({self.high}, {self.low})")
        if self.low == self.high:
            object.__setattr__(self, "high", None)

    @property
    def deterministic(self) -> bool:
        """Where there is one number to draw."""
        return len(set(self.low)) == 1 if isinstance(self.low, tuple) else self.high is None

    def _number(self, generator: torch.Generator, log: bool = False) -> float:
        if isinstance(self.low, tuple):
            return float(self.low[integer(generator, 0, len(self.low) - 1)])
        low, high = float(self.low), float(self.low if self.high is None else self.high)
        return math.exp(uniform(generator, math.log(low), math.log(high))) if log else uniform(generator, low, high)


class scale(_Ranged):
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


class rotate(_Ranged):
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
