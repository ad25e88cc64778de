"""Second moments of the activations of any number of pictures, added up in a fixed tree.

Within a part of the rows they are summed in the order of the rows, in double precision; parts are added as the leaves of a
binary tree over their numbers. The order in which parts are finished changes no bit; parts of another size change the last
digits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..collection.rows import Rows
from ..errors import BadArgument, Nonfinite, ShapeMismatch
from .census import Doubles


@dataclass(frozen=True, eq=False)
class Moment:
    """Sums over activations.  count: how many.  total: (C,), Σ a.  products: (C, C), Σ a aᵀ."""

    count: int
    total: Doubles
    products: Doubles

    def __add__(self, other: Moment) -> Moment:
        if self.total.shape != other.total.shape:
            raise ShapeMismatch(
                f"moments of {len(self.total)} and {len(other.total)} channels",
                "parts of one layer expected",
                "write second_moment(collection.rows(layer))",
            )
        return Moment(self.count + other.count, self.total + other.total, self.products + other.products)

    def matrix(self) -> Doubles:
        """The mean of a aᵀ, without the mean taken away: (C, C), symmetric; BadArgument without any activation."""
        if not self.count:
            raise BadArgument("the moment of no activation", "activations expected", "collect pictures first")
        moment = self.products / self.count
        return (moment + moment.T) / 2

    @property
    def dead(self) -> tuple[int, ...]:
        """The channels that are 0 everywhere, which whitening leaves out."""
        return tuple(np.flatnonzero(np.diag(self.products) == 0).tolist())


def moment_of(rows: Rows) -> Moment:
    """The moment of one part: of the rows with state FINE; Nonfinite where their activations are not finite."""
    fine = rows.fine().activation.astype(np.float64)
    if not np.isfinite(fine).all():
        raise Nonfinite(
            "activations with NaN or infinity", "the state NONFINITE for such rows expected", "collect the layer anew"
        )
    return Moment(len(fine), fine.sum(0), fine.T @ fine)


def reduced_moment(parts: Iterable[tuple[int, Moment]]) -> Moment:
    """The sum of numbered parts that come in any order; BadArgument for none, and for a number that is there twice.

    Parts k and k + 1, k even, are added first, and so on upwards; so few are held at once as the order allows.

    >>> one, two, three = (Moment(1, np.array([x]), np.array([[x * x]])) for x in (0.1, 0.2, 0.3))
    >>> reduced_moment([(2, three), (0, one), (1, two)]).total == (one.total + two.total) + three.total
    array([ True])
    """
    waiting: dict[tuple[int, int], Moment] = {}
    seen: set[int] = set()
    for number, part in parts:
        if number in seen:
            raise BadArgument(f"part {number} twice", "each part once expected", "number the parts by shard")
        seen.add(number)
        level, place = 0, number
        while (level, place ^ 1) in waiting:
            other = waiting.pop((level, place ^ 1))
            part = other + part if place & 1 else part + other
            level, place = level + 1, place >> 1
        waiting[level, place] = part
    if not waiting:
        raise BadArgument("no parts", "activations of some pictures expected", "collect pictures first")
    first, *rest = sorted(waiting, key=lambda node: node[1] << node[0])
    result = waiting[first]
    for node in rest:
        result = result + waiting[node]
    return result


def second_moment(rows: Iterable[Rows]) -> Moment:
    """The moment of a layer's rows, part by part, as `phosphene.moments.whitened` takes its `matrix()`.

    Errors: as `moment_of` and `reduced_moment`.
    """
    return reduced_moment((number, moment_of(part)) for number, part in enumerate(rows))
