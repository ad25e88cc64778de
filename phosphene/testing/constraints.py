"""Strategies for constraints: a table by word, and rows to project.

Every set of the table other than a sphere contains `ANCHOR`, so that all of them meet.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from ..render import constraints as within
from ..render.constraints import Constraint
from ..seeds import stream
from ._hypothesis import Strategy, st

ROW = (3, 2, 2)
"""The shape of the rows: tiny pictures."""
ANCHOR = torch.full((1, *ROW), 1 / math.prod(ROW), dtype=torch.float64)
"""A point (1, 3, 2, 2) of all sets of the table: the middle of the simplex."""


def rows(spread: float = 2, batch: int = 4) -> Strategy[Tensor]:
    """Points (batch, 3, 2, 2) about 0, inside the sets and far outside, some with equal and with zero entries."""

    def draw(seed: int, size: float, places: int) -> Tensor:
        numbers = torch.randn(batch, *ROW, generator=stream(seed, "testing", "rows"), dtype=torch.float64)
        return (size * numbers).round(decimals=places)

    sizes = st.sampled_from((0.05, 0.3, 1.0, 10.0)).map(lambda size: size * spread / 2)
    return st.builds(draw, st.integers(0, 10**6), sizes, st.sampled_from((1, 12)))


def _picture(seed: int) -> Tensor:
    return torch.rand(ROW, generator=stream(seed, "testing", "picture"), dtype=torch.float64)


_seeds = st.integers(0, 10**6)
_margins = st.sampled_from((0.05, 0.3, 2.0))
_centers: Strategy[Any] = st.one_of(st.sampled_from((0, 0.5, -1)), _seeds.map(_picture))


def _box(low: Any, high: Any) -> Constraint:
    return within.box(low, high)


def _around(kind: Any, center: Any, margin: float) -> Constraint:
    """The ball about a center that reaches as far as the anchor, and a little farther."""
    order = {"l1": 1, "l2": 2, "linf": math.inf}[kind.__name__]
    reach = torch.linalg.vector_norm((ANCHOR - center).flatten(), order).item()
    ball: Constraint = kind(center, reach + margin)
    return ball


def _range(seed: int, per: Any) -> Constraint:
    pixels = _picture(seed)
    pixels[:, 0, 0], pixels[:, 1, 1] = 0.03125, 0.75
    return within.range_of(pixels, per)


_lows = st.one_of(st.sampled_from((-1, 0, (0, -0.5, 0.05))), _seeds.map(lambda seed: -_picture(seed)))
_highs = st.one_of(st.sampled_from((1, 0.1, (0.1, 0.5, 1))), _seeds.map(lambda seed: 0.1 + _picture(seed)))

BASIC: dict[str, Strategy[Constraint]] = {
    "constraints.box": st.builds(_box, _lows, _highs),
    "constraints.range_of": st.builds(_range, _seeds, st.sampled_from(("channel", "picture"))),
    "constraints.linf": st.builds(_around, st.just(within.linf), _centers, _margins),
    "constraints.l2": st.builds(_around, st.just(within.l2), _centers, _margins),
    "constraints.l1": st.builds(_around, st.just(within.l1), _centers, _margins),
    "constraints.simplex": st.just(within.simplex()),
}
"""Convex sets that are no intersection, by word."""


def basic() -> Strategy[Constraint]:
    """Convex sets that are no intersection."""
    return st.one_of(list(BASIC.values()))


def _all(parts: list[Constraint]) -> Constraint:
    first, *others = parts
    for part in others:
        first = first & part
    return first


CONSTRAINTS: dict[str, Strategy[Constraint]] = {
    **BASIC,
    "constraints.sphere": st.builds(within.sphere, st.sampled_from((1, 0.5, 12.25))),
    "constraints.intersection": st.lists(basic(), min_size=2, max_size=3, unique=True).map(_all),
}
"""Every word of the room, with a strategy for its values."""


def convex() -> Strategy[Constraint]:
    """Every kind of convex constraint."""
    return st.one_of([kind for word, kind in CONSTRAINTS.items() if word != "constraints.sphere"])


def constraints() -> Strategy[Constraint]:
    """Every kind of constraint."""
    return st.one_of(list(CONSTRAINTS.values()))
