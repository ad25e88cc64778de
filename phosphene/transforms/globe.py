"""A textured object in three dimensions: the picture wrapped around a ball, seen from anywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ..errors import BadArgument
from ..values import check_number
from .base import Draw, Transform, check_draws
from .maps import Size
from .ranges import uniform


class globe(Transform):
    """The picture as the texture of a ball, which is turned at random and seen by a camera; differentiable in the texture.

    The picture is a map of the ball: its height from pole to pole, its width once around, best twice as wide as high. The
    view is a square of `size` pixels, as high as the picture where not given. distance: from the camera to the middle of
    the ball, (low, high) in radii, uniform; at the lowest the ball fills the view. turn: up to so many degrees about any
    axis, 180 for every side alike. ground: the grey behind it, (low, high). shade: how much darker the rim is.

    Source: the projections of Athalye et al. 2018 (arXiv:1707.07397), with a ball in place of a model.

    >>> globe()(torch.rand(1, 3, 16, 32), [torch.Generator().manual_seed(0)]).shape
    torch.Size([1, 3, 16, 16])
    """

    size: int | None = None
    distance: Any = (2.5, 3)
    turn: float = 180
    ground: Any = (0.1, 1)
    shade: float = 0.3

    def __post_init__(self) -> None:
        if self.size is not None and (not isinstance(self.size, int) or isinstance(self.size, bool) or self.size < 1):
            raise BadArgument(f"globe: size is {self.size!r}", "pixels of a square view expected", "write globe(128)")
        for name, least in (("distance", 1.1), ("ground", 0.0)):
            object.__setattr__(self, name, _pair(name, getattr(self, name), least))
        check_number("globe", "turn", self.turn, 0, 180)
        check_number("globe", "shade", self.shade, 0, 1)

    @property
    def deterministic(self) -> bool:
        """Where it cannot turn, move, or change its ground."""
        return self.turn == 0 and self.distance[0] == self.distance[1] and self.ground[0] == self.ground[1]

    def output_size(self, size: Size) -> Size:
        """The square view."""
        return (size[0], size[0]) if self.size is None else (self.size, self.size)

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """(the rotation as a quaternion, the distance, the grey)."""
        spin = torch.randn(4, generator=generator, dtype=torch.float64)
        if self.turn < 180:
            half = math.radians(uniform(generator, 0, float(self.turn))) / 2
            axis = F.normalize(spin[1:], dim=0)
            spin = torch.cat([torch.tensor([math.cos(half)], dtype=torch.float64), math.sin(half) * axis])
        quaternion = tuple(F.normalize(spin, dim=0).tolist())
        return quaternion, uniform(generator, *self.distance), uniform(generator, *self.ground)

    def apply(self, x: Tensor, draws: Sequence[Draw]) -> Tensor:
        """The views, each by itself."""
        check_draws(self, x, draws)
        return torch.cat([self._seen(one, draw) for one, draw in zip(torch.split(x, 1), draws, strict=True)])

    def _seen(self, texture: Tensor, draw: Draw) -> Tensor:
        """One ball: where each ray of the camera meets it, and the texture there."""
        spin, distance, grey = draw
        side = self.output_size((int(texture.shape[2]), int(texture.shape[3])))[0]
        met, point = _met(side, distance, 1 / math.sqrt(self.distance[0] ** 2 - 1))
        facing = (point * _toward(point, distance)).sum(-1).clamp(0, 1)
        x, y, z = (point @ _rotation(spin)).unbind(-1)
        width = texture.shape[3]
        # A column of the other end on each side, so that the seam is as smooth as the rest.
        around = torch.cat([texture[..., -1:], texture, texture[..., :1]], 3)
        column = torch.atan2(x, z) / math.pi * width / (width + 2)
        row = torch.asin(y.clamp(-1, 1)) * (2 / math.pi)
        grid = torch.stack([column, row], -1)[None].to(texture)
        seen = F.grid_sample(around, grid, mode="bilinear", padding_mode="border", align_corners=False)
        cover, light = met.to(texture), (1 - self.shade * (1 - facing)).to(texture)
        shown: Tensor = cover * light * seen + (1 - cover) * grey
        return shown


def _met(side: int, distance: float, wide: float) -> tuple[Tensor, Tensor]:
    """For each pixel how much of the ball it covers, in [0, 1], and the nearest point of the ball on its ray (h, w, 3).

    The camera stands at (0, 0, distance), x points right and y down; `wide` is the tangent of half its angle of view.
    """
    at = ((2 * torch.arange(side, dtype=torch.float64) + 1) / side - 1) * wide
    y, x = torch.meshgrid(at, at, indexing="ij")
    ray = F.normalize(torch.stack([x, y, -torch.ones_like(x)], -1), dim=-1)
    along = -distance * ray[..., 2]
    off = (distance**2 - along.square()).clamp_min(0).sqrt()  # from the middle of the ball to the ray
    pixel = 2 * wide / side * distance
    point = (along - (1 - off.square()).clamp_min(0).sqrt())[..., None] * ray
    point[..., 2] += distance
    return ((1 - off) / pixel + 0.5).clamp(0, 1), F.normalize(point, dim=-1)


def _toward(point: Tensor, distance: float) -> Tensor:
    """The directions from points to the camera."""
    return F.normalize(torch.tensor([0, 0, distance], dtype=torch.float64) - point, dim=-1)


def _rotation(spin: tuple[float, ...]) -> Tensor:
    """The matrix of a unit quaternion (w, x, y, z)."""
    w, x, y, z = spin
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return torch.tensor(rows, dtype=torch.float64)


def _pair(name: str, given: Any, least: float) -> tuple[float, float]:
    both = tuple(given) if isinstance(given, (tuple, list)) else (given, given)
    if len(both) != 2:
        raise BadArgument(f"globe: {name} is {given!r}", "(low, high) expected", f"write {name}=(2.5, 3)")
    check_number("globe", name, both[0], least)
    check_number("globe", name, both[1], both[0])
    return both
