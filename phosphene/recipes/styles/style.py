"""Style transfer (Gatys et al. 2016): argmin_x alpha L_content(x, content) + beta sum over k of v_k L_style(x, style_k).

render(model, -(alpha * content(l_c, content) + beta * sum(w * style(l, picture) for l, w in layers)),
       pixels().starting_from(content), rules=average_pool(forward=True), optimizer=lbfgs(bounds=box(0, 1)))
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import transforms as tf
from ...models import as_vision
from ...render import Render, constraints, optimizers, render, stage
from ..given.canvas import canvas_of, on_canvas, opened
from .coloring import Color, colored, put_back
from .matching import Layers, alike, smoothed, transfer, weighed
from .placing import Start, masks_of, several, started, weights_of
from .texture import POOLED


def style(
    model: Any,
    content: Any,
    styles: Any,
    *,
    alpha: float = 1.0,
    beta: float = 10.0,
    weights: Sequence[float] | None = None,
    layers: Layers = None,
    content_layer: str | None = None,
    convention: Any = "relative",
    smooth: float = 3.0,
    color: Color | None = None,
    masks: Any = None,
    style_masks: Any = None,
    size: int | tuple[int, int] | None = None,
    start: Start = "content",
    steps: int = 500,
    **options: Any,
) -> Render:
    """A picture's content in the style of another, or of several.

    content, styles: pictures of any sizes and modes; several styles as a list, with `weights` of their own (equal ones of
    sum 1 where not given).  alpha, beta: of content and style.  layers: of style, names or their weights {name: w}; the
    last of each resolution (`given.scales`) where not given, and the last but one of these as content_layer.
    convention: "relative" says the same of any layer and network; "gatys" and "mse" (neural-style) are the published
    ones.  smooth: of the squared differences of neighbors.  color: the content's own, kept as "lightness" (the transfer in
    grey, then the content's hues) or "histogram" (styles with the content's mean and covariance of colors).
    masks: one for each style, where in the content it goes; style_masks: where in the style it is taken from.  size: pixels
    of the longer side or (height, width); the content's own, at most 512, where not given.  start: "content" or "noise".
    options: further arguments of `render`, which take the place of those here.

    Returns a Render.  Errors: BadPicture, BadArgument, UnknownLayer; RegionWarning of masks too thin for a layer.
    >>> import phosphene as ph
    >>> stars, waves = (ph.models.patterns.draw(kind, seed=1, size=32) for kind in ("stars", "waves"))
    >>> style(ph.models.load("patterns"), stars, waves, steps=5).images.shape
    torch.Size([1, 3, 32, 32])

    Sources: Gatys et al. 2016, arXiv:1508.06576; color: Gatys et al. 2016, arXiv:1606.05897.
    """
    vision, canvas = as_vision(model), canvas_of(opened(content), size)
    photo = on_canvas(opened(content), canvas)
    shown, looks = colored(photo, several(styles), color)
    chosen = weighed(vision, layers, canvas)
    places = zip(
        looks, masks_of("masks", masks, looks, canvas), masks_of("style_masks", style_masks, looks), strict=True
    )
    terms = [alike(chosen, look, canvas, convention, here, there) for look, here, there in places]
    at = [*chosen][-2:][0] if content_layer is None else content_layer
    goal = transfer(shown, terms, weights_of(weights, looks), at, alpha, beta, convention)
    how: dict[str, Any] = {
        "param": started(shown, start),
        "transforms": tf.resize(canvas),
        "optimizer": optimizers.lbfgs(bounds=constraints.box(0, 1)),
        "rules": POOLED,
        "stages": (stage(steps), *put_back(photo, color)),
    }
    return render(vision, smoothed(goal, smooth), **{**how, **options})
