"""Coordinate maps from output pixels to input pixels, and their composition: what a run of geometric words amounts to.

An affine `(a, b, c, d, e, f)` is x' = a x + b y + c, y' = d x + e y + f, with pixel centers at integers and y pointing
down. A homography has nine numbers, a 3 x 3 matrix by rows; a field adds a smooth displacement. Affines after affines are
one affine, in plain arithmetic; anything else is a `Bend`, a chain that is evaluated on one grid and sampled once.
"""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor

Affine: TypeAlias = tuple[float, float, float, float, float, float]
Homography: TypeAlias = tuple[float, float, float, float, float, float, float, float, float]
Size: TypeAlias = tuple[int, int]

IDENTITY: Affine = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
_HORIZON = 1e-2  # the least denominator of a homography: what lies at its horizon and beyond is far outside
_FAR = 1e6  # pixels: no coordinate is farther out


class Field(NamedTuple):
    """A displacement that adds to coordinates of a picture of `size`: Gaussian noise smoothed to `sigma` pixels.

    Its standard deviation is `amplitude` pixels in x and in y; opposite borders fit together.
    """

    size: Size
    amplitude: float
    sigma: float
    seed: int

    def displacement(self) -> Tensor:
        """(1, 2, H, W) in float64: x, then y."""
        noise = torch.randn(1, 2, *self.size, generator=torch.Generator().manual_seed(self.seed), dtype=torch.float64)
        rows, columns = (torch.fft.fftfreq(n, dtype=torch.float64).square() for n in self.size)
        gain = (-2 * (math.pi * self.sigma) ** 2 * (rows[:, None] + columns)).exp()
        smooth = torch.fft.ifft2(torch.fft.fft2(noise) * gain).real
        displacement: Tensor = self.amplitude * smooth / gain.square().mean().sqrt()
        return displacement


Map: TypeAlias = Affine | Homography | Field


class Bend(NamedTuple):
    """A chain of maps; the last is applied to output pixels first."""

    maps: tuple[Map, ...]


View: TypeAlias = Affine | Bend


def after(first: Affine, then: Affine) -> Affine:
    """The affine of transform `first`, followed by transform `then`: output of `then` to input of `first`.

    >>> after((1, 0, 5, 0, 1, 0), (2, 0, 0, 0, 2, 0))
    (2, 0, 5, 0, 2, 0)
    """
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * s, a * q + b * t, a * r + b * u + c, d * p + e * s, d * q + e * t, d * r + e * u + f


def chained(first: View, then: View) -> View:
    """`after`, for any two views."""
    if not isinstance(first, Bend) and not isinstance(then, Bend):
        return after(first, then)
    maps = [*_maps(first)]
    for one in _maps(then):
        maps[-1:] = _joined(maps[-1], one)
    return Bend(tuple(maps))


def shift(right: float, down: float) -> Affine:
    """The view's origin lies `right` and `down` on the canvas."""
    a, b, _, d, e, _ = IDENTITY
    return a, b, right, d, e, down


def center(size: Size) -> tuple[float, float]:
    """The middle of a picture, as (x, y)."""
    return (size[1] - 1) / 2, (size[0] - 1) / 2


def about(canvas: tuple[float, float], view: tuple[float, float], pace: float, degrees: float) -> Affine:
    """The view's point `view` lies on the canvas' point `canvas`; the picture appears turned counterclockwise."""
    turn = math.radians(degrees)
    # y points down: to show the picture counterclockwise, the view itself turns clockwise.
    a, b = pace * math.cos(turn), -pace * math.sin(turn)
    return a, b, canvas[0] - a * view[0] - b * view[1], -b, a, canvas[1] + b * view[0] - a * view[1]


def quadrilateral(corners: tuple[tuple[float, float], ...], size: Size) -> Homography:
    """The view whose corners, clockwise from the upper left, lie on these points (x, y): Heckbert 1989."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    dx1, dx2, dx3 = x1 - x2, x3 - x2, x0 - x1 + x2 - x3
    dy1, dy2, dy3 = y1 - y2, y3 - y2, y0 - y1 + y2 - y3
    whole = dx1 * dy2 - dx2 * dy1
    g, h = (dx3 * dy2 - dx2 * dy3) / whole, (dx1 * dy3 - dx3 * dy1) / whole
    square = (x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1.0)
    width, height = size[1], size[0]  # corners are corners of pixels, half a pixel beyond their centers
    return _matrix_after(square, (1 / width, 0.0, 0.5 / width, 0.0, 1 / height, 0.5 / height, 0.0, 0.0, 1.0))


def located(view: View, x: Tensor, y: Tensor, fields: bool = True) -> tuple[Tensor, Tensor]:
    """Where output pixels (x, y) lie on the input; without `fields` as though nothing were displaced."""
    for one in reversed(_maps(view)):
        if isinstance(one, Field):
            x, y = _displaced(one, x, y) if fields else (x, y)
            continue
        a, b, c, d, e, f, *rest = one
        over = (rest[0] * x + rest[1] * y + rest[2]).clamp(min=_HORIZON) if rest else 1.0
        x, y = (a * x + b * y + c) / over, (d * x + e * y + f) / over
    return x.clamp(-_FAR, _FAR), y.clamp(-_FAR, _FAR)


def shrinkage(view: View, size: Size) -> float:
    """How many input pixels an output pixel spans in each direction, in the middle of a view of `size`."""
    if not isinstance(view, Bend):
        a, b, _, d, e, _ = view
        return math.sqrt(abs(a * e - b * d))
    across, down = center(size)
    corners = torch.tensor([[-0.5, 0.5, 0.5, -0.5], [-0.5, -0.5, 0.5, 0.5]], dtype=torch.float64)
    x, y = located(view, across + corners[0], down + corners[1], fields=False)
    x, y = x - x[0], y - y[0]
    return math.sqrt(abs((x * y.roll(-1) - y * x.roll(-1)).sum().item()) / 2)


def _maps(view: View) -> tuple[Map, ...]:
    return view.maps if isinstance(view, Bend) else (view,)


def _joined(first: Map, then: Map) -> list[Map]:
    if isinstance(first, Field) or isinstance(then, Field):
        return [first, then]
    if len(first) == 6 and len(then) == 6:
        return [after(first, then)]
    return [_matrix_after(_matrix(first), _matrix(then))]


def _matrix(one: Affine | Homography) -> Homography:
    return one if len(one) == 9 else (*one, 0.0, 0.0, 1.0)


def _matrix_after(first: Homography, then: Homography) -> Homography:
    rows, columns = (first[0:3], first[3:6], first[6:9]), (then[0::3], then[1::3], then[2::3])
    a, b, c, d, e, f, g, h, i = (
        sum(p * q for p, q in zip(row, column, strict=True)) for row in rows for column in columns
    )
    return a, b, c, d, e, f, g, h, i


def _displaced(field: Field, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    height, width = field.size
    grid = torch.stack([(2 * x + 1) / width - 1, (2 * y + 1) / height - 1], -1)[None]
    moved = F.grid_sample(field.displacement(), grid, mode="bilinear", padding_mode="border", align_corners=False)[0]
    return x + moved[0], y + moved[1]
