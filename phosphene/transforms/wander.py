"""Views that wander over the canvas, near and far: `roam` and `crops`."""

from __future__ import annotations

import math
from typing import Any

import torch

from ..errors import BadArgument
from ..values import check_number
from .base import Draw, Geometric, check_fill
from .maps import Affine, Size, about, center
from .ranges import normal, uniform
from .warp import Fill
from .window import checked_size, pair


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
        object.__setattr__(self, "size", checked_size("roam", self.size))
        check_number("roam", "low", self.low, 1e-3)
        check_number("roam", "high", self.high, self.low)
        check_number("roam", "angle", self.angle, 0, 180)
        check_number("roam", "drift", self.drift, 0)
        check_fill("roam", self.fill)

    def output_size(self, size: Size) -> Size:
        """The view's size."""
        return pair(self.size)

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """(zoom, angle in degrees, x and y of the view's center in -1 ... 1 of its freedom)."""
        zoom = math.exp(uniform(generator, math.log(self.low), math.log(self.high)))
        angle = uniform(generator, -self.angle, self.angle)
        return zoom, angle, uniform(generator, -1, 1), uniform(generator, -1, 1)

    def affine(self, size: Size, draw: Draw) -> Affine:
        """Zoom and turn about the view's center, placed on the canvas."""
        zoom, angle, right, down = draw
        view = pair(self.size)
        pace = min(size[0] / view[0], size[1] / view[1]) / zoom  # canvas pixels to a pixel of the view
        y, x = (
            (n - 1) / 2 + side * (self.drift + max(0.0, 1 - pace * v / n)) * n / 2
            for n, v, side in zip(size, view, (down, right), strict=True)
        )
        return about((x, y), center(view), pace, angle)


class crops(Geometric):
    """Pieces of the canvas, seen at `size`: sides of `low` to `high` of the canvas, uniform.

    A side of 1 is a view as wide as the canvas' shorter side. With normal=(mean, sd) the side is normal and clipped to
    low ... high. Places are uniform inside the canvas; with `spread` the center is normal in x and y, about the canvas'
    center with a standard deviation of `spread` of its side: what then lies outside is `fill`, unless `inside`.

    >>> crops(160, 0.25, 0.3, spread=0.15).output_size((512, 512))
    (160, 160)

    Source: MaCo's crops (Fel et al. 2023, arXiv:2306.06805); their programs draw the center as N(0.5, 0.15).
    """

    size: Any
    low: float
    high: float
    normal: Any = None
    spread: float | None = None
    inside: bool = False
    fill: Fill | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", checked_size("crops", self.size))
        check_number("crops", "low", self.low, 1e-3)
        check_number("crops", "high", self.high, self.low)
        check_fill("crops", self.fill)
        if self.spread is not None:
            check_number("crops", "spread", self.spread, 0)
        if self.normal is not None:
            object.__setattr__(self, "normal", _mean_and_sd(self.normal))

    def output_size(self, size: Size) -> Size:
        """The view's size."""
        return pair(self.size)

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """(side, x and y of the center as fractions of the canvas)."""
        if self.normal is None:
            side = uniform(generator, self.low, self.high)
        else:
            side = min(max(normal(generator, *self.normal), self.low), self.high)
        edges = [v * self._pace(size, side) / n / 2 for v, n in zip(pair(self.size), size, strict=True)]
        if self.spread is None:
            y, x = (uniform(generator, min(edge, 0.5), max(1 - edge, 0.5)) for edge in edges)
            return side, x, y
        y, x = (normal(generator, 0.5, self.spread) for _ in edges)
        if self.inside:
            y, x = (
                min(max(place, min(edge, 0.5)), max(1 - edge, 0.5)) for place, edge in zip((y, x), edges, strict=True)
            )
        return side, x, y

    def affine(self, size: Size, draw: Draw) -> Affine:
        """A scaling about the view's center, placed on the canvas."""
        side, x, y = draw
        return about((x * size[1] - 0.5, y * size[0] - 0.5), center(pair(self.size)), self._pace(size, side), 0.0)

    def _pace(self, size: Size, side: float) -> float:
        view = pair(self.size)
        return side * min(size[0] / view[0], size[1] / view[1])


def _mean_and_sd(given: Any) -> tuple[float, float]:
    both = tuple(given) if isinstance(given, (tuple, list)) else ()
    if len(both) != 2:
        raise BadArgument(f"crops: normal is {given!r}", "(mean, sd) expected", "write normal=(0.25, 0.1)")
    check_number("crops", "the mean", both[0])
    check_number("crops", "the sd", both[1], 0)
    return both
