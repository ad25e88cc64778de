"""Templates of a linear classifier: d logit_c / dx = W[c] / std, the picture that it compares every other one with."""

from __future__ import annotations

from typing import Any

import torch

from ... import objectives as obj
from ...attribution import attribute
from ...errors import BadArgument
from ...figures.plates import Plates, plates
from ...models import as_vision
from ...models.capture import dry_run, grey
from ...seeds import stream
from ..given.asked import size_asked
from .modules import about_grey, linear_in_picture


def templates(model: Any, size: int | None = None) -> Plates:
    """The templates of a linear classifier: the picture that each class compares others with, by pixel and color.

    Errors: BadArgument for a network that is not linear in the picture, of which the gradient is another at each picture.

    >>> import phosphene as ph
    >>> from torch import nn
    >>> linear = nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 4)).requires_grad_(False)
    >>> templates(ph.Vision(linear, [0.5] * 3, [0.25] * 3, size=8)).values.shape
    (4, 8, 8, 3)
    """
    vision = as_vision(model)
    seen = size_asked("templates", vision, size)
    place = grey(vision, seen)
    noise = torch.rand(place.shape, generator=stream(0, "templates")).to(place)  # not grey: rectifiers switch
    classes = range(dry_run(vision, place).shape[1])
    at = [[attribute(vision, obj.logit(c), one, size=seen).slope for c in classes] for one in (place, noise)]
    first, second = (torch.cat(one) for one in at)
    if not linear_in_picture(first, second):
        raise BadArgument(
            f"templates of {vision.name}, whose gradient depends on the picture",
            "a classifier that is linear in the picture expected",
            "look at one picture: ph.attribute(model, objective, picture)",
        )
    found = {(vision.labels or classes)[c]: one.permute(1, 2, 0) for c, one in enumerate(first)}
    images = [about_grey(one) for one in found.values()]
    return plates(f"Templates of {vision.name}", "Grey is 0.", {str(k): v for k, v in found.items()}, images, {}, 8)
