"""The kinds of pattern: each a function of the plane that says how much of the second color covers each point."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from .plane import Dice, Plane, centred, lattice, polar, tone

Paint = Callable[[Plane, Dice], Tensor]


@dataclass(frozen=True)
class Kind:
    """A class of pictures: its label, its function, how many periods fit across a picture, its direction in degrees.

    The plane's x axis points `heading` degrees away from the picture's, give or take `turn`.
    """

    label: str
    paint: Paint
    cells: tuple[float, float]
    turn: float
    heading: float = 0


KINDS: list[Kind] = []


def kind(label: str, low: float, high: float, turn: float = 10) -> Callable[[Paint], Paint]:
    """Make a function a class of pictures, with `low` to `high` periods across and a turn of up to +-`turn` degrees."""

    def add(paint: Paint) -> Paint:
        KINDS.append(Kind(label, paint, (low, high), turn))
        return paint

    return add


def stripes(at: Plane, dice: Dice) -> Tensor:
    """Straight bands; the heading is the direction across them, in which the picture changes."""
    return at.bands(at.x, dice.uniform(0.35, 0.65))


for _heading in (0, 45, 90, 135):
    KINDS.append(Kind(f"stripes {_heading}", stripes, (3, 10), turn=8, heading=_heading))


@kind("waves", 3, 6)
def waves(at: Plane, dice: Dice) -> Tensor:
    """Bands that undulate."""
    length = dice.uniform(2.2, 3.4)
    swing = length * dice.uniform(0.11, 0.16)
    return at.bands(at.y + swing * torch.sin(math.tau / length * at.x), dice.uniform(0.35, 0.65))


@kind("zigzag", 3, 6)
def zigzag(at: Plane, dice: Dice) -> Tensor:
    """Bands that go up and down in straight pieces with sharp corners."""
    length = dice.uniform(1.2, 2.2)
    return at.bands(at.y + dice.uniform(2, 2.6) * length / 2 * centred(at.x / length).abs(), dice.uniform(0.35, 0.65))


@kind("checkers", 2, 5, turn=20)
def checkers(at: Plane, dice: Dice) -> Tensor:
    """Squares of two colors in turn."""
    a, b = centred(at.x).abs() - 0.25, centred(at.y).abs() - 0.25
    return at.fill(torch.sign(a * b) * torch.minimum(a.abs(), b.abs()))


@kind("grid", 3, 8)
def grid(at: Plane, dice: Dice) -> Tensor:
    """Thin lines that cross at right angles."""
    return at.fill(dice.uniform(0.06, 0.1) - torch.minimum(centred(at.x).abs(), centred(at.y).abs()))


@kind("plaid", 2, 4.5)
def plaid(at: Plane, dice: Dice) -> Tensor:
    """Two sets of wide and narrow bands, woven through each other as in a tartan."""
    wide, narrow, gap = dice.uniform(0.3, 0.45), dice.uniform(0.05, 0.08), dice.uniform(0.35, 0.5)
    sets = [torch.maximum(at.bands(t, wide), 0.8 * at.bands(t + gap, 2 * narrow)) for t in (at.x, at.y)]
    return (sets[0] + sets[1]) / 2


@kind("weave", 3, 7)
def weave(at: Plane, dice: Dice) -> Tensor:
    """Strands that pass over and under each other, as in a basket."""
    u, v, column, row = lattice(at.x, at.y)
    flat = torch.remainder(column + row, 2) == 0
    along, across = torch.where(flat, u, v), torch.where(flat, v, u)
    width = dice.uniform(0.36, 0.44)
    round_ = torch.cos((across / width).clamp(-1, 1) * math.pi / 2) * torch.cos(along * dice.uniform(1.6, 2.2))
    shade = torch.where(flat, torch.tensor(1.0), torch.tensor(dice.uniform(0.6, 1)))
    return at.fill(width - across.abs()) * (0.35 + 0.65 * round_) * shade


@kind("bricks", 2, 4)
def bricks(at: Plane, dice: Dice) -> Tensor:
    """Bricks laid in rows, each row shifted by half a brick."""
    tall, mortar = dice.uniform(2, 2.4), dice.uniform(0.07, 0.12)
    u, v, column, row = lattice(at.x, at.y * tall, stagger=0.5)
    inside = torch.minimum(0.5 - u.abs(), (0.5 - v.abs()) / tall) - mortar / 2
    return at.fill(inside) * tone(column, row, dice, 0.5)


@kind("hexagons", 2.5, 6, turn=30)
def hexagons(at: Plane, dice: Dice) -> Tensor:
    """A honeycomb."""
    nearest = torch.full_like(at.x, -math.inf)
    for shift in (0.0, 0.5):
        u, v = centred(at.x + shift), centred(at.y / math.sqrt(3) + shift) * math.sqrt(3)
        to_side = 0.5 - torch.maximum(u.abs(), u.abs() / 2 + v.abs() * (math.sqrt(3) / 2))
        nearest = torch.maximum(nearest, to_side)
    return at.fill(nearest - dice.uniform(0.05, 0.1))


@kind("triangles", 2, 5)
def triangles(at: Plane, dice: Dice) -> Tensor:
    """Triangles of two colors in turn, pointing up and down."""
    q = at.y * (2 / math.sqrt(3))
    p = at.x - q / 2
    p, q = p - torch.floor(p), q - torch.floor(q)
    diagonal = 1 - p - q
    upper = torch.minimum(torch.minimum(p, q), diagonal)
    lower = torch.minimum(torch.minimum(1 - p, 1 - q), -diagonal)
    return at.fill(torch.where(diagonal > 0, upper, -lower))


@kind("scales", 2.5, 6)
def scales(at: Plane, dice: Dice) -> Tensor:
    """Rounded scales in rows that overlap like tiles on a roof."""
    radius, rise = 0.56, dice.uniform(0.42, 0.5)
    rim = dice.uniform(0.08, 0.14)
    first = torch.floor(at.y / rise)
    out = torch.zeros_like(at.x)
    for step in (1, 0, -1):
        row = first + step
        u, v = centred(at.x + 0.5 * torch.remainder(row, 2)), at.y - row * rise
        distance = radius - torch.hypot(u, v)
        scale = at.fill(distance - rim) * (0.75 + 0.6 * v)
        out = torch.lerp(out, scale, at.fill(distance))
    return out.clamp(0, 1)


@kind("rings", 3.5, 7, turn=180)
def rings(at: Plane, dice: Dice) -> Tensor:
    """Circles around a common center."""
    radius, _ = polar(at, dice)
    return at.bands(radius + dice.uniform(0, 1), dice.uniform(0.35, 0.65))


@kind("spiral", 3, 6.5, turn=180)
def spiral(at: Plane, dice: Dice) -> Tensor:
    """Arms that wind around a center, either way."""
    radius, angle = polar(at, dice)
    arms = dice.either(-1, 1) * dice.either(1, 2, 2, 3)
    return at.bands(radius + arms * angle / math.tau + dice.uniform(0, 1), dice.uniform(0.35, 0.65))


@kind("sunburst", 4, 8, turn=180)
def sunburst(at: Plane, dice: Dice) -> Tensor:
    """Rays that leave a center."""
    radius, angle = polar(at, dice)
    rays = dice.either(8, 10, 12, 14, 16, 18, 20)
    share = dice.uniform(0.4, 0.6)
    return at.fill((share / 2 - centred(angle * rays / math.tau + dice.uniform(0, 1)).abs()) * radius * math.tau / rays)


@kind("dots", 3, 8, turn=45)
def dots(at: Plane, dice: Dice) -> Tensor:
    """Round dots in rows."""
    u, v, _, _ = lattice(at.x, at.y, stagger=dice.either(0, 0.5))
    return at.fill(dice.uniform(0.2, 0.32) - torch.hypot(u, v))


@kind("stars", 2, 4.5, turn=18)
def stars(at: Plane, dice: Dice) -> Tensor:
    """Stars with five points."""
    u, v, _, _ = lattice(at.x, at.y, stagger=dice.either(0, 0.5))
    outer = dice.uniform(0.4, 0.47)
    inner = outer * dice.uniform(0.4, 0.46)
    fold = centred(torch.atan2(u, -v) * (5 / math.tau) + 0.5).abs() * (math.tau / 5)
    along, across = torch.hypot(u, v) * torch.cos(fold), torch.hypot(u, v) * torch.sin(fold)
    corner, height = inner * math.cos(math.pi / 5), inner * math.sin(math.pi / 5)
    side = math.hypot(outer - corner, height)
    return at.fill(((outer - along) * height - across * (outer - corner)) / side)


@kind("crosses", 2.5, 6)
def crosses(at: Plane, dice: Dice) -> Tensor:
    """Plus signs that stand apart."""
    u, v, _, _ = lattice(at.x, at.y, stagger=dice.either(0, 0.5))
    u, v, arm, half = u.abs(), v.abs(), dice.uniform(0.32, 0.42), dice.uniform(0.09, 0.14)
    return at.fill(torch.maximum(torch.minimum(arm - u, half - v), torch.minimum(half - u, arm - v)))


@kind("hearts", 2, 4.5)
def hearts(at: Plane, dice: Dice) -> Tensor:
    """Hearts that stand upright."""
    u, v, _, _ = lattice(at.x, at.y, stagger=dice.either(0, 0.5))
    size = dice.uniform(0.34, 0.4)
    lift = -v + 0.06 - 0.62 * torch.sqrt(u.abs() * size)
    return at.fill(size - torch.hypot(u, 1.1 * lift))


@kind("labyrinth", 5, 9, turn=180)
def labyrinth(at: Plane, dice: Dice) -> Tensor:
    """Winding walls of even width with no direction of their own, as on a brain coral."""
    count = 24
    angle, phase = dice.table(count) * math.tau, dice.table(count) * math.tau
    k = math.tau * (1 + 0.08 * dice.normal(count))
    points = torch.stack([at.x.reshape(-1), at.y.reshape(-1)], 1)
    argument = points @ torch.stack([k * torch.cos(angle), k * torch.sin(angle)]) + phase
    height, slope = torch.cos(argument).sum(1), torch.sin(argument).sum(1)
    return at.fill((height / torch.hypot(height, slope) / 4 + dice.uniform(-0.04, 0.04)).reshape(at.x.shape))


@kind("cells", 3, 6, turn=180)
def cells(at: Plane, dice: Dice) -> Tensor:
    """Irregular patches with gaps between them, as on a giraffe."""
    table, gap = 0.1 + 0.8 * dice.table(2, 16, 16), dice.uniform(0.06, 0.1)
    column, row = torch.floor(at.x), torch.floor(at.y)
    distances = []
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            i, j = torch.remainder(row + down, 16).long(), torch.remainder(column + right, 16).long()
            x, y = column + right + table[0, i, j], row + down + table[1, i, j]
            distances.append(torch.hypot(at.x - x, at.y - y))
    first, second = torch.stack(distances).topk(2, dim=0, largest=False).values
    return at.fill((second - first) / 2 - gap)
