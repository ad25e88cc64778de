"""Whether maps follow the network: with weights exchanged they should be others (Adebayo et al. 2018)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..attribution import Attribution, Method, attribute
from ..attribution.result import by_place
from ..values import check_integer
from .asked import as_methods, as_one
from .redrawn import from_the_top, redrawn
from .similarity import rank_correlation, structural_similarity


@dataclass(frozen=True, eq=False)
class Similarity:
    """How alike the maps of M methods are before and after S changes of the network, for B pictures.

    rank, absolute: rank correlation of the maps, and of the maps of absolute values, (M, S, B), in [-1, 1]; NaN where a map
    is flat.  structure: SSIM of the latter, (M, S, B).  methods: their texts.  changes: what was exchanged, one after the
    other, each with all before it.
    """

    rank: Tensor
    absolute: Tensor
    structure: Tensor
    methods: tuple[str, ...]
    changes: tuple[str, ...]

    def middle(self) -> tuple[Tensor, Tensor]:
        """`absolute` and `structure` after half of the changes, rounded up: means over the pictures, (M,) each."""
        half = (len(self.changes) + 1) // 2 - 1
        return self.absolute[:, half].nanmean(1), self.structure[:, half].nanmean(1)

    def passes(self, limit: float = 0.5) -> Tensor:
        """Whether both similarities of `middle` are below a limit, (M,): with half of the network random, other maps.

        What makes edges of pictures rather than of the network's knowledge stays the same there, and fails.
        """
        rank, structure = self.middle()
        return (rank < limit) & (structure < limit)

    def __repr__(self) -> str:
        width = max(map(len, self.methods))
        rows = [
            f"{method:{width}}  " + "  ".join(f"{value:6.3f}" for value in row.tolist())
            for method, row in zip(self.methods, self.structure.nanmean(2), strict=True)
        ]
        return "\n".join([f"Similarity (SSIM) after {', then '.join(self.changes)}", *rows])


def randomization(
    model: Any,
    objective: Any,
    pictures: Any,
    wrt: str = "image",
    methods: Any = "attribution.gradient()",
    layers: Sequence[str] | None = None,
    seed: int = 0,
) -> Similarity:
    """Compare maps with those of the network after its parts got random weights, from the output on down, one by one.

    A map that stays the same tells nothing about what these parts have learned.  model: one network, which stays as it is.
    methods: one or several.  layers: the parts in their order; by itself those directly below the network, the last first.
    seed: of the weights; see `redrawn`.  The other arguments and errors are those of `attribute`, besides UnknownLayer and
    BadArgument for layers.  Source: Adebayo et al. 2018, Sanity checks for saliency maps.

    >>> import phosphene as ph
    >>> net, drawing = ph.load("patterns"), ph.models.patterns.draw("dots", seed=1, size=64)
    >>> found = randomization(net, "logit('dots')", drawing, "block4", ["attribution.grad_cam()"], ["head", "block4"])
    >>> found.structure.shape, bool((found.structure < 1).all())
    (torch.Size([1, 2, 1]), True)
    """
    vision, asked = as_one("randomization", model), as_methods("randomization", methods)
    check_integer("randomization", "seed", seed, 0)
    order = from_the_top(vision, layers, "randomization")
    before = _maps(vision, objective, pictures, wrt, asked)
    after = [
        _maps(redrawn(vision, order[: count + 1], seed), objective, pictures, wrt, asked) for count in range(len(order))
    ]
    return _compared(before, after, asked, order)


def label_randomization(
    model: Any,
    other: Any,
    objective: Any,
    pictures: Any,
    wrt: str = "image",
    methods: Any = "attribution.gradient()",
) -> Similarity:
    """Compare maps with those of a second network, of the same layers, that was trained on random labels.

    A map that is the same of both tells nothing about what labels have to do with pictures.  The other arguments and errors
    are those of `randomization`.  Source: Adebayo et al. 2018.

    >>> import phosphene as ph
    >>> net, drawing = ph.load("patterns"), ph.models.patterns.draw("dots", seed=1, size=64)
    >>> label_randomization(net, redrawn(net, ["head"]), "logit('dots')", drawing).structure.shape
    torch.Size([1, 1, 1])
    """
    asked = as_methods("label_randomization", methods)
    pair = [_maps(as_one("label_randomization", one), objective, pictures, wrt, asked) for one in (model, other)]
    return _compared(pair[0], pair[1:], asked, ("labels",))


Maps = list[tuple[Tensor, Tensor]]


def _maps(model: Any, objective: Any, pictures: Any, wrt: str, methods: Sequence[Method]) -> Maps:
    return [two_maps(attribute(model, objective, pictures, wrt, method)) for method in methods]


def two_maps(found: Attribution) -> tuple[Tensor, Tensor]:
    """The sum over channels, and that of the absolute values, (B, H, W) each."""
    return found.spatial(), by_place(found.values).abs().sum(1)


def _compared(before: Maps, after: Sequence[Maps], methods: Sequence[Method], changes: tuple[str, ...]) -> Similarity:
    def each(number: int, compare: Any) -> Tensor:
        rows = [[compare(a[number], b[number]) for b in others] for a, *others in zip(before, *after, strict=True)]
        return torch.stack([torch.stack(row) for row in rows])

    texts = tuple(map(repr, methods))
    parts = each(0, rank_correlation), each(1, rank_correlation), each(1, structural_similarity)
    return Similarity(*parts, methods=texts, changes=changes)
