"""Geometry that bends: the picture as a sheet seen from the side, or as one that is pulled about.

It fuses into the same one warp as the affines do.
"""

from __future__ import annotations

import torch

from ..values import check_number
from .base import Draw, Geometric, check_fill
from .maps import IDENTITY, Bend, Field, Size, View, quadrilateral
from .ranges import seed, uniform
from .warp import Fill


class perspective(Geometric):
    """A view from the side: each corner of the frame lies off the picture's corner, at random.

    The offset is up to `strength`, below 0.5, of half the width in x and of half the height in y; the size is kept.

    >>> perspective(0.3)(torch.rand(1, 3, 8, 8), [torch.Generator()]).shape
    torch.Size([1, 3, 8, 8])
    """

    strength: float
    fill: Fill | None = None

    def __post_init__(self) -> None:
        check_number("perspective", "strength", self.strength, 0, 0.49)  # from 0.5 on corners may fold
        check_fill("perspective", self.fill)

    @property
    def deterministic(self) -> bool:
        """At zero strength."""
        return self.strength == 0

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """x and y of the four offsets, clockwise from the upper left, as fractions of half the picture."""
        reach = float(self.strength)
        return tuple(uniform(generator, -reach, reach) for _ in range(8))

    def view(self, size: Size, draw: Draw) -> View:
        """A homography."""
        if not any(draw):
            return IDENTITY
        (height, width), left_to_right, top_down = size, (0, 1, 1, 0), (0, 0, 1, 1)
        across, down = draw[0::2], draw[1::2]
        corners = tuple(
            ((left_to_right[i] + across[i] / 2) * width - 0.5, (top_down[i] + down[i] / 2) * height - 0.5)
            for i in range(4)
        )
        return Bend((quadrilateral(corners, size),))


class elastic(Geometric):
    """A smooth random displacement: normal noise of standard deviation `amplitude` pixels, smooth to `sigma` pixels.

    Source: Simard, Steinkraus and Platt 2003, with normal in place of uniform noise and the amplitude that of the result.

    >>> elastic(2, 4)(torch.rand(1, 3, 8, 8), [torch.Generator()]).shape
    torch.Size([1, 3, 8, 8])
    """

    amplitude: float
    sigma: float
    fill: Fill | None = None

    def __post_init__(self) -> None:
        check_number("elastic", "amplitude", self.amplitude, 0)
        check_number("elastic", "sigma", self.sigma, 0)
        check_fill("elastic", self.fill)

    @property
    def deterministic(self) -> bool:
        """At zero strength."""
        return self.amplitude == 0

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """A seed."""
        return seed(generator)

    def view(self, size: Size, draw: Draw) -> View:
        """A displacement."""
        if self.amplitude == 0:
            return IDENTITY
        return Bend((Field(size, float(self.amplitude), float(self.sigma), draw),))
