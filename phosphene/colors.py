"""Colors taken from one picture to another: histograms, means and covariances, lightness. Pure functions of pictures."""

from __future__ import annotations

import torch
from torch import Tensor

LIGHTNESS = (0.299, 0.587, 0.114)
"""The weights of red, green and blue in the Y of YIQ."""


def lightness(x: Tensor) -> Tensor:
    """The Y of YIQ.  (B, 3, H, W) -> (B, 1, H, W)

    >>> lightness(torch.ones(1, 3, 1, 1)).item()
    1.0
    """
    return (x * x.new_tensor(LIGHTNESS)[:, None, None]).sum(1, keepdim=True)


def recolored(x: Tensor, like: Tensor) -> Tensor:
    """The lightness of pictures with the hues of others of the same size, in [0, 1] (Gatys et al. 2016, arXiv:1606.05897).

    >>> recolored(torch.full((1, 3, 1, 1), 0.5), torch.tensor([0.5, 0.3, 0.1]).reshape(1, 3, 1, 1)).flatten()
    tensor([0.6630, 0.4630, 0.2630])
    """
    return (like + lightness(x) - lightness(like)).clamp(0, 1)


def match_histogram(x: Tensor, like: Tensor, region: Tensor | None = None, like_region: Tensor | None = None) -> Tensor:
    """Pictures (B, C, H, W) whose channels have the values of another's (1 or B, C, h, w) as often as these have them.

    The k-th value of n goes to where as large a share of the other's values lies, linearly between them.
    region, like_region: booleans (H, W) and (h, w), the pixels that are changed and those that are counted; all of them
    where not given.

    >>> match_histogram(torch.tensor([3.0, 1.0, 2.0]).reshape(1, 1, 1, 3), torch.tensor([0.2, 0.4, 0.9]).reshape(1, 1, 1, 3))
    tensor([[[[0.9000, 0.2000, 0.4000]]]])
    """
    inside, counted = (
        torch.ones(one.shape[-2:], dtype=torch.bool, device=x.device) if mask is None else mask.to(x.device)
        for one, mask in ((x, region), (like, like_region))
    )
    result = x.clone()
    for new, old, other in zip(*_channels(result, x, like.expand(len(x), -1, -1, -1)), strict=True):
        new[inside] = _matched(old[inside], other[counted])
    return result


def match_moments(x: Tensor, like: Tensor) -> Tensor:
    """Pictures (B, C, H, W) with the mean color and the covariance of colors of another (1, C, h, w), in [0, 1].

    The map is A (x - mean) + the other's mean with A = S_like^(1/2) S_x^(-1/2) (Gatys et al. 2016, arXiv:1606.05897).

    >>> match_moments(torch.rand(1, 3, 8, 8), torch.full((1, 3, 2, 2), 0.25)).unique()
    tensor([0.2500])
    """
    return torch.stack([_moved(one, like[0]) for one in x]).clamp(0, 1)


def _channels(*pictures: Tensor) -> list[Tensor]:
    return [one.flatten(0, 1) for one in pictures]


def _matched(x: Tensor, like: Tensor) -> Tensor:
    _, place, counts = torch.unique(x, return_inverse=True, return_counts=True)
    values, others = torch.unique(like, return_counts=True)
    share = counts.cumsum(0).double() / x.numel()
    known = others.cumsum(0).double() / like.numel()
    above = torch.searchsorted(known, share).clamp(max=len(known) - 1)
    below = (above - 1).clamp_min(0)
    step = (known[above] - known[below]).clamp_min(1e-30)
    part = ((share - known[below]) / step).clamp(0, 1).to(values)
    return torch.lerp(values[below], values[above], part)[place].to(x)


def _moved(x: Tensor, like: Tensor) -> Tensor:
    own, other = (one.flatten(1).double() for one in (x, like))
    means = own.mean(1, keepdim=True), other.mean(1, keepdim=True)
    turn = _power(other - means[1], 0.5) @ _power(own - means[0], -0.5)
    return (turn @ (own - means[0]) + means[1]).reshape(x.shape).to(x)


def _power(centred: Tensor, exponent: float) -> Tensor:
    """A power of the covariance of colors (C, N) without their mean; axes without any variance stay at 0."""
    values, axes = torch.linalg.eigh(centred @ centred.T / centred.shape[1])
    powers = torch.where(values > 1e-12, values.clamp_min(1e-12) ** exponent, 0)
    result: Tensor = (axes * powers) @ axes.T
    return result
