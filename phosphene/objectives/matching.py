"""Terms with a target picture: content, style, also within regions. Where sources differ, the convention is named."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from ..errors import BadArgument, ShapeMismatch
from .term import Picture, Region, term

PART = 4096
"""Positions at a time that are compared with all vectors of a guide."""

Distance = Literal["gatys", "mse", "relative"]
Style = Literal["gatys", "johnson", "mse", "relative"]


@term
def content(activation: Tensor, *, like: Picture, convention: Distance, mask: Tensor | None = None) -> Tensor:
    """Squared distance to a picture's activation at the same layer.  (B, ...) -> (B,)

    convention: "gatys", half the sum (Gatys et al. 2016); "mse", the mean (neural-style); "relative", the sum over the
    target's own sum of squares (Mahendran and Vedaldi 2015).  mask: weights of the squares, the target's own too, of a
    shape that broadcasts to the activation's: (C, 1, 1) chooses channels, (H, W) places.
    """
    _check_size(activation, like)
    weights = None if mask is None else _fitting(mask, like)
    squares = _weighted((activation - like).square(), weights)
    if convention == "relative":
        return squares.sum(1) / _weighted(like.square(), weights).sum(1).clamp_min(1e-30)
    return squares.sum(1) / 2 if convention == "gatys" else squares.mean(1)


def gram(activation: Tensor, region: Tensor | None = None) -> Tensor:
    """Mean over positions of the products of channels.  (B, C, ...) -> (B, C, C)

    region: (1 or B, 1, ...) in [0, 1], the weight of each position in the mean; of a rectangle, the Gram matrix of the crop.
    """
    flat = activation.flatten(2) if activation.dim() > 2 else activation[:, :, None]
    if region is None:
        return flat @ flat.transpose(1, 2) / flat.shape[2]
    weights = region.flatten(2)
    # A view may leave the region out: its Gram matrix is then 0.
    return (flat * weights) @ flat.transpose(1, 2) / weights.sum(2, keepdim=True).clamp_min(1e-12)


@term(keep=gram)
def style(activation: Tensor, *, like: Picture, convention: Style) -> Tensor:
    """Squared distance between Gram matrices G = F F' / M, F of C channels x M positions.

    convention: "gatys", sum / (4 C^2) (Gatys et al. 2015); "johnson", the sum for G / C (Johnson et al. 2016);
    "mse", the mean for G / C (neural-style). So gatys = johnson / 4 = C^2 / 4 * mse. "relative": the sum over the target's
    own sum of squares, which says the same of layers and networks of any scale.
    """
    return _between(gram(activation), like, convention)


@term
def region_style(
    activation: Tensor, *, like: Picture, convention: Style, region: Region, like_region: Region
) -> Tensor:
    """`style` between a region of the painted picture and one of the target (Ulyanov 2016, neural doodles).

    region, like_region: masks (H, W) in [0, 1], 1 inside, of the proportions of the painted picture and of the target.
    Both follow the pictures through transforms, views and the network (`ph.models.propagate`). Positions are weighted by
    their share of the region. Several regions are a sum of terms. In a view that leaves the region out, the score is 0.

    >>> sky = torch.zeros(8, 8).index_fill(0, torch.arange(4), 1)
    >>> one = region_style("1", torch.rand(3, 8, 8), "gatys", region=sky, like_region=1 - sky)
    >>> one.layer
    '1'
    """
    seen = (region.flatten(1).amax(1) > 0).to(activation.dtype)
    return seen * _between(gram(activation, region), gram(like, like_region), convention)


def guides(activation: Tensor) -> Tensor:
    """The vectors of an activation, without their places.  (B, C, ...) -> (B, C, P)"""
    return activation.flatten(2) if activation.dim() > 2 else activation[:, :, None]


@term(keep=guides)
def guide(activation: Tensor, *, like: Picture) -> Tensor:
    """Sum over positions of the dot product with that of a picture's vectors, anywhere in it, for which it is largest.

    The gradient at a position is the vector that was found there: guided dreaming. Source: Mordvintsev et al. 2015.
    """
    x, vectors = guides(activation), guides(like)
    vectors = vectors.expand(len(x), -1, -1)
    with torch.no_grad():
        nearest = torch.cat([(vectors.mT @ part).argmax(1) for part in torch.split(x, PART, 2)], 1)
    return (x * vectors.gather(2, nearest[:, None].expand(x.shape))).flatten(1).sum(1)


def _between(painted: Tensor, target: Tensor, convention: Style) -> Tensor:
    channels = painted.shape[1]
    total = (painted - target).square().flatten(1).sum(1)
    if convention == "gatys":
        return total / (4 * channels**2)
    if convention == "relative":
        return total / target.square().sum((1, 2)).clamp_min(1e-30)
    return total / channels**2 if convention == "johnson" else total / channels**4


def _weighted(squares: Tensor, weights: Tensor | None) -> Tensor:
    return (squares if weights is None else squares * weights).flatten(1)


def _fitting(mask: Tensor, like: Tensor) -> Tensor:
    """A mask of weights that broadcasts to the activation of one picture; ShapeMismatch or BadArgument for another."""
    shape = tuple(like.shape[1:])
    fits = mask.dim() <= len(shape) and all(
        one in (1, side) for one, side in zip(mask.shape[::-1], shape[::-1], strict=False)
    )
    if not fits:
        raise ShapeMismatch(
            f"a mask of shape {tuple(mask.shape)}",
            f"a shape that broadcasts to the layer's {shape} expected",
            f"write a mask of {(shape[0], *(1,) * len(shape[1:]))} for channels, or {shape[1:]} for places",
        )
    if not (bool((mask >= 0).all()) and bool(mask.any())):
        raise BadArgument(
            f"a mask with weights from {float(mask.min()):g} to {float(mask.max()):g}",
            "weights from 0, one of them above it",
            "write 1 for what counts and 0 for what does not",
        )
    return mask


def _check_size(activation: Tensor, target: Tensor) -> None:
    if activation.shape[1:] != target.shape[1:]:
        raise ShapeMismatch(
            f"a target activation of shape {tuple(target.shape[1:])}",
            f"the painted picture's has {tuple(activation.shape[1:])}",
            "use a target picture of the painted picture's proportions",
        )
