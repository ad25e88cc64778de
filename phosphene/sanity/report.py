"""All tests at once, and which methods pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..attribution import Method, Tail
from ..errors import BadArgument
from ..seeds import stream
from ..values import check_integer
from .asked import as_methods, as_one
from .curves import deletion, insertion
from .randomization import randomization
from .sensitivity import sensitivity_n

SUBSETS = 50


class chance(Method, room="sanity"):
    """Random numbers for every place, the same whatever the network does: what any method should do better than.

    seed: of the numbers.

    >>> chance()
    sanity.chance()
    """

    seed: int = 0

    def __post_init__(self) -> None:
        check_integer(self.word, "seed", self.seed, 0)

    def values(self, tail: Tail) -> Tensor:
        """The same numbers in [-0.5, 0.5) for every picture, one a place."""
        x = tail.activation
        drawn = torch.rand((1, *x.shape[2:]), generator=stream(self.seed, "chance"), dtype=torch.float64) - 0.5
        return drawn.to(x).expand(len(x), 1, *x.shape[2:])


@dataclass(frozen=True, eq=False)
class Report:
    """The results of N methods, means over the pictures: numbers (N,), NaN where there is none.

    rank, structure: similarity of absolute maps with half of the network's parts redrawn (`Similarity.middle`).  passes:
    whether both are below 0.5.  insertion, deletion: areas under the curves; sensitivity: the mean over set sizes.
    methods, wrt: texts and layers.  Of each layer, the last row is `chance()`.
    """

    rank: Tensor
    structure: Tensor
    passes: Tensor
    insertion: Tensor
    deletion: Tensor
    sensitivity: Tensor
    methods: tuple[str, ...]
    wrt: tuple[str, ...]

    def __repr__(self) -> str:
        width, layer = max(map(len, self.methods)), max(5, *map(len, self.wrt))
        head = (
            f"{'method':{width}}  {'layer':{layer}}  randomization: rank   SSIM        insertion  deletion  sensitivity"
        )
        numbers = self.rank, self.structure, self.passes, self.insertion, self.deletion, self.sensitivity
        rows = zip(self.methods, self.wrt, *(x.tolist() for x in numbers), strict=True)
        return "\n".join(
            [head]
            + [
                f"{name:{width}}  {wrt:{layer}}  {rank:19.2f}  {ssim:5.2f}  {'passes' if good else 'fails':6} "
                f"{up:9.3g}  {down:8.3g}  {sensitive:11.2f}"
                for name, wrt, rank, ssim, good, up, down, sensitive in rows
            ]
        )


def report(
    model: Any,
    objective: Any,
    pictures: Any,
    methods: Mapping[str, Any],
    steps: int = 16,
    seed: int = 0,
) -> Report:
    """Put methods to all tests of this room, each at its layer.

    methods: one or several by layer, `{"image": [...], "block4": [...]}`.  steps: of the curves.  seed: of weights and sets.
    The other arguments and errors are those of `randomization`, `insertion`, `deletion` and `sensitivity_n`.

    >>> import phosphene as ph
    >>> net, drawing = ph.load("patterns"), ph.models.patterns.draw("dots", seed=1, size=64)
    >>> found = report(net, "logit('dots')", drawing, {"block4": "attribution.grad_cam()"}, steps=4)
    >>> found.methods, found.passes.tolist()
    (('attribution.grad_cam()', 'sanity.chance()'), [True, False])
    """
    if not isinstance(methods, Mapping) or not methods:
        raise BadArgument(
            f"report: methods is {methods!r}"[:200],
            "methods by layer expected",
            "write {'image': [attribution.gradient()]}",
        )
    vision = as_one("report", model)
    asked = {wrt: (*as_methods("report", some), chance()) for wrt, some in methods.items()}
    check_integer("report", "steps", steps, 1)
    parts: dict[str, list[Tensor]] = {}
    for wrt, some in asked.items():
        about = (vision, objective, pictures, wrt, some)
        similarity = randomization(*about, seed=seed)
        rank, structure = similarity.middle()
        sensitive = sensitivity_n(*about, subsets=SUBSETS, seed=seed).correlation
        row = {
            "rank": rank,
            "structure": structure,
            "passes": similarity.passes(),
            "insertion": insertion(*about, steps=steps).auc.mean(1),
            "deletion": deletion(*about, steps=steps).auc.mean(1),
            "sensitivity": sensitive.flatten(1).nanmean(1),
        }
        for name, numbers in row.items():
            parts.setdefault(name, []).append(numbers)
    names = tuple(repr(one) for some in asked.values() for one in some)
    layers = tuple(wrt for wrt, some in asked.items() for _ in some)
    return Report(**{name: torch.cat(found) for name, found in parts.items()}, methods=names, wrt=layers)
