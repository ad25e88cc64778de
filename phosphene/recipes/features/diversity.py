"""Diversity: several faces of one unit (Olah, Mordvintsev, Schubert 2017, Feature Visualization).

max  f(x_i) - w sum_{j != i} cos(G(x_i), G(x_j))        G = A A' / positions, of one layer
"""

from __future__ import annotations

from typing import Any

from ... import objectives as obj
from ... import presets
from ...render import Render, render
from ...render.arguments import as_objective
from ...values import check_integer, check_number


def faces(model: Any, objective: Any, *, layer: str, weight: float = 0.3, count: int = 4, **options: Any) -> Render:
    """Several pictures of one objective that differ as much as they can.

    layer: where they differ, in the correlations of its channels; weight: of the difference, against the objective.
    Errors: as `render`.  Source: Olah et al. 2017; Lucid's weight of 100 is for another scale, a mean over the batch.

    >>> import phosphene as ph
    >>> net, quick = ph.models.load("patterns"), {"param": ph.param.fourier(32), "steps": 4}
    >>> faces(net, "logit('stars')", layer="block2", count=2, **quick).images.shape
    torch.Size([2, 3, 32, 32])
    """
    check_integer("faces", "count", count, 1)
    check_number("faces", "weight", weight, 0)
    goal = as_objective(objective) - weight * obj.diversity(layer)
    return render(model, goal, batch=count, **{**presets.clear, **options})
