"""Pictures of units from the codes of a generator: DGN-AM (Nguyen et al. 2016).

code h, picture G(h):   g = d score / d picture,   g <- g / mean|g|
                        u = pull g back to h,      u <- u / mean|u|
                        h <- 0.99 clip(h + rate u, 0, bound),    rate from 8 to 1e-10 over 200 steps

render(net, logit(c), latent(G), crop, sgd(ramp(8, 1e-10)), [mean_abs, mean_abs of the code], [box(0, bound), decay(0.01)])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import transforms as tf
from ...objectives import Objective
from ...param import Param
from ...render import Render, constraints, gradients, operators, render, schedules, sgd
from .generator import bound_of, goal_of, painted_by
from .generator_checks import moved

RATE = schedules.ramp(8, 1e-10)


def dgn_am(
    model: Any,
    label: str | int | Objective | Sequence[str | int | Objective],
    generator: Any = "gan",
    *,
    shape: Any = None,
    bound: Any = None,
    steps: int = 200,
    rate: Any = RATE,
    decay: float = 0.01,
    **options: Any,
) -> Render:
    """The picture of a generator that a class, or any objective, answers most; of several labels, one picture each.

    model: a `Vision`.  generator: "gan" (bundled), a module with the `shape` of its code, or a `param.latent`.
    bound: each unit of the code stays between 0 and this number or tensor, or in a pair (low, high); the paper takes three
    standard deviations above 0, or (-1, 1). A generator that knows its own has it in a buffer `upper`.
    rate: of the step, which has mean absolute value 1.  decay: what each step takes off the code.
    The network sees the middle of the picture, 227 of 256 of its side.  options: of `render`.

    Errors: Detached for a generator that no gradient passes through, BadArgument without a bound, those of `render`.
    Source: Nguyen et al. 2016, Synthesizing the preferred inputs for neurons via deep generator networks.

    >>> import phosphene as ph
    >>> made = dgn_am(ph.models.load("patterns"), ["spiral", "dots"], steps=2, progress=False)
    >>> made.images.shape
    torch.Size([2, 3, 64, 64])
    """
    paint: Param = moved(painted_by(generator, shape))
    seen = tuple(round(side * 227 / 256) for side in paint.size)
    program = {
        "transforms": tf.center_crop(seen),
        "optimizer": sgd(rate),
        "gradient": [gradients.normalize("mean_abs"), gradients.normalize("mean_abs", frame="state")],
        "operators": [
            operators.project(constraints.box(*bound_of(paint, bound)), frame="state"),
            operators.decay(decay, center=0, frame="state"),
        ],
    }
    return render(model, goal_of(label), paint, steps=steps, **{**program, **options})
