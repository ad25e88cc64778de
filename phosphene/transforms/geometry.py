"""Shifts and mirrors: transforms that move pixels without stretching them.

In a stack, neighbors that move pixels fuse into one bilinear warp. The fill says what lies beyond the picture's border: a
number, "reflect", "edge" or "wrap". One fill serves a whole warp, so a word may leave it open (None): see `fusion`.
"""

from __future__ import annotations

import torch

from ..errors import BadArgument
from ..values import check_integer, check_number
from .base import Draw, Geometric, check_fill
from .maps import IDENTITY, Affine, Size, shift
from .ranges import integer, uniform
from .warp import Fill


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

    With fill="wrap" what leaves on one side enters on the other: DeepDream's jitter (Mordvintsev et al. 2015), torch.roll.

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


class translate(Geometric):
    """A shift by up to `fraction` of the width in x and of the height in y, uniform and not of whole pixels.

    >>> translate(0.5).affine((8, 8), (0.25, -0.5))
    (1.0, 0.0, -2.0, 0.0, 1.0, 4.0)
    """

    fraction: float
    fill: Fill | None = None

    def __post_init__(self) -> None:
        check_number("translate", "fraction", self.fraction, 0)
        check_fill("translate", self.fill)

    @property
    def deterministic(self) -> bool:
        """At zero strength."""
        return self.fraction == 0

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """(x, y) as fractions: how far the picture moves right and down."""
        reach = float(self.fraction)
        return uniform(generator, -reach, reach), uniform(generator, -reach, reach)

    def affine(self, size: Size, draw: Draw) -> Affine:
        """A shift."""
        right, down = draw
        return shift(-right * size[1], -down * size[0])


class flip(Geometric):
    """The mirror image, left for right, with probability `p`; up for down with axis="vertical".

    >>> flip(1)(torch.arange(3.0).reshape(1, 1, 1, 3), [torch.Generator()])
    tensor([[[[2., 1., 0.]]]])
    """

    p: float = 0.5
    axis: str = "horizontal"

    def __post_init__(self) -> None:
        check_number("flip", "p", self.p, 0, 1)
        if self.axis not in ("horizontal", "vertical"):
            raise BadArgument(
                f"flip: axis is {self.axis!r}", "'horizontal' or 'vertical' expected", "write axis='vertical'"
            )

    @property
    def deterministic(self) -> bool:
        """Where it happens always or never."""
        return self.p in (0, 1)

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """Whether it happens."""
        return uniform(generator) < self.p

    def affine(self, size: Size, draw: Draw) -> Affine:
        """A mirror."""
        if not draw:
            return IDENTITY
        if self.axis == "vertical":
            return 1.0, 0.0, 0.0, 0.0, -1.0, size[0] - 1.0
        return -1.0, 0.0, size[1] - 1.0, 0.0, 1.0, 0.0
