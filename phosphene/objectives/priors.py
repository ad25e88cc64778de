"""Penalties on the picture itself: positive quantities that the user subtracts. tv, l1, l2, lp, linf, boundary, blur.

They look at "image", the picture before transforms, unless `layer=` says otherwise. Each is a mean per element, so that a
weight means the same at 64 and at 512 pixels; `reduction="sum"` gives the sums of the older sources.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from . import safe
from .term import term

Reduction = Literal["mean", "sum"]
Variation = Literal["mean", "mahendran", "lucid"]


@term(layer="image")
def tv(activation: Tensor, *, beta: float = 1, convention: Variation = "mean") -> Tensor:
    """Total variation: (dx^2 + dy^2)^(beta/2) by forward differences, the last row and column replicated.

    convention: "mean", per pixel and channel; "mahendran", the sum of the same (Mahendran and Vedaldi 2015); "lucid", the
    sum of |dx| + |dy|, which has no beta.

    >>> tv(), tv(beta=2, convention="mahendran")
    (tv(), tv(beta=2, convention='mahendran'))
    """
    right = functional.pad(activation[..., 1:] - activation[..., :-1], (0, 1))
    down = functional.pad(activation[..., 1:, :] - activation[..., :-1, :], (0, 0, 0, 1))
    if convention == "lucid":
        return (right.abs() + down.abs()).flatten(1).sum(1)
    variation = safe.power(right.square() + down.square(), beta / 2).flatten(1)
    return variation.sum(1) if convention == "mahendran" else variation.mean(1)


@term(layer="image")
def l1(activation: Tensor, *, center: float = 0, reduction: Reduction = "mean") -> Tensor:
    """Absolute distance from a number."""
    return _reduced((activation - center).abs(), reduction)


@term(layer="image")
def l2(activation: Tensor, *, center: float = 0, reduction: Reduction = "mean") -> Tensor:
    """Euclidean distance from a number: the root of the mean (or sum) of squares. Squared, it is `lp(2)`."""
    return safe.root(_reduced((activation - center).square(), reduction))


@term(layer="image")
def lp(activation: Tensor, *, p: float, center: float = 0, reduction: Reduction = "mean") -> Tensor:
    """|x - center|^p, without the root (Mahendran and Vedaldi 2015 use p = 6)."""
    return _reduced(safe.power((activation - center).abs(), p), reduction)


@term(layer="image")
def linf(activation: Tensor, *, center: float = 0) -> Tensor:
    """The largest distance from a number."""
    return (activation - center).abs().flatten(1).amax(1)


@term(layer="image")
def boundary(activation: Tensor, *, width: int = 20, color: float = 0.5, reduction: Reduction = "mean") -> Tensor:
    """Detail and color within `width` pixels of the border: (blur5(x) - x)^2 + 0.8 (x - color)^2 there.

    Source: Lucid's penalize_boundary_complexity, whose value is minus the sum.
    """
    inside = torch.zeros_like(activation[:1, :1])
    inside[..., width : activation.shape[-2] - width, width : activation.shape[-1] - width] = 1
    detail = (box_blur(activation, 5) - activation).square()
    return _reduced((1 - inside) * (detail + 0.8 * (activation - color).square()), reduction)


@term(layer="image")
def blur(activation: Tensor, *, reduction: Reduction = "mean") -> Tensor:
    """Half the squared distance to the picture's own 3 x 3 blur, held constant: a pull towards smoothness.

    Source: Lucid's blur_input_each_step (the sum).
    """
    return _reduced((activation - box_blur(activation, 3).detach()).square() / 2, reduction)


def _reduced(x: Tensor, reduction: str) -> Tensor:
    flat = x.flatten(1)
    return flat.sum(1) if reduction == "sum" else flat.mean(1)


def box_blur(x: Tensor, width: int) -> Tensor:
    """A box filter with weight 1 inside and 1/2 on its rim, normalized at the edges too (Lucid's blur)."""
    kernel = torch.full((width, width), 0.5, dtype=x.dtype, device=x.device)
    kernel[1:-1, 1:-1] = 1
    weight = kernel.expand(x.shape[1], 1, width, width)
    filtered = functional.conv2d(x, weight, padding=width // 2, groups=x.shape[1])
    ones = functional.conv2d(torch.ones_like(x[:1, :1]), kernel[None, None], padding=width // 2)
    return filtered / ones
