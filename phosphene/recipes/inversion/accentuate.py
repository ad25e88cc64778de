"""Feature accentuation: a given picture, changed until a unit answers it, while it stays what it is (Hamblin et al. 2024).

    max  f(x) - lambda |A(x) - A(x0)|^2 / |A(x0)|^2        from x0

A is an early layer. The painted picture and the one given are seen through the same draw of the transforms at every step.
"""

from __future__ import annotations

from typing import Any

from ... import objectives as obj
from ... import param, presets
from ...render import Render, render
from ...render.arguments import as_objective
from ...render.ways import size_of
from ...values import check_number
from ..given.target import target


def accentuate(
    model: Any,
    picture: Any,
    objective: Any,
    *,
    near: str,
    weight: float = 1,
    size: int | tuple[int, int] | None = None,
    **options: Any,
) -> Render:
    """A given picture, changed until an objective is high in it, while it stays what it is to a layer.

    objective: what to raise, a value or its text.  near: the layer at which the picture stays near to itself, an early one;
    weight: how much it has to, against the objective.  picture, size, options: as of `caricature`.
    Errors: as `render`.  Source: Hamblin, Fel, Saha, Konkle, Alvarez 2024.

    >>> import phosphene as ph
    >>> net, drawing = ph.models.load("patterns"), ph.models.patterns.draw("rings", seed=1, size=32)
    >>> accentuate(net, drawing, "logit('spiral')", near="block1", size=32, steps=4).images.shape
    torch.Size([1, 3, 32, 32])
    """
    check_number("accentuate", "weight", weight, 0)
    shown = target(model, picture, size)
    goal = as_objective(objective) - weight * obj.content(near, shown, "relative")
    start = param.fourier(size_of(shown), channels=shown.shape[1]).starting_from(shown)
    return render(model, goal, **{**presets.clear, "param": start, **options})
