"""What disturbs single values: normal and uniform noise, and cells that drop out.

The draw is a seed, from which `apply` makes the numbers: on the CPU in float32, whatever the picture's device.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..values import check_integer, check_number
from .base import Draw
from .maps import Size
from .photometric import Photometric
from .ranges import Ranged, seed


class _Seeded(Ranged, Photometric, abstract=True):
    """A field of random numbers, of a strength that may be drawn, too."""

    @property
    def deterministic(self) -> bool:
        """At zero strength."""
        return self._always(0)

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """(a seed, the strength)."""
        return seed(generator), self._number(generator)

    def change(self, picture: Tensor, draw: Draw) -> Tensor:
        """The picture with the numbers of this seed."""
        drawn, strength = draw
        generator = torch.Generator().manual_seed(drawn)
        return picture if strength == 0 else self.disturbed(picture, strength, generator)

    def disturbed(self, picture: Tensor, strength: float, generator: torch.Generator) -> Tensor:
        """One picture (1, C, H, W) at a strength other than 0."""
        raise NotImplementedError


class noise(_Seeded):
    """Normal noise of standard deviation `sd` to `high` added to every value.

    A tuple in place of `sd` is a list of equally likely choices, one number alone is that standard deviation always.

    >>> noise(0.1)(torch.zeros(1, 3, 8, 8), [torch.Generator()]).shape
    torch.Size([1, 3, 8, 8])
    """

    sd: Any
    high: float | None = None

    def __post_init__(self) -> None:
        self._check(0)

    def disturbed(self, picture: Tensor, strength: float, generator: torch.Generator) -> Tensor:
        """The sum, without a clamp."""
        return picture + strength * torch.randn(picture.shape[1:], generator=generator).to(picture)


class uniform_noise(_Seeded):
    """Noise from -width to +width added to every value, uniform; the width itself is `width` to `high`.

    >>> bool(uniform_noise(0.1)(torch.zeros(1, 3, 8, 8), [torch.Generator()]).abs().max() < 0.1)
    True
    """

    width: Any
    high: float | None = None

    def __post_init__(self) -> None:
        self._check(0)

    def disturbed(self, picture: Tensor, strength: float, generator: torch.Generator) -> Tensor:
        """The sum, without a clamp."""
        return picture + strength * (2 * torch.rand(picture.shape[1:], generator=generator) - 1).to(picture)


class dropout(_Seeded):
    """Each cell of `cell` x `cell` pixels becomes `fill` with probability `p` to `high`; 1 for single pixels.

    >>> dropout(1, cell=4, fill=0)(torch.ones(1, 1, 2, 2), [torch.Generator()]).sum().item()
    0.0
    """

    p: Any
    high: float | None = None
    cell: int = 1
    fill: float = 0.5

    def __post_init__(self) -> None:
        self._check(0, 1)
        check_integer("dropout", "cell", self.cell, 1)
        check_number("dropout", "fill", self.fill)

    def disturbed(self, picture: Tensor, strength: float, generator: torch.Generator) -> Tensor:
        """The picture with holes."""
        height, width = picture.shape[-2:]
        cells = torch.rand(-(-height // self.cell), -(-width // self.cell), generator=generator) < strength
        holes = cells.repeat_interleave(self.cell, 0).repeat_interleave(self.cell, 1)[:height, :width]
        return picture.masked_fill(holes.to(picture.device), float(self.fill))
