"""Between units, and against a unit (Olah, Mordvintsev, Schubert 2017, Feature Visualization).

    interpolation    max  (1 - t) a(x_t) + t b(x_t) - w sum_d |A(x_t) - A(x_t+d)|^2 / 2^d        t = 0 ... 1
    negative         max  -a(x_0),  a(x_1)                        what a unit is against, and what it is for

Joint neurons and arithmetic need no recipe: a + b - 0.5*c is an objective.
"""

from __future__ import annotations

from typing import Any

from ... import objectives as obj
from ... import presets
from ...render import Render, render
from ...render.arguments import as_objective
from ...values import check_integer, check_number


def interpolation(
    model: Any,
    first: Any,
    second: Any,
    *,
    align: str | None = None,
    weight: float = 0.3,
    count: int = 6,
    seed: int = 0,
    **options: Any,
) -> Render:
    """A row of pictures from one objective to another.

    align: a layer at which neighbours in the row stay alike, so that what changes changes in its place; all pictures then
    have one seed, that is one start and the same views.  weight: of the difference, against the objectives.  count:
    pictures, the first of the first objective alone, the last of the second.  options: for `render`, over those of
    `presets.clear`.
    Errors: as `render`.  Source: Olah et al. 2017; Lucid has weight 0.1 for a sum over the row.

    >>> import phosphene as ph
    >>> net, quick = ph.models.load("patterns"), {"param": ph.param.fourier(32), "steps": 4}
    >>> interpolation(net, "logit('dots')", "logit('stars')", align="block2", count=3, **quick).images.shape
    torch.Size([3, 3, 32, 32])
    """
    check_integer("interpolation", "count", count, 1)
    check_number("interpolation", "weight", weight, 0)
    apart = weight * obj.alignment(align) if align else obj.const(0)
    goal = obj.interpolate(as_objective(first), as_objective(second)) - apart
    return _painted(model, goal, batch=count, seed=[seed] * count if align else seed, **options)


def negative(model: Any, objective: Any, **options: Any) -> Render:
    """Two pictures: what an objective is lowest for, then what it is highest for.  options: for `render`.

    The activation behind a ReLU has no negative side: name the layer before it, or a logit.

    >>> import phosphene as ph
    >>> net, quick = ph.models.load("patterns"), {"param": ph.param.fourier(32), "steps": 4}
    >>> negative(net, "channel('block3.1.conv1', 3)", **quick).images.shape
    torch.Size([2, 3, 32, 32])
    """
    goal = as_objective(objective)
    return _painted(model, obj.each(-goal, goal), **options)


def _painted(model: Any, goal: Any, **options: Any) -> Render:
    return render(model, goal, **{**presets.clear, **options})
