"""Oygard's class pictures: steps in a window of a growing canvas, and a blur of picture or gradient that fades.

    v <- blur_sigma(clip(v + rate g / mean |g|)),  v a window of the picture near its middle, sigma falling in each stage

Source: Audun Oygard 2015, Visualizing GoogLeNet Classes (deepdraw); there in pixels of 0 to 255.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from ... import param
from ...errors import BadArgument
from ...models import as_vision
from ...render import Render, constraints, gradients, operators, render, schedules, sgd, stage
from ...render.arguments import as_objective
from ...transforms import crop
from ...values import check_choice
from ..given.asked import size_asked
from .oygard_stages import STAGES, planned

WHITE = 255


def oygard(
    model: Any,
    objective: Any,
    *,
    smooth: Literal["picture", "gradient"] = "picture",
    decay: float = 0.01,
    stages: Any = STAGES,
    size: int | tuple[int, int] | None = None,
    **options: Any,
) -> Render:
    """A picture by steps of one length and a blur that fades while the canvas grows.

    objective: a value or its text; or one for each stage, as the three heads of GoogLeNet were.  smooth: what is blurred;
    with "gradient" the picture loses `decay` of its distance from grey at each step, which removes what earlier steps left.
    stages: as `STAGES`.  size: pixels of the window, and of the canvas at first.  options: for `render`.  Errors: BadArgument.

    >>> import phosphene as ph
    >>> short = [(2, 1, (2.5, 0.8), (11, 11)), (2, 1.2, (0.9, 0.4), (6, 3))]
    >>> ph.recipes.oygard(ph.load("patterns"), "logit('rings')", stages=short, size=32).images.shape
    torch.Size([1, 3, 38, 38])
    """
    check_choice("oygard", "smooth", smooth, ("picture", "gradient"))
    window, plan = size_asked("oygard", as_vision(model), size), planned(stages)
    goals = list(objective) if isinstance(objective, (list, tuple)) else [objective] * len(plan)
    if len(goals) != len(plan):
        raise BadArgument(f"{len(goals)} goals, {len(plan)} stages", "one each expected", "write a single objective")
    fading = schedules.by_stage(tuple(schedules.ramp(a, b, endpoint=False) for _, _, (a, b), _ in plan))
    rates = schedules.by_stage(tuple(schedules.ramp(a / WHITE, b / WHITE, endpoint=False) for *_, (a, b) in plan))
    whole = constraints.box(0, 1)
    blur, fade = operators.blur(fading, frame="view"), operators.decay(decay, frame="view")
    normal, soft = gradients.normalize("mean_abs", frame="view"), gradients.blur(fading, frame="view")
    chain = (operators.project(whole, frame="view"), blur if smooth == "picture" else fade)
    made = [
        stage(steps, scale=scale, resample="spline", objective=as_objective(goal))
        for (steps, scale, *_), goal in zip(plan, goals, strict=True)
    ]
    last = operators.project(whole, every=plan[-1][0])  # splines overshoot where no window has been since
    chosen = {
        "param": param.pixels(window, sd=8 / WHITE, mean=200 / WHITE) >> param.unbounded(),
        "transforms": crop(window, spread=0.3),
        "stages": [*made[:-1], replace(made[-1], operators=(*chain, last))],
        "optimizer": sgd(rates),
        "gradient": [normal] if smooth == "picture" else [soft, normal],
        "operators": chain,
    }
    return render(model, goals[0], **{**chosen, **options})
