"""What a style network learns, and what is painted where one picture is given the same style."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

from ... import objectives as obj
from ... import param
from ...errors import BadArgument
from ...models import as_vision
from ...objectives import Objective
from ...values import check_number
from ..given.canvas import on_canvas, opened
from .matching import Layers, alike, amounts, weighed


def goal(
    model: Any,
    picture: Any,
    size: int,
    content_of: Any = None,
    *,
    content: float = 1.0,
    style: float = 2.0,
    smooth: float = 1.0,
    layers: Layers = None,
) -> Objective:
    """Minus the weighted losses of content, style and roughness, each relative to what it compares with.

    content_of: the picture whose content is kept; the one that the network was given (`param.given`) where left out.
    content, style, smooth: their weights.  layers: of the style, names or their weights; `given.scales` where left out.
    The content's is the last but two: of VGG-16 relu3_3, as in the paper.
    """
    canvas = size, size
    amounts("weights of content and style", [content, style])
    check_number("losses.goal", "smooth", smooth, 0)
    chosen = weighed(as_vision(model), layers, canvas)
    like = param.given() if content_of is None else on_canvas(opened(content_of), canvas)
    kept = obj.content(list(chosen)[-3:][0], like, "relative")
    styled = alike(chosen, opened(picture), canvas, "relative")
    return -content * kept - style * styled - smooth * obj.tv()


def weights_of(given: Any) -> dict[str, Any]:
    """The weights that `goal` takes, by name; none where None is given.  Errors: BadArgument."""
    known = ("content", "style", "smooth", "layers")
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not all(name in known for name in given):
        raise BadArgument(f"weights={given!r}", f"weights of {', '.join(known)} by name expected", 'write {"style": 2}')
    return dict(given)


def learnable(data: Any, size: int) -> Tensor:
    """Pictures of any sizes as squares (N, 3, size, size), cut about their centers.  Errors: BadArgument, BadPicture."""
    several = isinstance(data, Iterable) and not isinstance(data, (str, bytes)) and getattr(data, "ndim", 4) > 0
    squares = [on_canvas(opened(one), (size, size)) for one in (data if several else ())]
    if not squares:
        raise BadArgument(
            f"data={data!r}"[:100] + ", no pictures to learn from",
            "a list of one at least expected",
            "write data=[picture], or leave data out",
        )
    return torch.cat(squares)
