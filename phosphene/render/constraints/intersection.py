"""`a & b`: the nearest point of both sets, which is not that of one and then the other."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from functools import partial, reduce
from itertools import combinations

import torch
from torch import Tensor

from ...errors import BadArgument
from ...values import AND, check_integer, check_number, joined, tensor
from .balls import Ball, l2, linf
from .base import ROOM, Constraint, Separable, centered, norm, precise
from .box import Interval, box, certainly_crossed, clipped, crossed, empty
from .simplex import simplex

Projection = Callable[[Tensor], Tensor]

HALVINGS = 64
"""All that float64 can tell apart between 0 and 1."""


class intersection(Constraint):
    """Several constraints at once; written with `&`.

    The projection is exact for boxes and `linf` balls, with any number of `l2` balls, with one of `l1` and `simplex`, and
    for balls about the same center. All else goes through Dykstra's algorithm (Boyle and Dykstra 1986), which stops where
    a round changes its corrections by less than `tolerance`, relative to the row's norm where that is above 1;
    BadArgument where it has not come near to a common point after so many `iterations`.

    >>> from phosphene.render.constraints import box, l2
    >>> both = l2(0.5, 0.5) & box(0, 0.8)
    >>> both
    constraints.l2(0.5, 0.5) & constraints.box(0, 0.8)
    >>> both.project(torch.tensor([[4.5, 3.5]]))
    tensor([[0.8000, 0.8000]])
    >>> box(0, 0.8).project(l2(0.5, 0.5).project(torch.tensor([[4.5, 2.5]])))  # one after the other is feasible, too
    tensor([[0.8000, 0.7236]])
    >>> both.project(torch.tensor([[4.5, 2.5]]))  # but not nearest
    tensor([[0.8000, 0.8000]])
    """

    parts: tuple[Constraint, ...]
    tolerance: float = 1e-10
    iterations: int = 1000

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", _checked(self.parts))
        check_number("constraints.intersection", "tolerance", self.tolerance, 0)
        check_integer("constraints.intersection", "iterations", self.iterations, 1)
        for one, other in combinations(self.parts, 2):
            if _certainly_apart(one, other):
                raise empty(one, other)

    @staticmethod
    def of(one: Constraint, other: Constraint) -> Constraint:
        """The intersection, flat and without repetitions; of two tolerances the finer counts."""
        parts = _flat((one, other))
        if len(parts) == 1:
            return parts[0]
        both = intersection(parts)
        for part in (one, other):
            if isinstance(part, intersection):
                tolerance, iterations = min(both.tolerance, part.tolerance), max(both.iterations, part.iterations)
                both = intersection(parts, tolerance, iterations)
        return both

    def text(self) -> tuple[str, int]:
        """The parts with `&` between them; a call where the algorithm has settings of its own."""
        plain = (self.tolerance, self.iterations) == (intersection.tolerance, intersection.iterations)
        return joined(self.parts, "&", AND) if plain else super().text()

    def project(self, x: Tensor) -> Tensor:
        """The nearest point of the intersection to each row of x (B, ...)."""
        y = precise(x)
        exact = _exact(self.parts, y)
        tolerance = max(self.tolerance, torch.finfo(x.dtype).eps)  # finer than the result's type would be lost
        found, settled = (exact(y), True) if exact else dykstra(_sets(self.parts, y), y, tolerance, self.iterations)
        if not settled and not bool(self.contains(found).all()):
            raise BadArgument(
                f"{self!r}: no common point after {self.iterations} rounds of Dykstra's algorithm",
                "constraints that can be satisfied together expected",
                "enlarge one of them, or write constraints.intersection((a, b), iterations=10000)",
            )
        return found.to(x.dtype)

    def contains(self, x: Tensor, tolerance: float = ROOM) -> Tensor:
        """Whether each row of x (B, ...) lies in all parts: booleans (B,)."""
        return torch.stack([part.contains(x, tolerance) for part in self.parts]).all(0)

    def check(self, example: Tensor) -> None:
        """Raise ShapeMismatch where a part does not fit rows of `example`, BadArgument where the parts do not meet."""
        for part in self.parts:
            part.check(example)
        if _meet(self, example):
            return
        for pair in combinations(self.parts, 2):
            if len(self.parts) > 2 and not _meet(dataclasses.replace(self, parts=pair), example):
                raise empty(*pair)
        raise empty(*self.parts)


def dykstra(sets: Sequence[Projection], y: Tensor, tolerance: float, iterations: int) -> tuple[Tensor, bool]:
    """The projection of the rows of y (B, ...) onto the intersection, and whether all rows have settled.

    A row keeps what it was when it settled, so that the others have no influence on it.
    """
    column = (len(y), *[1] * (y.ndim - 1))
    found = x = y
    corrections = [torch.zeros_like(y) for _ in sets]
    done = torch.zeros(column, dtype=torch.bool, device=y.device)
    enough = max(tolerance, 16 * torch.finfo(y.dtype).eps) * norm(y).clamp(min=1)  # below rounding nothing settles
    for _ in range(iterations):
        change = torch.zeros_like(enough)
        for number, project in enumerate(sets):
            shifted = x + corrections[number]
            x = project(shifted)
            change = torch.hypot(change, norm(shifted - x - corrections[number]))
            corrections[number] = shifted - x
        found = found.where(done, x)
        done = done | (change <= enough).reshape(column)
        if bool(done.all()):
            return found, True
    return found, False


def _exact(parts: Sequence[Constraint], x: Tensor) -> Projection | None:
    """The projection onto the intersection without iterating over its parts, where there is one."""
    sets = _sets(parts, x)
    if len(sets) == 1:
        return sets[0]
    for ball in sorted((part for part in parts if isinstance(part, l2)), key=repr):
        rest = _exact([part for part in parts if part != ball], x)
        if rest is not None:
            return partial(_in_ball, ball=ball, rest=rest)
    return None


def _in_ball(y: Tensor, ball: l2, rest: Projection) -> Tensor:
    """The nearest point of a Euclidean ball and of a convex set with a projection of its own.

    With the multiplier m of the ball it is that projection of (y + m c) / (1 + m) = c + t (y - c); its distance from the
    center c grows with t, which is found by halving.
    """
    center = centered(ball.word, ball.center, y).to(y)
    low, high = y.new_zeros(len(y), *[1] * (y.ndim - 1)), y.new_ones(len(y), *[1] * (y.ndim - 1))

    def reaches(t: Tensor) -> Tensor:
        return (norm(rest(center + t * (y - center)) - center) <= float(ball.radius)).reshape(high.shape)

    low = high.where(reaches(high), low)
    for _ in range(HALVINGS):
        middle = low + (high - low) / 2
        fits = reaches(middle)
        low, high = middle.where(fits, low), high.where(fits, middle)
    return rest(center + low * (y - center))


def _sets(parts: Iterable[Constraint], x: Tensor) -> list[Projection]:
    """As few sets as there are exact projections for, in an order that does not depend on how they were written."""
    ordered = sorted(parts, key=repr)
    intervals = [part for part in ordered if isinstance(part, Interval)]
    others = _without_larger_balls([part for part in ordered if not isinstance(part, Interval)])
    if not intervals:
        return [part.project for part in others]
    edges = [part.edges(x) for part in intervals]
    low, high = reduce(torch.maximum, (e[0] for e in edges)), reduce(torch.minimum, (e[1] for e in edges))
    for place, part in enumerate(others):
        if isinstance(part, Separable):
            others.pop(place)
            return [partial(part.project_within, low=low, high=high), *(other.project for other in others)]
    return [partial(clipped, low=low, high=high), *(other.project for other in others)]


def _without_larger_balls(parts: list[Constraint]) -> list[Constraint]:
    """Of balls of one kind about one center, the smallest."""
    smallest: dict[object, Constraint] = {}
    for part in parts:
        key = (part.word, part.center) if isinstance(part, Ball) else part
        known = smallest.get(key)
        if not (isinstance(part, Ball) and isinstance(known, Ball) and known.radius <= part.radius):
            smallest[key] = part
    return list(smallest.values())


def _flat(parts: Iterable[Constraint]) -> tuple[Constraint, ...]:
    flat = (inner for part in parts for inner in (part.parts if isinstance(part, intersection) else (part,)))
    return tuple(dict.fromkeys(flat))


def _checked(parts: object) -> tuple[Constraint, ...]:
    given = tuple(parts) if isinstance(parts, (tuple, list)) else (parts,)
    if len(given) < 2 or not all(isinstance(part, Constraint) for part in given):
        raise BadArgument(
            f"intersection({', '.join(map(repr, given))})"[:200],
            "a tuple of two constraints or more expected",
            "write, for example, constraints.l2(photo, 3) & constraints.box(0, 1)",
        )
    for part in given:
        if not part.convex:
            raise BadArgument(
                f"{part!r} in an intersection",
                "convex sets expected: no algorithm finds the nearest point here",
                f"use {part!r} alone, or a convex set such as constraints.l2(0, 1)",
            )
    return _flat(given)


def _certainly_apart(one: Constraint, other: Constraint) -> bool:
    """Whether two parts cannot meet whatever the shape of the rows: as far as that is known before there is one."""
    if isinstance(one, simplex) and isinstance(other, simplex):
        return one.total != other.total
    first, second = _bounds(one), _bounds(other)
    if first is None or second is None:
        return False
    return certainly_crossed(first[0], second[1], ROOM) or certainly_crossed(second[0], first[1], ROOM)


def _bounds(part: Constraint) -> tuple[object, object] | None:
    """The bounds of a box, or of a ball about a number."""
    if isinstance(part, box):
        return part.low, part.high
    if isinstance(part, linf) and not isinstance(part.center, tensor):
        return part.center - part.radius, part.center + part.radius
    return None


def _meet(both: intersection, example: Tensor) -> bool:
    """Whether the projection of the rows of `example` onto the intersection lies in it."""
    intervals = [part.edges(example) for part in both.parts if isinstance(part, Interval)]
    if intervals and crossed(
        reduce(torch.maximum, (low for low, _ in intervals)), reduce(torch.minimum, (high for _, high in intervals))
    ):
        return False
    y = precise(example)
    exact = _exact(both.parts, y)
    found = exact(y) if exact else dykstra(_sets(both.parts, y), y, both.tolerance, both.iterations)[0]
    return bool(both.contains(found).all())
