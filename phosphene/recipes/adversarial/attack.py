"""Adversarial pictures: the score of a class rises while the picture stays in a ball about a photograph.

    max log P(target | x')  subject to  ||x' - x|| <= epsilon,  0 <= x' <= 1
    x' <- project(x' + step sign(gradient))                        projected gradient descent; one step of epsilon: FGSM

Sources: Goodfellow et al. 2015 (arXiv:1412.6572), Madry et al. 2018 (arXiv:1706.06083).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ...models.vision import as_vision
from ...objectives import Objective
from ...param import pixels
from ...render import Render, gradients, render, sgd
from ...render.constraints import box, l2, linf
from ...render.gradients import Gradient
from ...render.looks import score
from ...transforms import identity
from ...values import check_choice
from .aims import check_alone, check_epsilon, goal_of, near, photograph

WAYS: dict[str, tuple[Gradient, type[linf | l2], Callable[[int], float]]] = {
    "linf": (gradients.sign(), linf, lambda numbers: 1),
    "l2": (gradients.normalize("l2"), l2, math.sqrt),
}
"""By norm: the steepest way up, the ball, and the radius from which on it holds every picture."""


def attack(
    model: Any,
    picture: Any,
    target: str | int | Objective | None = None,
    epsilon: float = 8 / 255,
    step: float = 2 / 255,
    steps: int = 10,
    restarts: int = 1,
    norm: str = "linf",
    **options: Any,
) -> Render:
    """A picture nearly the same that the network takes for something else.

    picture: whatever `param.picture` takes, of any size.  target: the class that it is to be taken for; any class but the
    present one where not given; or an objective.  epsilon: how far it may go, the largest change of a value in [0, 1]
    ("linf") or the Euclidean length of the change ("l2").  step: the length of a step, measured in the same way.
    restarts: 1 starts at the picture; more start at random in the ball, too, and the one with the best score is kept.
    options: arguments of `render`.

    Errors: BadArgument for an epsilon of 0 or that allows every picture, a target that is the present class, restarts of a
    goal that says which picture it is of; UnknownLabel; ShapeMismatch for a network that returns no classes.

    >>> import phosphene as ph
    >>> net, rings = ph.load("patterns"), ph.models.patterns.draw("rings", 0, size=32)
    >>> ph.recipes.attack(net, rings, "dots", steps=2, progress=False).images.shape
    torch.Size([1, 3, 32, 32])
    """
    vision = as_vision(model)
    photo = photograph(vision, picture)
    goal = goal_of(vision, photo, target)
    check_choice("attack", "norm", norm, tuple(WAYS))
    link, ball, whole = WAYS[norm]
    check_epsilon(epsilon, whole(photo.numel()))
    check_alone(goal, restarts)
    starts = near(photo, epsilon / whole(photo.numel()), restarts, options.get("seed", 0))
    chosen: dict[str, Any] = {"transforms": identity, "steps": steps, "optimizer": sgd(step), "gradient": (link,)}
    chosen["param"] = pixels(tuple(photo.shape[2:]), photo.shape[1]).starting_from(starts)
    chosen["within"] = ball(photo, epsilon) & box(0, 1)
    if restarts != 1:  # one by one, so that the one that is kept replays bit for bit without the others
        chosen["chunk"] = 1
    result = render(vision, goal, **{**chosen, **options})
    return result.apart()[int(score(vision, goal, result.images).argmax())] if restarts > 1 else result


def fgsm(model: Any, picture: Any, target: Any = None, epsilon: float = 8 / 255, **options: Any) -> Render:
    """`attack` in one step as long as is allowed: the fast gradient sign method (Goodfellow et al. 2015)."""
    return attack(model, picture, target, epsilon, step=epsilon, steps=1, **options)
