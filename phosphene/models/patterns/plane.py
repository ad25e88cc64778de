"""The plane on which patterns are drawn: coordinates in periods, and chance from one explicit generator."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor


class Dice:
    """Random numbers from one generator, as Python floats where a number is wanted."""

    def __init__(self, generator: torch.Generator) -> None:
        self.generator = generator

    def uniform(self, low: float, high: float) -> float:
        """A number in [low, high)."""
        return low + (high - low) * float(torch.rand((), generator=self.generator))

    def either(self, *options: float) -> float:
        """One of the options, all equally likely."""
        return options[int(torch.randint(len(options), (), generator=self.generator))]

    def normal(self, *shape: int) -> Tensor:
        """Standard normal numbers of a shape."""
        return torch.randn(shape, generator=self.generator)

    def table(self, *shape: int) -> Tensor:
        """Uniform numbers in [0, 1) of a shape."""
        return torch.rand(shape, generator=self.generator)


@dataclass(frozen=True)
class Plane:
    """The points of one picture, counted in periods of its pattern.

    `x` grows to the right and `y` downwards, both (size, size); `edge` is how wide a drawn edge is, in periods;
    `middle` is the point in the middle of the picture, and `cells` says how many periods fit across it.
    """

    x: Tensor
    y: Tensor
    edge: float
    middle: tuple[float, float]
    cells: float

    def fill(self, distance: Tensor) -> Tensor:
        """Coverage in [0, 1] from a signed distance in periods, positive inside."""
        return torch.sigmoid(distance * (4 / self.edge))

    def bands(self, t: Tensor, share: float = 0.5) -> Tensor:
        """Bands of period 1 along `t`; `share` of each period is covered."""
        return self.fill(share / 2 - centred(t).abs())


def plane(size: int, cells: float, turn: float, dice: Dice) -> Plane:
    """A plane with `cells` periods across, turned by `turn` degrees, slightly stretched and bent like a material."""
    axis = (torch.arange(size) + 0.5) / size - 0.5
    x, y = axis.expand(size, size), axis[:, None].expand(size, size)
    x, y = x + _bend(x, y, dice), y + _bend(x, y, dice)
    stretch = math.exp(dice.uniform(-0.1, 0.1))
    cos, sin = math.cos(math.radians(turn)) * cells, math.sin(math.radians(turn)) * cells
    middle = dice.uniform(0, 16), dice.uniform(0, 16)
    edge = max(1.5 * cells / size, 0.03) * math.exp(dice.uniform(0, 1))
    along, across = (cos * x + sin * y) * stretch, (cos * y - sin * x) / stretch
    return Plane(along + middle[0], across + middle[1], edge, middle, cells)


def _bend(x: Tensor, y: Tensor, dice: Dice) -> Tensor:
    """A small smooth displacement, at most about a hundredth of the picture."""
    angle, phase = dice.uniform(0, math.tau), dice.uniform(0, math.tau)
    waves = math.tau * dice.uniform(0.5, 2)
    return dice.uniform(0, 0.008) * torch.sin(waves * (math.cos(angle) * x + math.sin(angle) * y) + phase)


def centred(t: Tensor) -> Tensor:
    """The position within the cell of period 1, in [-0.5, 0.5)."""
    return t - torch.floor(t) - 0.5


def polar(at: Plane, dice: Dice) -> tuple[Tensor, Tensor]:
    """Radius and angle around the nearest center: one anywhere in the middle of the picture, or four."""
    if dice.uniform(0, 1) < 0.65:
        places, zoom = [(0.0, 0.0)], 1.0
        spread = 0.25
    else:
        places, zoom = [(-0.25, -0.25), (-0.25, 0.25), (0.25, -0.25), (0.25, 0.25)], 1.25
        spread = 0.1
    radius, angle = torch.full_like(at.x, math.inf), torch.zeros_like(at.x)
    for left, top in places:
        x = at.x - at.middle[0] - at.cells * (left + dice.uniform(-spread, spread))
        y = at.y - at.middle[1] - at.cells * (top + dice.uniform(-spread, spread))
        distance = torch.hypot(x, y)
        nearer = distance < radius
        radius, angle = torch.where(nearer, distance, radius), torch.where(nearer, torch.atan2(y, x), angle)
    return radius * zoom, angle


def lattice(x: Tensor, y: Tensor, stagger: float = 0.0) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Cells of a square lattice whose odd rows are shifted: position in the cell (u, v) and its column and row."""
    row = torch.floor(y)
    x = x + stagger * torch.remainder(row, 2)
    column = torch.floor(x)
    return x - column - 0.5, y - row - 0.5, column.long(), row.long()


def tone(column: Tensor, row: Tensor, dice: Dice, spread: float) -> Tensor:
    """A shade for each cell, in [1 - spread, 1]."""
    table = dice.table(16, 16)
    return 1 - dice.uniform(0, spread) * table[torch.remainder(row, 16), torch.remainder(column, 16)]
