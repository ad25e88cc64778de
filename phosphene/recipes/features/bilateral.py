"""Tyka's class pictures: a bilateral filter in place of Oygard's blur, which smooths what lies between edges.

    x <- BF_{space, color}(x + rate g / mean |g|)  at every few steps, space falling over the run

Source: Mike Tyka 2016, Class visualization with bilateral filters, which names no constants; those here are ours.
"""

from __future__ import annotations

from typing import Any

from ... import param
from ...models import as_vision
from ...render import Render, constraints, gradients, operators, render, schedules, sgd
from ...transforms import jitter
from ..given.asked import size_asked, two

WHITE = 255


def bilateral(
    model: Any,
    objective: Any,
    *,
    space: tuple[float, float] = (3, 0.8),
    color: float = 0.15,
    every: int = 4,
    rate: tuple[float, float] = (8, 2),
    size: int | tuple[int, int] | None = None,
    **options: Any,
) -> Render:
    """A picture whose areas stay smooth and whose edges stay sharp.

    objective: what to look for, a value or its text.  space: pixels over which the filter smooths, from ... to.  color: the
    Euclidean distance of colors in [0, 1] up to which it mixes them.  every: steps from one filter to the next.
    rate: the mean change of a pixel of 0 to 255 in a step, from ... to.  size: pixels, the network's own where not given.
    options: for `render`.  Errors: as `render`.

    >>> import phosphene as ph
    >>> ph.recipes.bilateral(ph.load("patterns"), "logit('rings')", size=32, steps=4).images.shape
    torch.Size([1, 3, 32, 32])
    """
    vision, rates = as_vision(model), two("bilateral", "rate", rate, (8, 2))
    chosen = {
        "param": param.pixels(size_asked("bilateral", vision, size), sd=10 / WHITE, mean=0.5) >> param.unbounded(),
        "transforms": jitter(8, fill="wrap"),
        "steps": 200,
        "optimizer": sgd(schedules.ramp(rates[0] / WHITE, rates[1] / WHITE)),
        "gradient": [gradients.normalize("mean_abs")],
        "operators": [
            operators.bilateral(schedules.ramp(*two("bilateral", "space", space, (3, 0.8))), color, every=every)
        ],
        "within": constraints.box(0, 1),
    }
    return render(vision, objective, **{**chosen, **options})
