"""Textures (Gatys et al. 2015): argmin_x sum over l of w_l |G_l(x) - G_l(source)|^2, G = F F' / M, within the source's range.

render(model, -sum(w * style(l, source) for l, w in layers) - smooth * tv(beta=2), pixels(noise),
       rules=average_pool(forward=True), optimizer=lbfgs(bounds=range_of(source)), then match_histogram(source))
"""

from __future__ import annotations

from typing import Any

from ... import param
from ... import transforms as tf
from ...models import as_vision, rules
from ...render import Render, constraints, operators, optimizers, render, stage
from ...values import check_choice
from ..given.canvas import canvas_of, opened
from .matching import Layers, alike, amounts, smoothed, weighed

POOLED = rules.average_pool(forward=True) | rules.exact()


def texture(
    model: Any,
    picture: Any,
    *,
    layers: Layers = None,
    size: int | tuple[int, int] | None = None,
    steps: int = 2000,
    convention: Any = "relative",
    weight: float = 1.0,
    smooth: float = 0.1,
    match: bool = True,
    **options: Any,
) -> Render:
    """A new picture of the same texture, from noise.

    picture: the source, of any size and mode. It keeps its scale on a larger canvas, and is scaled to a smaller one.
    layers: names, or their weights {name: w}; by default the last of each resolution of the network down to 1/16
    (`given.scales`), equal weights of sum 1.  size: pixels of the longer side or (height, width), the source's own (at most
    512) where not given.  steps: of L-BFGS.  convention, weight: "relative" and 1 serve any network; the paper's are "gatys"
    and 1e9, for a VGG-19 scaled to a mean activation of 1.  smooth: of the squared differences of neighbors, against the
    checkerboards that a first layer with a stride does not see; 0 in the paper.  match: give the result the source's
    histogram, in one more step.  options: further arguments of `render`, which take the place of those here.
    Max pooling becomes average pooling.

    Returns a Render.  Errors: BadPicture; BadArgument for a network without convolutions; UnknownLayer.

    >>> import phosphene as ph
    >>> bricks = ph.models.patterns.draw("bricks", seed=1, size=32)
    >>> texture(ph.models.load("patterns"), bricks, steps=5).images.shape
    torch.Size([1, 3, 32, 32])

    Source: Gatys, Ecker, Bethge 2015, Texture Synthesis Using Convolutional Neural Networks (arXiv:1505.07376).
    """
    check_choice("texture", "match", match, (True, False))
    vision, source, (share,) = as_vision(model), opened(picture), amounts("weight", [weight])
    canvas = canvas_of(source, size)
    goal = -share * alike(weighed(vision, layers, canvas), source, canvas, convention, enlarge=False)
    matching = stage(1, optimizer=optimizers.sgd(0), operators=(operators.match_histogram(source),))
    how: dict[str, Any] = {
        "param": param.pixels(canvas, sd=0.02, mean=0.5) >> param.unbounded(),
        "transforms": tf.resize(canvas),
        "optimizer": optimizers.lbfgs(bounds=constraints.range_of(source)),
        "rules": POOLED,
        "stages": (stage(steps), *((matching,) if match else ())),
    }
    return render(vision, smoothed(goal, smooth), **{**how, **options})
