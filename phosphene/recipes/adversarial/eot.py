"""Adversarial pictures that stay so under change: Expectation over Transformation.

    max E_{t ~ T}[log P(target | t(x'))] - weight E_{t ~ T}[d(t(x'), t(x))],    0 <= x' <= 1

with d the distance in CIE L*a*b*, both pictures under the same draw; or, in place of it, ||x' - x||_inf <= epsilon.

Source: Athalye et al. 2018 (arXiv:1707.07397).
"""

from __future__ import annotations

from typing import Any

from ...models.vision import as_vision
from ...objectives import Objective, expect, lab_distance
from ...param import pixels
from ...render import Render, adam, constraints, render
from ...transforms import Transform, eot_2d, identity
from ...values import check_number
from .aims import goal_of, photograph
from .attack import attack


def eot(
    model: Any,
    picture: Any,
    target: str | int | Objective | None = None,
    transforms: Transform = eot_2d,
    draws: int = 10,
    weight: float = 0.1,
    epsilon: float | None = None,
    step: float = 2 / 255,
    steps: int = 100,
    **options: Any,
) -> Render:
    """A picture nearly the same that is taken for something else however it is turned, moved and lit.

    picture, target: as for `attack`; without a target, any class but the one that the draws show now.  transforms: T, a
    stack of your own; that of the paper for photographs where not given.  draws: of T for each step.
    weight: of the distance in L*a*b*, whose unit is about half of what is just noticed.  epsilon: the largest change of a
    value, as a bound in place of the distance; steps are then those of `attack`, else Adam's at the rate `step`.
    options: arguments of `render`; with epsilon those of `attack`, too.

    Errors: as for `attack`.

    >>> import phosphene as ph
    >>> net, rings = ph.load("patterns"), ph.models.patterns.draw("rings", 0)
    >>> ph.recipes.eot(net, rings, "dots", ph.transforms.rotate(-20, 20), 2, steps=2, progress=False).images.shape
    torch.Size([1, 3, 64, 64])
    """
    vision = as_vision(model)
    photo = photograph(vision, picture)
    check_number("eot", "weight", weight, 0)
    goal = goal_of(vision, photo, target, transforms, draws)
    if epsilon is not None:
        return attack(vision, photo, expect(goal, transforms, draws), epsilon, step, steps, **options)
    paired = expect(goal - weight * lab_distance(photo), transforms, draws)
    start = pixels(tuple(photo.shape[2:]), photo.shape[1]).starting_from(photo)
    chosen = {"transforms": identity, "steps": steps, "optimizer": adam(step), "within": constraints.box(0, 1)}
    return render(vision, paired, **{"param": start, **chosen, **options})
