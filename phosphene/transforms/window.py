"""Windows on the picture, which change its size: crops, `resize`, and `roam`, the view that wanders."""

from __future__ import annotations

import math
from typing import Any

import torch

from ..errors import BadArgument, ShapeMismatch
from ..values import check_integer, check_number
from .base import Draw, Geometric, check_fill, integer, uniform
from .warp import Affine, Fill, Size, about, center, shift


class crop(Geometric):
    """A window of `size` (an integer or (height, width)) at a random place inside the picture.

    >>> crop(160).output_size((224, 224))
    (160, 160)
    """

    size: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", _size("crop", self.size))

    @property
    def deterministic(self) -> bool:
        """Never: where the window may lie depends on the picture."""
        return False

    def output_size(self, size: Size) -> Size:
        """The window; ShapeMismatch where it is larger than the picture."""
        return _inside(self, size)

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """(x, y) of the upper left corner."""
        height, width = _inside(self, size)
        return integer(generator, 0, size[1] - width), integer(generator, 0, size[0] - height)

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
        object.__setattr__(self, "size", _size("center_crop", self.size))

    @property
    def deterministic(self) -> bool:
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
        object.__setattr__(self, "size", _size("resize", self.size))

    @property
    def deterministic(self) -> bool:
        """True."""
        return True

    def output_size(self, size: Size) -> Size:
        """The new size."""
        return _pair(self.size)

    def affine(self, size: Size, draw: Draw) -> Affine:
        """A scaling in x and one in y, edges on edges."""
        height, width = _pair(self.size)
        x, y = size[1] / width, size[0] / height
        return x, 0.0, (x - 1) / 2, 0.0, y, (y - 1) / 2


class roam(Geometric):
    """A view that wanders over the canvas: near and far, slightly turned, anywhere.

    Zoom z log-uniform in low ... high, where at z = 1 the view is as wide as the canvas' shorter side; angle uniform in
    -angle ... angle; the view's center uniform within (drift + what the view leaves of the canvas) x half the canvas.
    The view has `size` pixels. The wider the views a picture must survive, the more recognizable it becomes.

    >>> roam().output_size((224, 224))
    (160, 160)
    """

    size: Any = 160
    low: float = 0.5
    high: float = 2.0
    angle: float = 10.0
    drift: float = 0.07
    fill: Fill | None = "reflect"

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", _size("roam", self.size))
        check_number("roam", "low", self.low, 1e-3)
        check_number("roam", "high", self.high, self.low)
        check_number("roam", "angle", self.angle, 0, 180)
        check_number("roam", "drift", self.drift, 0)
        check_fill("roam", self.fill)

    def output_size(self, size: Size) -> Size:
        """The view's size."""
        return _pair(self.size)

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """(zoom, angle in degrees, x and y of the view's center in -1 ... 1 of its freedom)."""
        zoom = math.exp(uniform(generator, math.log(self.low), math.log(self.high)))
        angle = uniform(generator, -self.angle, self.angle)
        return zoom, angle, uniform(generator, -1, 1), uniform(generator, -1, 1)

    def affine(self, size: Size, draw: Draw) -> Affine:
        """Zoom and turn about the view's center, placed on the canvas."""
        zoom, angle, right, down = draw
        view = _pair(self.size)
        pace = min(size[0] / view[0], size[1] / view[1]) / zoom  # canvas pixels to a pixel of the view
        y, x = (
            (n - 1) / 2 + side * (self.drift + max(0.0, 1 - pace * v / n)) * n / 2
            for n, v, side in zip(size, view, (down, right), strict=True)
        )
        return about((x, y), center(view), pace, angle)


def _size(owner: str, size: Any) -> Any:
    """A size as the shortest literal: an integer for a square."""
    both = tuple(size) if isinstance(size, (tuple, list)) else (size, size)
    if len(both) != 2:
        raise BadArgument(f"{owner}: size is {size!r}", "an integer, or (height, width)", f"write tf.{owner}(224)")
    for side in both:
        check_integer(owner, "size", side, 1)
    return both[0] if both[0] == both[1] else both


def _pair(size: Any) -> Size:
    return size if isinstance(size, tuple) else (size, size)


def _inside(window: crop | center_crop, size: Size) -> Size:
    height, width = _pair(window.size)
    if height > size[0] or width > size[1]:
        raise ShapeMismatch(
            f"{window!r} of a picture of {size}", "a window no larger than the picture", "pad first: tf.pad(12) >> ..."
        )
    return height, width
