"""Distances as people see them: `lab_distance`, the Euclidean distance of colors in CIE L*a*b*."""

from __future__ import annotations

import torch
from torch import Tensor

from ..errors import ShapeMismatch
from . import safe
from .priors import Reduction
from .term import Picture, term

_XYZ = ((0.412453, 0.357580, 0.180423), (0.212671, 0.715160, 0.072169), (0.019334, 0.119193, 0.950227))
"""From linear sRGB to CIE XYZ (ITU-R BT.709 primaries, D65)."""

_WHITE = (0.95047, 1.0, 1.08883)
"""D65 as the 2 degree observer sees it."""


@term(layer="image")
def lab_distance(activation: Tensor, *, like: Picture, reduction: Reduction = "mean") -> Tensor:
    """Distance of the colors from those of a picture, place by place, in CIE L*a*b* (CIE 1976).  (B, C, ...) -> (B,)

    reduction: "mean", the root of the mean over pixels of the squared color difference, in which 2.3 is just noticed;
    "sum", the root of the sum, the distance of Athalye et al. 2018 (arXiv:1707.07397). Grey is red, green and blue
    alike; channels after RGB do not count.
    Inside `expect` both pictures pass the same draw. The gradient is finite everywhere, and 0 where the pictures agree.

    >>> photo = torch.rand(3, 8, 8)
    >>> -0.1 * lab_distance(photo, "sum") == -0.1 * lab_distance(photo, reduction="sum")
    True
    """
    squares = (lab(activation) - lab(like)).square().sum(1).flatten(1)
    return safe.root(squares.sum(1) if reduction == "sum" else squares.mean(1))


def lab(x: Tensor) -> Tensor:
    """Pictures in sRGB as CIE L*a*b* under D65: L in [0, 100].  (B, C, ...) -> (B, 3, ...), C = 1 (grey) or from 3

    Values outside [0, 1], as noise makes them, continue the curves: straight below black, the same power above white.

    >>> lab(torch.ones(1, 3, 1, 1)).flatten()[0]
    tensor(100.)
    """
    if x.shape[1] == 2:
        raise ShapeMismatch("a picture of 2 channels", "grey or RGB expected", "leave colors out: it has none")
    rgb = x[:, :1].expand(-1, 3, *x.shape[2:]) if x.shape[1] == 1 else x[:, :3]
    bright = rgb > 0.04045
    linear = torch.where(bright, ((rgb.where(bright, torch.ones_like(rgb)) + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    matrix = torch.tensor(_XYZ, dtype=x.dtype, device=x.device) / torch.tensor(_WHITE, dtype=x.dtype).to(x)[:, None]
    share = torch.einsum("ij,bj...->bi...", matrix, linear)
    light = share > 0.008856
    root = torch.where(light, share.where(light, torch.ones_like(share)) ** (1 / 3), 7.787 * share + 16 / 116)
    red, green, blue = root.unbind(1)
    return torch.stack([116 * green - 16, 500 * (red - green), 200 * (green - blue)], 1)
