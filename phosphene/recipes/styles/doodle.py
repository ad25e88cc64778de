"""Doodles (Ulyanov 2016): argmin_x sum over colors k, layers l of w_l |G_l(x; m_k) - G_l(style; s_k)|^2, m, s the masks of k.

render(model, -sum(w * region_style(l, style, region=m[k], like_region=s[k]) for l, w in layers for k in colors),
       pixels(noise), rules=average_pool(forward=True), optimizer=lbfgs(), stages=[stage(450, size / 2), stage(100, size)])
"""

from __future__ import annotations

from typing import Any

from ... import param
from ... import transforms as tf
from ...models import as_vision
from ...render import Render, constraints, operators, optimizers, render, stage
from ...values import check_choice
from ..given.canvas import canvas_of, opened
from .matching import Layers, alike, smoothed, weighed
from .placing import both, paired
from .texture import POOLED


def doodle(
    model: Any,
    style: Any,
    style_mask: Any,
    target_mask: Any,
    *,
    layers: Layers = None,
    colors: int | None = None,
    convention: Any = "relative",
    smooth: float = 1.0,
    match: bool = True,
    size: int | tuple[int, int] | None = None,
    steps: tuple[int, int] = (450, 100),
    **options: Any,
) -> Render:
    """A picture that has, where a map shows a color, the style of another picture where its own map shows that color.

    style, style_mask, target_mask: pictures of any sizes and modes; the mask of the style is stretched onto it. A color of
    the maps is a region: all of them where there are at most 16, else the frequent ones (`palette`), at most `colors`.
    layers: names, or their weights {name: w}; the last of each resolution (`given.scales`) where not given.
    size: pixels of the longer side or (height, width); the target mask's own, at most 512, where not given.
    steps: of L-BFGS at half that size, and at the size itself.  convention, smooth: as in `texture`.  match: give each
    region the histogram of its style, in one more step.
    options: further arguments of `render`, which take the place of those here.

    Returns a Render.  Errors: BadPicture; BadArgument for a color without a region in the style.  Warns (RegionWarning)
    of regions that are thinner than what a position of a layer sees.

    >>> import phosphene as ph, torch
    >>> left = torch.tensor([1.0, 0.0]).repeat_interleave(16).expand(3, 32, 32)
    >>> waves = ph.models.patterns.draw("waves", seed=1, size=32)
    >>> doodle(ph.models.load("patterns"), waves, left, 1 - left, layers="block1", steps=(3, 2)).images.shape
    torch.Size([1, 3, 32, 32])

    Source: Ulyanov 2016, Fast Neural Doodle (github.com/DmitryUlyanov/fast-neural-doodle), after Champandard 2016
    (arXiv:1603.01768); squares in place of its smooth absolute differences.
    """
    check_choice("doodle", "match", match, (True, False))
    vision, look, map_of_style, target = as_vision(model), opened(style), opened(style_mask), opened(target_mask)
    canvas = canvas_of(target, size)
    half = max(1, canvas[0] // 2), max(1, canvas[1] // 2)
    chosen = weighed(vision, layers, canvas)
    pairs = paired(map_of_style, target, (look.shape[-2], look.shape[-1]), canvas, colors)
    goals = [alike(chosen, look, canvas, convention, here, there) for here, there in pairs]
    goal = -sum(goals[1:], goals[0])
    first, last = both("doodle", "steps", steps)
    small = stage(first, size=half, transforms=tf.resize(half))
    changes = tuple(operators.match_histogram(look, here[0], there[0]) for here, there in pairs)
    matching = stage(1, optimizer=optimizers.sgd(0), operators=changes)
    how: dict[str, Any] = {
        "param": param.pixels(canvas, sd=0.02, mean=0.5) >> param.unbounded(),
        "transforms": tf.resize(canvas),
        "optimizer": optimizers.lbfgs(bounds=constraints.box(0, 1)),
        "rules": POOLED,
        "stages": (small, stage(last, size=canvas), *((matching,) if match else ())),
    }
    return render(vision, smoothed(goal, smooth), **{**how, **options})
