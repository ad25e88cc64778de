"""Showing and hiding the places that a method names first: how the score rises and falls (Petsiuk et al. 2018)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor

from ..attribution import attribute
from ..errors import BadArgument
from ..filters import gaussian
from ..param.picture import picture as read
from ..render.looks import score
from ..values import check_integer, check_number
from .asked import as_methods, as_one

BLURRED = 0.08
"""The blur behind what is shown, in parts of a picture's shorter side: RISE's sigma 5 for 224 pixels is 0.022, too sharp for
large patterns."""


@dataclass(frozen=True, eq=False)
class Curves:
    """The scores of B pictures while places appear, or vanish, in the order of each of M methods.

    scores: (M, B, S + 1).  fractions: of the places, (S + 1,), from 0 to 1.  methods: their texts.
    """

    scores: Tensor
    fractions: Tensor
    methods: tuple[str, ...]

    @property
    def auc(self) -> Tensor:
        """The area under each curve, (M, B), by trapezoids: the mean score on the way."""
        return torch.trapezoid(self.scores, self.fractions.to(self.scores), dim=2)

    def __repr__(self) -> str:
        width = max(map(len, self.methods))
        rows = zip(self.methods, self.auc.mean(1).tolist(), strict=True)
        return "\n".join(
            [f"Area under the curve, {self.scores.shape[1]} pictures", *(f"{m:{width}}  {a:.4g}" for m, a in rows)]
        )


def insertion(
    model: Any,
    objective: Any,
    pictures: Any,
    wrt: str = "image",
    methods: Any = "attribution.gradient()",
    steps: int = 32,
    ground: float | Literal["blur"] = "blur",
) -> Curves:
    """The scores while the places of pictures appear, those with the largest values first: the sooner high the better.

    The values are summed over channels; those of a layer are enlarged to the picture.  objective: as in `attribute`; the
    paper has a probability.  steps: in how many equal parts the places appear.  ground: what stands where nothing is shown, a
    number in [0, 1] or the blurred picture.  The other arguments and errors are those of `attribute`.
    Source: Petsiuk et al. 2018, RISE.

    >>> import phosphene as ph
    >>> net, drawing = ph.load("patterns"), ph.models.patterns.draw("dots", seed=1, size=64)
    >>> found = insertion(net, "prob('dots')", drawing, "block4", "attribution.grad_cam()", steps=8)
    >>> found.scores.shape, bool(found.auc > 0)
    (torch.Size([1, 1, 9]), True)
    """
    return _curves("insertion", model, objective, pictures, wrt, methods, steps, ground)


def deletion(
    model: Any,
    objective: Any,
    pictures: Any,
    wrt: str = "image",
    methods: Any = "attribution.gradient()",
    steps: int = 32,
    ground: float | Literal["blur"] = 0.5,
) -> Curves:
    """The scores while the places of pictures vanish, those with the largest values first: the sooner low the better.

    ground: what takes their place.  All else is as in `insertion`.

    >>> import phosphene as ph
    >>> net, drawing = ph.load("patterns"), ph.models.patterns.draw("dots", seed=1, size=64)
    >>> found = deletion(net, "prob('dots')", drawing, "block4", "attribution.grad_cam()", steps=8)
    >>> bool(found.scores[0, 0, 0] > found.scores[0, 0, -1])
    True
    """
    return _curves("deletion", model, objective, pictures, wrt, methods, steps, ground)


def _curves(
    owner: str, model: Any, objective: Any, pictures: Any, wrt: str, methods: Any, steps: int, ground: Any
) -> Curves:
    vision, asked = as_one(owner, model), as_methods(owner, methods)
    check_integer(owner, "steps", steps, 1)
    if ground != "blur":
        check_number(owner, "ground, if it is not 'blur',", ground, 0, 1)
    x = read(pictures, channels=len(vision.mean)).numbers().to(vision.device, vision.dtype)
    below = torch.full_like(x, ground) if ground != "blur" else _blurred(x)
    first, last = (below, x) if owner == "insertion" else (x, below)
    fractions = torch.arange(steps + 1, dtype=torch.float64) / steps
    rows = []
    for method in asked:
        place = _places(attribute(model, objective, pictures, wrt, method).map()).to(x.device)
        if place.shape[1:] != x.shape[2:]:
            raise BadArgument(f"{owner} at {wrt!r}", "a layer with places expected", "write an earlier layer")
        shown = [torch.where((place < part * place[0].numel())[:, None], last, first) for part in fractions.tolist()]
        rows.append(torch.stack([score(model, objective, one) for one in shown], 1))
    return Curves(torch.stack(rows), fractions, tuple(map(repr, asked)))


def _places(maps: Tensor) -> Tensor:
    """The place of every number of maps (B, H, W) in their order, 0 for the largest; of equal ones the first is first."""
    order = maps.flatten(1).argsort(dim=1, descending=True, stable=True)
    return order.argsort(1).view_as(maps)


def _blurred(x: Tensor) -> Tensor:
    return gaussian(x, BLURRED * min(x.shape[2:])).clamp(0, 1)
