"""Terms with a target picture: content, style. Where sources differ, the convention is named and has no default."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from ..errors import ShapeMismatch
from .term import Picture, term

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


def gram(activation: Tensor) -> Tensor:
    """Mean over positions of the products of channels.  (B, C, ...) -> (B, C, C)"""
    flat = activation.flatten(2) if activation.dim() > 2 else activation[:, :, None]
    return flat @ flat.transpose(1, 2) / flat.shape[2]


@term(keep=gram)
def style(activation: Tensor, *, like: Picture, convention: Style) -> Tensor:
    """Squared distance between Gram matrices G = F F' / M, F of C channels x M positions.

    convention: "gatys", sum / (4 C^2) (Gatys et al. 2015); "johnson", the sum for G / C (Johnson et al. 2016);
    "mse", the mean for G / C (neural-style). So gatys = johnson / 4 = C^2 / 4 * mse.
    """
    channels = activation.shape[1]
    total = (gram(activation) - like).square().flatten(1).sum(1)
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
