"""Yosinski's regularized ascent: after each step four operators, each of which removes what the network does not need.

    x <- r(x + rate dS/dx),  r: towards the mean by `decay`; blur; the mean where |x - m| or |sum_c (x - m) dS/dx| is small

Source: Yosinski et al. 2015 (arXiv:1506.06579), table 1, and the Deep Visualization Toolbox; there in pixels of 0 to 255.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import param
from ...errors import BadArgument
from ...models import as_vision
from ...models.vision import Vision
from ...render import Render, constraints, operators, optimizers, render, schedules
from ...transforms import identity
from ...values import check_integer, check_number
from ..given.asked import size_asked
from .yosinski_presets import YOSINSKI, yosinski_settings

WHITE = 255


def yosinski(
    model: Any,
    objective: Any,
    setting: yosinski_settings = YOSINSKI[2],
    *,
    pace: float = 1,
    size: int | tuple[int, int] | None = None,
    **options: Any,
) -> Render:
    """A picture by the four operators of Yosinski et al.

    objective: what to look for, a value or its text.  setting: how strong the operators are: one of `YOSINSKI`, the rows of
    the paper's table 1, or `yosinski_settings` of your own.  pace: times the paper's rates, which are those of its network: the
    bundled one needs 1000.  size: pixels, the network's own where not given.  options: for `render`.  Errors: as `render`.

    >>> import phosphene as ph
    >>> ph.recipes.yosinski(ph.load("patterns"), "logit('rings')", pace=1000, size=32, steps=4).images.shape
    torch.Size([1, 3, 32, 32])
    """
    vision = as_vision(model)
    return render(vision, objective, **ascent(vision, setting, pace, size, options))


def ascent(vision: Vision, setting: Any, pace: float, size: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `render` for a setting."""
    if not isinstance(setting, yosinski_settings):
        raise BadArgument(f"the setting {setting!r}"[:200], "one of YOSINSKI expected", "write recipes.YOSINSKI[2]")
    check_number("yosinski", "pace", pace, 0)
    mean, steps = vision.mean, options.get("steps", setting.steps)
    check_integer("render", "steps", steps, 1)
    last, rate = max(steps - 1, 1), pace * setting.rate / WHITE**2
    optimizer = (
        optimizers.sgd(schedules.piecewise(((0, rate), (last, 0))))
        if setting.gain is None
        else optimizers.progress(schedules.piecewise(((0, setting.gain), (last, 0))), rate)
    )
    chain = [
        operators.decay(setting.decay, mean, skip_last=True),
        operators.blur(schedules.every(setting.every, setting.sigma), skip_last=True),
        operators.clip_norm(setting.norm, mean, skip_last=True),
        operators.clip_contribution(setting.contribution, mean, skip_last=True),
    ]
    strengths = (setting.decay, setting.sigma, setting.norm, setting.contribution)
    return {
        "param": param.pixels(size_asked("yosinski", vision, size), len(mean), 10 / WHITE, mean) >> param.unbounded(),
        "transforms": identity,
        "steps": steps,
        "optimizer": optimizer,
        "operators": [
            operators.project(constraints.box(0, 1), when="start"),
            *(one for one, strength in zip(chain, strengths, strict=True) if strength),
        ],
        **options,
    }
