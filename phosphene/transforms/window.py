"""Windows on the picture, which change its size: `crop`, `center_crop`, `resize`."""

from __future__ import annotations

from typing import Any

import torch

from ..errors import BadArgument, ShapeMismatch
from ..values import check_integer, check_number
from .base import Draw, Geometric
from .maps import Affine, Size, shift
from .ranges import integer, normal


class crop(Geometric):
    """A window of `size` (an integer or (height, width)) at a random place inside the picture.

    All places are as likely; with `spread` the corner is normal about the middle of its freedom, with a standard deviation
    of `spread` times that freedom, clipped to it and cut to a whole number (Øygard's deepdraw has 0.3).

    >>> crop(160).output_size((224, 224))
    (160, 160)
    """

    size: Any
    spread: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", checked_size("crop", self.size))
        if self.spread is not None:
            check_number("crop", "spread", self.spread, 0)

    @property
    def deterministic(self) -> bool:
        """Never: where the window may lie depends on the picture."""
        return False

    @property
    def windowed(self) -> bool:
        """True."""
        return True

    def output_size(self, size: Size) -> Size:
        """The window; ShapeMismatch where it is larger than the picture."""
        return _inside(self, size)

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """(x, y) of the upper left corner."""
        height, width = _inside(self, size)
        free = size[1] - width, size[0] - height
        if self.spread is None:
            return integer(generator, 0, free[0]), integer(generator, 0, free[1])
        places = (normal(generator, n / 2, float(self.spread) * n) for n in free)
        return tuple(int(min(max(place, 0), n)) for place, n in zip(places, free, strict=True))

    def affine(self, size: Size, draw: Draw) -> Affine:
        """A whole shift."""
        return shift(*draw)


class center_crop(Geometric):
    """The window of `size` (an integer or (height, width)) in the middle of the picture.

    >>> center_crop(2)(torch.arange(16.0).reshape(1, 1, 4, 4), [torch.Generator()])[0, 0].tolist()
    [[5.0, 6.0], [9.0, 10.0]]
    """

    size: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", checked_size("center_crop", self.size))

    @property
    def deterministic(self) -> bool:
        """True."""
        return True

    @property
    def windowed(self) -> bool:
        """True."""
        return True

    def output_size(self, size: Size) -> Size:
        """The window; ShapeMismatch where it is larger than the picture."""
        return _inside(self, size)

    def affine(self, size: Size, draw: Draw) -> Affine:
        """A whole shift."""
        height, width = _inside(self, size)
        return shift((size[1] - width) // 2, (size[0] - height) // 2)


class resize(Geometric):
    """The whole picture at another `size`, an integer or (height, width); bilinear, averaged first where it shrinks.

    >>> resize(2)(torch.arange(16.0).reshape(1, 1, 4, 4), [torch.Generator()])[0, 0].tolist()
    [[2.5, 4.5], [10.5, 12.5]]
    """

    size: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", checked_size("resize", self.size))

    @property
    def deterministic(self) -> bool:
        """True."""
        return True

    def output_size(self, size: Size) -> Size:
        """The new size."""
        return pair(self.size)

    def affine(self, size: Size, draw: Draw) -> Affine:
        """A scaling in x and one in y, edges on edges."""
        height, width = pair(self.size)
        x, y = size[1] / width, size[0] / height
        return x, 0.0, (x - 1) / 2, 0.0, y, (y - 1) / 2


def checked_size(owner: str, size: Any) -> Any:
    """A size as the shortest literal: an integer for a square."""
    both = tuple(size) if isinstance(size, (tuple, list)) else (size, size)
    if len(both) != 2:
        raise BadArgument(f"{owner}: size is {size!r}", "an integer, or (height, width)", f"write tf.{owner}(224)")
    for side in both:
        check_integer(owner, "size", side, 1)
    return both[0] if both[0] == both[1] else both


def pair(size: Any) -> Size:
    """(height, width)."""
    return size if isinstance(size, tuple) else (size, size)


def _inside(window: crop | center_crop, size: Size) -> Size:
    height, width = pair(window.size)
    if height > size[0] or width > size[1]:
        raise ShapeMismatch(
            f"{window!r} of a picture of {size}", "a window no larger than the picture", "pad first: tf.pad(12) >> ..."
        )
    return height, width
