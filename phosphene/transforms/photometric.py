"""What transforms of values have in common, and `blur`.

They change values and leave pixels where they are; each ends a warp and lets a new one begin. None of them clamps. Each
picture is computed by itself: vectorized functions round the last pixels of a batch in another way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from ..errors import ShapeMismatch
from ..filters import gaussian
from .base import Draw, Transform, check_draws
from .maps import Size
from .ranges import Ranged


class Photometric(Transform, abstract=True):
    """A transform that changes values: a subclass says how it changes one picture."""

    def change(self, picture: Tensor, draw: Draw) -> Tensor:
        """One picture (1, C, H, W) with this draw; the picture itself where nothing changes."""
        raise NotImplementedError

    def apply(self, x: Tensor, draws: Sequence[Draw]) -> Tensor:
        """Each picture with its draw."""
        check_draws(self, x, draws)
        rows = torch.split(x, 1) if draws else ()
        changed = [self.change(row, draw) for row, draw in zip(rows, draws, strict=True)]
        if all(new is old for new, old in zip(changed, rows, strict=True)):
            return x
        return torch.cat(changed)


class Toned(Ranged, Photometric, abstract=True):
    """One of a drawn strength of `least` or more; `neutral` is the strength at which nothing changes."""

    neutral: ClassVar[float | None] = None
    least: ClassVar[float] = 0

    def __post_init__(self) -> None:
        self._check(self.least)

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """The strength."""
        return self._number(generator)

    def change(self, picture: Tensor, draw: Draw) -> Tensor:
        """The picture at this strength."""
        return picture if draw == self.neutral else self.at(picture, draw)

    def at(self, picture: Tensor, strength: float) -> Tensor:
        """One picture (1, C, H, W) at a strength other than `neutral`."""
        raise NotImplementedError


class blur(Toned):
    """A Gaussian blur of `sigma` to `high` pixels, cut at four sigmas; at the border the picture is reflected.

    A tuple in place of `sigma` is a list of equally likely choices, one number alone is that sigma always.

    >>> blur(1, 2)(torch.rand(1, 3, 8, 8), [torch.Generator()]).shape
    torch.Size([1, 3, 8, 8])
    """

    neutral = 0.0
    sigma: Any
    high: float | None = None

    def at(self, picture: Tensor, strength: float) -> Tensor:
        """The blurred picture."""
        return gaussian(picture, strength)


def check_colors(owner: Transform, picture: Tensor) -> None:
    """Refuse pictures that have not three channels."""
    if picture.shape[1] != 3:
        raise ShapeMismatch(
            f"{owner!r} got {picture.shape[1]} channels", "3 channels: red, green, blue", "apply it to color pictures"
        )
