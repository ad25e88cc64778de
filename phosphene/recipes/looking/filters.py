"""Weights as pictures: what the first layer compares the picture with, and what fully connected layers read.

filter k      W[k]
template c    d logit_c / dx = W[c] / std, of a network that is linear in the picture
"""

from __future__ import annotations

from typing import Any

from torch import nn

from ...figures.plates import Plates, plates, signed
from ...models import as_vision
from ...values import check_integer
from .modules import about_grey, chosen, read_shape


def filters(model: Any, layer: str | None = None, most: int = 64) -> Plates:
    """The filters of a convolution: of colors in color about grey, others as slices, orange above 0 and blue below.

    layer: the first convolution where not given.  most: filters, or slices, that are shown.

    Returns `figures.Plates`: `.values` are the weights (n, kernel, kernel, 3 or 1).  Errors: UnknownLayer; BadArgument for
    a network without convolutions, or a layer that is none.

    >>> import phosphene as ph
    >>> filters(ph.models.load("patterns")).values.shape
    (32, 5, 5, 3)
    """
    vision = as_vision(model)
    check_integer("filters", "most", most, 1)
    name, module = chosen(vision, layer, nn.Conv2d, "convolutions", 0)
    weight = module.get_parameter("weight").detach().float().cpu()
    color = weight.shape[1] == 3
    slices = weight.flatten(0, 1) if not color else weight.permute(0, 2, 3, 1)
    found = {
        str(k) if color else f"{k // weight.shape[1]} of {k % weight.shape[1]}": one
        for k, one in enumerate(slices[:most])
    }
    images = [about_grey(one) if color else signed(one) for one in found.values()]
    about = (
        f"{len(found)} of {len(slices)}, each at its own scale. Grey is 0."
        if color
        else f"{len(found)} of {len(slices)}."
    )
    return plates(f"Filters of {vision.name}, layer {name}", about, found, images, {"layer": repr(module)}, 8)


def connections(model: Any, layer: str | None = None, most: int = 64) -> Plates:
    """The weights of a fully connected layer: orange adds, blue takes away, white is 0.

    One picture for each unit where the layer reads positions: in color where these are the picture's own, else summed over
    channels. Where it reads none, the matrix as one picture, a row for each unit.  layer: the last one where not given.

    Errors: UnknownLayer; BadArgument for a network without such layers.

    >>> import phosphene as ph
    >>> connections(ph.models.load("patterns")).values.shape
    (1, 23, 128, 1)
    """
    vision = as_vision(model)
    check_integer("connections", "most", most, 1)
    name, module = chosen(vision, layer, nn.Linear, "fully connected layers", -1)
    weight = module.get_parameter("weight").detach().float().cpu()
    shape, named = read_shape(vision, name, weight.shape[1]), vision.labels or ()
    if shape is None:
        found = {f"{weight.shape[0]} units": weight}
    else:
        names = named if len(named) == len(weight) else [str(k) for k in range(len(weight))]
        maps = dict(zip(names, weight[:most].reshape(-1, *shape), strict=False))
        found = {k: one.permute(1, 2, 0) if shape[0] == 3 else one.sum(0) for k, one in maps.items()}
    images = [about_grey(one) if one.ndim == 3 else signed(one) for one in found.values()]
    about = (
        f"{len(found)} of {len(weight)} units." if shape else "A row for each unit, a column for each number it reads."
    )
    return plates(
        f"Weights of {vision.name}, layer {name}", about, found, images, {"layer": repr(module)}, min(8, len(found))
    )
