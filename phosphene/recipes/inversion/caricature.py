"""Caricature: what a layer sees in a picture, exaggerated (Lucid; Olah et al. 2018, The Building Blocks of Interpretability).

    max  <A(x), A(x0)> max(0.1, cos(A(x), A(x0)))^p - w TV(x)        from noise

The painted picture and the one given are seen through the same draw of the transforms at every step.
"""

from __future__ import annotations

from typing import Any

from ... import objectives as obj
from ... import param, presets
from ...render import Render, render
from ...render.ways import size_of
from ...values import check_number
from ..given.target import target


def caricature(
    model: Any,
    picture: Any,
    layer: str,
    *,
    power: float = 1,
    variation: float = 0,
    size: int | tuple[int, int] | None = None,
    **options: Any,
) -> Render:
    """A picture painted from noise for what a layer sees in a given one, place by place.

    picture: what `param.picture` takes; scaled until it covers `size`, the network's own where not given, and cut.
    power: of the cosine; 0 is the dot product alone, which Lucid's figures have, higher ones stay nearer to the picture.
    variation: the weight of the total variation that is taken away.  options: for `render`, over those of `presets.clear`.
    Errors: as `render`; BadArgument for a negative variation.  Source: Lucid's caricature; Olah et al. 2018.

    >>> import phosphene as ph
    >>> net, drawing = ph.models.load("patterns"), ph.models.patterns.draw("rings", seed=1, size=32)
    >>> caricature(net, drawing, "block3", size=32, steps=4).images.shape
    torch.Size([1, 3, 32, 32])
    """
    check_number("caricature", "variation", variation, 0)
    shown = target(model, picture, size)
    goal = obj.caricature(layer, shown, power, "exact") - variation * obj.tv()
    return render(
        model, goal, **{**presets.clear, "param": param.fourier(size_of(shown), channels=shown.shape[1]), **options}
    )
