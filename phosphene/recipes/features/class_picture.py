"""Pictures of classes: the picture near to grey that a class scores highest, from the gradient alone.

    max_x  S_c(x) - lambda |x - m|^2,   S_c before the softmax, m the mean of the training pictures, from x = m

Source: Simonyan, Vedaldi & Zisserman 2014 (arXiv:1312.6034), section 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ... import objectives as obj
from ... import param
from ...models import as_vision
from ...render import Render, adam, constraints, render, schedules
from ...transforms import identity
from ...values import check_number
from ..given.asked import several, size_asked


def class_picture(
    model: Any,
    labels: str | int | Sequence[str | int],
    *,
    weight: float = 10,
    size: int | tuple[int, int] | None = None,
    **options: Any,
) -> Render:
    """Pictures of classes, one for each label.

    labels: a class by name or index, or several.  weight: of the mean square of x - m, which is lambda times the numbers in
    the picture; the paper does not tell its lambda.  size: pixels, the network's own where not given.  options: for `render`.
    Errors: BadArgument for no class at all, a negative weight; UnknownLabel.

    >>> import phosphene as ph
    >>> class_picture(ph.load("patterns"), ["rings", "dots"], size=32, steps=4).images.shape
    torch.Size([2, 3, 32, 32])
    """
    vision = as_vision(model)
    classes = several(labels, (str, int), "no class at all", f"write {(vision.labels or [0])[0]!r}")
    check_number("class_picture", "weight", weight, 0)
    mean = torch.tensor(vision.mean)[:, None, None]
    goal = obj.each(*map(obj.logit, classes)) - weight * obj.content("image", mean, "mse")
    chosen = {
        "param": param.pixels(size_asked("class_picture", vision, size), len(mean), 0, vision.mean)
        >> param.unbounded(),
        "transforms": identity,
        "optimizer": adam(schedules.cosine(0.02)),
        "within": constraints.box(0, 1),
    }
    return render(vision, goal, **{**chosen, **options})
