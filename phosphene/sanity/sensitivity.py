"""Whether the sum of some places' values is what the score loses without them (Ancona et al. 2018)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ..attribution import Method, Tail, attribute
from ..attribution.result import by_place
from ..errors import BadArgument, ShapeMismatch
from ..seeds import stream
from ..values import check_integer, check_number
from .asked import as_methods
from .similarity import correlation

TOGETHER = 16
"""Activations that go through the network at once."""


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """The correlation of summed values with the loss of the score, over random sets of n places.

    correlation: (M, N, B), of M methods, N set sizes, B pictures, in [-1, 1]; 1 for a method that tells each place's part,
    NaN where scores or values do not vary.  sizes: (N,).  methods: their texts.
    """

    correlation: Tensor
    sizes: Tensor
    methods: tuple[str, ...]

    def __repr__(self) -> str:
        width = max(map(len, self.methods))
        rows = [
            f"{method:{width}}  " + "  ".join(f"{value:6.3f}" for value in row.tolist())
            for method, row in zip(self.methods, self.correlation.nanmean(2), strict=True)
        ]
        return "\n".join([f"Sensitivity for sets of {', '.join(map(str, self.sizes.tolist()))} places", *rows])


class Losses(Method, room="sanity", abstract=True):
    """What the scores lose without each of some sets of places: measured as the methods are, at any layer and view."""

    sets: tuple[tuple[int, ...], ...] = field(repr=False)
    ground: int | float = 0

    def values(self, tail: Tail) -> Tensor:
        """(L * B, sets, 1, 1): the losses, divided evenly among the views."""
        x, views = tail.activation, len(tail.activation) // len(tail.scores)
        scores = [tail.scores_at_each(self._hidden(x, part)) for part in self._groups()]
        losses = (tail.scores - torch.cat(scores)).T[:, :, None, None] / views
        return losses.repeat(views, 1, 1, 1)

    def _groups(self) -> list[tuple[tuple[int, ...], ...]]:
        return [self.sets[first : first + TOGETHER] for first in range(0, len(self.sets), TOGETHER)]

    def _hidden(self, x: Tensor, sets: Sequence[tuple[int, ...]]) -> Tensor:
        hidden = torch.stack([x] * len(sets))
        for one, places in zip(hidden, sets, strict=True):
            one.flatten(2)[:, :, list(places)] = self.ground
        return hidden


def sensitivity_n(
    model: Any,
    objective: Any,
    pictures: Any,
    wrt: str = "image",
    methods: Any = "attribution.gradient_times_activation()",
    sizes: Sequence[int] | None = None,
    subsets: int = 100,
    ground: float = 0,
    seed: int = 0,
) -> Sensitivity:
    """Correlate what sets of places are said to add with what the score loses without them: places, all of their channels.

    sizes: of the sets; by itself up to eight from 1 to four fifths of the places, evenly on a scale of ratios.  subsets: how
    many random sets of each size, the same for all pictures and methods.  ground: the number in place of a hidden activation.
    seed: of the sets.  The other arguments and errors are those of `attribute`.
    Source: Ancona et al. 2018, Towards better understanding of gradient-based attribution methods.

    >>> import phosphene as ph
    >>> net, drawing = ph.load("patterns"), ph.models.patterns.draw("dots", seed=1, size=64)
    >>> found = sensitivity_n(net, "logit('dots')", drawing, "block4", sizes=[1, 4], subsets=16)
    >>> found.correlation.shape, bool((found.correlation > 0.99).all())
    (torch.Size([1, 2, 1]), True)
    """
    asked = as_methods("sensitivity_n", methods)
    check_integer("sensitivity_n", "subsets", subsets, 3)
    check_number("sensitivity_n", "ground", ground)
    check_integer("sensitivity_n", "seed", seed, 0)
    maps = [attribute(model, objective, pictures, wrt, method) for method in asked]
    count = by_place(maps[0].activation)[0, 0].numel()
    numbers = _sizes(sizes, count, wrt)
    drawn = [_sets(number, count, subsets, seed) for number in numbers]
    every = Losses(tuple(one for some in drawn for one in some), ground)
    losses = attribute(model, objective, pictures, wrt, every).values.reshape(-1, len(numbers), subsets)
    rows = []
    for found in maps:
        places = found.spatial().flatten(1)
        if places.shape[1] != count:
            raise ShapeMismatch(
                f"{found.method} at {wrt!r} with {places.shape[1]} values for {count} places",
                "one value for each place",
                "write a layer of convolutions, or leave the method out",
            )
        sums = torch.stack([places[:, list(one)].sum(1) for some in drawn for one in some], 1)
        rows.append(correlation(sums.reshape(losses.shape), losses).T)
    return Sensitivity(torch.stack(rows), torch.tensor(numbers), tuple(map(repr, asked)))


def _sizes(sizes: Sequence[int] | None, count: int, wrt: str) -> list[int]:
    if count < 2:
        raise ShapeMismatch(f"sensitivity_n at {wrt!r}", "a layer with places expected", "write an earlier layer")
    if sizes is None:
        return sorted({round((0.8 * count) ** (step / 7)) for step in range(8)})
    for size in sizes:
        check_integer("sensitivity_n", "size", size, 1)
        if size >= count:
            raise BadArgument(
                f"sensitivity_n: sets of {size} of {count} places", "fewer expected", f"write {count - 1} or less"
            )
    return list(sizes)


def _sets(number: int, count: int, subsets: int, seed: int) -> list[tuple[int, ...]]:
    generator = stream(seed, "sensitivity", number)
    return [tuple(torch.randperm(count, generator=generator)[:number].tolist()) for _ in range(subsets)]
