"""Terms with a target picture: content, style, also within regions. Where sources differ, the convention is named."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from ..errors import ShapeMismatch
from .term import Picture, Region, term

Distance = Literal["gatys", "mse", "relative"]
Style = Literal["gatys", "johnson", "mse"]


@term
def content(activation: Tensor, *, like: Picture, convention: Distance) -> Tensor:
    """Squared distance to a picture's activation at the same layer.  (B, ...) -> (B,)

    convention: "gatys", half the sum (Gatys et al. 2016); "mse", the mean (neural-style); "relative", the sum over the
    target's own sum of squares (Mahendran and Vedaldi 2015).
    """
    _check_size(activation, like)
    squares = (activation - like).square().flatten(1)
    if convention == "relative":
        return squares.sum(1) / like.square().flatten(1).sum(1).clamp_min(1e-30)
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
    "mse", the mean for G / C (neural-style). So gatys = johnson / 4 = C^2 / 4 * mse.
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


def _between(painted: Tensor, target: Tensor, convention: Style) -> Tensor:
    channels = painted.shape[1]
    total = (painted - target).square().flatten(1).sum(1)
    if convention == "gatys":
        return total / (4 * channels**2)
    return total / channels**2 if convention == "johnson" else total / channels**4


def _check_size(activation: Tensor, target: Tensor) -> None:
    if activation.shape[1:] != target.shape[1:]:
        raise ShapeMismatch(
            f"a target activation of shape {tuple(target.shape[1:])}",
            f"the painted picture's has {tuple(activation.shape[1:])}",
            "use a target picture of the painted picture's proportions",
        )
