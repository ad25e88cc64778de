"""DeepDream: a picture changed step by step until more of what a layer sees is in it, from coarse to fine.

    max_x  1/2 |A(x)|^2     x <- clip(x + rate g / mean |g|),  jittered, in octaves whose detail is carried on
    guided:  max_x  sum_p  A_p(x) . A_q(p)(guide),  q(p) the place in the guide that is most similar to p

Sources: Mordvintsev, Olah & Tyka 2015, Inceptionism, and its notebook; balanced: Mordvintsev 2016. There in 0 to 255.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from ... import param
from ...models import as_vision
from ...render import Render, constraints, gradients, render, sgd
from ...render import octaves as in_octaves
from ...transforms import identity, jitter, resize
from ...values import check_choice, check_number
from ..given.canvas import canvas_of, on_canvas, opened
from .dreaming import seen_at, wish

WHITE = 255


def dream(
    model: Any,
    picture: Any,
    objective: Any,
    *,
    guide: Any = None,
    octaves: int = 4,
    scale: float = 1.4,
    steps: int = 10,
    rate: float | None = None,
    shift: int = 32,
    balanced: bool = False,
    tile: int | None = None,
    size: Any = None,
    **options: Any,
) -> Render:
    """A picture with more in it of what the network sees there.

    picture: what `param.picture` takes.  objective: the name of a layer, whose squares rise; or any objective or its text,
    such as `random_class(labels)`.  guide: another picture, whose vectors at that layer the dream takes over.
    octaves, scale: sizes, each so many times the one before, the last one the picture's.  steps: in each of them.
    rate: the mean change of a pixel of 0 to 255 in a step; 1.5, or 1 where balanced.  shift: pixels of the jitter.
    balanced: the levels of the gradient's Laplacian pyramid get the same size.  tile: pixels of the parts that are looked
    at one by one, for pictures too large for memory.  size: pixels of the longer side, or (height, width); at most 512
    where not given.  options: for `render`.
    Errors: UnknownLayer; BadArgument for octaves that the network does not take, a guide without a layer.

    >>> import phosphene as ph
    >>> net, rings = ph.load("patterns"), ph.models.patterns.draw("rings", 0, size=48)
    >>> ph.recipes.dream(net, rings, "block2", octaves=2, steps=2).images.shape
    torch.Size([1, 3, 48, 48])
    """
    check_choice("dream", "balanced", balanced, (True, False))
    pace = 1.5 - 0.5 * balanced if rate is None else rate
    check_number("dream", "rate", pace, 0)
    vision, photo = as_vision(model), opened(picture)
    canvas = canvas_of(photo, size)
    stages = in_octaves(octaves, scale, steps, canvas)
    seen = seen_at(vision, [one.size for one in stages])
    even = gradients.laplacian(4) if balanced else gradients.normalize("mean_abs")
    looks = [identity if tile is not None else jitter(shift, fill="wrap") >> resize(one) for one in seen]
    chosen = {
        "param": (param.pixels(canvas) >> param.unbounded()).starting_from(on_canvas(photo, canvas)),
        "stages": [dataclasses.replace(one, transforms=look) for one, look in zip(stages, looks, strict=True)],
        "optimizer": sgd(pace / WHITE),
        "gradient": [even] if tile is None else [gradients.tiles(tile), even],
        "within": constraints.box(0, 1),
    }
    return render(vision, wish(objective, guide, canvas), **{**chosen, **options})
