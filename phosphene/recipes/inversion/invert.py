"""Feature inversion: which pictures look the same to a layer (Mahendran and Vedaldi 2015).

    x* = argmin  |A(x) - A(x0)|^2 / |A(x0)|^2  +  (lambda/2 V^2(x) + 8e-10/2 sum (255 (x - 1/2))^6) / sigma^2

by 400 steps of momentum from noise of the size sigma. The published numbers are for 0 ... 255; sigma^2 moves them to [0, 1].
"""

from __future__ import annotations

from typing import Any

from torch import Tensor

from ... import objectives as obj
from ... import param
from ...models import layers as layers_of
from ...render import Render, optimizers, render, schedules
from ...render.ways import size_of
from ...transforms import identity
from ...values import check_integer, check_number
from ..given.cells import Program
from ..given.target import target

SIGMA = 0.2703
"""The published size of pictures without their mean, 27098 for 227 x 227 x 3 numbers of 0 ... 255, for each of [0, 1]."""
SIXTH = 8e-10 / 2 * 255**4


def invert(
    model: Any,
    picture: Any,
    layer: str,
    *,
    variation: float | None = None,
    mask: Any = None,
    size: int | tuple[int, int] | None = None,
    steps: int = 400,
    batch: int = 4,
    **options: Any,
) -> Render:
    """Pictures that a layer cannot tell from a given one: `batch` reconstructions, each from noise of its own.

    picture: what `param.picture` takes; scaled until it covers `size`, the network's own where not given, and cut.
    variation: the weight lambda >= 0; where not given 1, 10 or 100 as published, for layers in the first 30 % of the network's,
    up to 60 %, behind.  mask: numbers that broadcast to the activation (C, H, W): (C, 1, 1) keeps some channels, (H, W) some
    places.  steps: the rate falls after a quarter and after three.  options: for `render`.  Errors: as `render`.

    >>> import phosphene as ph
    >>> net, drawing = ph.models.load("patterns"), ph.models.patterns.draw("rings", seed=1, size=32)
    >>> invert(net, drawing, "block1", size=32, steps=8, batch=2).images.shape
    torch.Size([2, 3, 32, 32])
    """
    goal, how = inversion(model, target(model, picture, size), layer, variation, mask, steps)
    return render(model, goal, batch=batch, **{**how, **options})


def inversion(model: Any, wanted: Tensor, layer: str, variation: float | None, mask: Any, steps: int) -> Program:
    """The program of `invert` for a picture (1, C, H, W) of the size that is painted."""
    check_integer("render", "steps", steps, 1)
    square = SIGMA**2 * wanted.numel()  # V^2 is as free of the range as the distance; the sixth power keeps 255^4
    weight = published(model, layer, size_of(wanted)) if variation is None else variation
    check_number("invert", "variation", weight, 0)
    smooth = weight / 2 / square * obj.tv(beta=2, convention="mahendran")
    inside = SIXTH / square * obj.lp(6, center=0.5, reduction="sum")
    rates = {0: 0.004 * square, max(1, steps // 4): 0.0004 * square, max(2, steps * 3 // 4): 0.00004 * square}
    noise = param.pixels(size_of(wanted), channels=wanted.shape[1], sd=1, norm=square**0.5, mean=0.5)
    falling = optimizers.sgd(schedules.piecewise(tuple(rates.items())), momentum=0.9, reset=True)
    how = {"steps": steps, "param": noise >> param.unbounded(), "transforms": identity, "optimizer": falling}
    return -obj.content(layer, wanted, "relative", mask) - smooth - inside, how


def published(model: Any, layer: str, size: tuple[int, int]) -> float:
    """The published weight of the variation, by where a layer stands in its network."""
    names = layers_of(model, size).names
    depth = names.index(layer) / len(names) if layer in names else 0
    return 1 if depth < 0.3 else 10 if depth < 0.6 else 100
