"""How alike two maps are: of what they rank first, and of their structure."""

from __future__ import annotations

import torch
from torch import Tensor

from ..errors import ShapeMismatch

WINDOW = 11
"""Places on a side of the window in which structures are compared, or as many as a map has."""


def rank_correlation(first: Tensor, second: Tensor) -> Tensor:
    """Spearman's correlation of two maps, (B, ...) each: 1 for the same order, -1 for the reverse, (B,).

    Equal values share the mean of their ranks. NaN where a map has one value everywhere.  Errors: ShapeMismatch.

    >>> rank_correlation(torch.tensor([[1.0, 2.0, 9.0]]), torch.tensor([[3.0, 4.0, 5.0]]))
    tensor([1.], dtype=torch.float64)
    """
    _check(first, second)
    return correlation(ranks(first.flatten(1)), ranks(second.flatten(1)))


def correlation(first: Tensor, second: Tensor) -> Tensor:
    """Pearson's correlation along the last axis; NaN where one side is constant."""
    a, b = (x.double() - x.double().mean(-1, keepdim=True) for x in (first, second))
    found: Tensor = (a * b).sum(-1) / (a.square().sum(-1) * b.square().sum(-1)).sqrt()
    return found


def ranks(x: Tensor) -> Tensor:
    """The ranks of numbers (B, N) among those of their row, from 0; equal ones share the mean of theirs."""
    ordered = x.sort(-1).values
    below = torch.searchsorted(ordered, x.contiguous())
    up_to = torch.searchsorted(ordered, x.contiguous(), right=True)
    return (below + up_to - 1).double() / 2


def structural_similarity(first: Tensor, second: Tensor) -> Tensor:
    """SSIM of two maps, (B, H, W) each, brought to [0, 1] by the range of each: 1 for the same structure, (B,).

    A map with one value everywhere is 0.  Source: Wang et al. 2004, in Gaussian windows; Adebayo et al. 2018.
    Errors: ShapeMismatch.

    >>> map = torch.arange(64.0).view(1, 8, 8)
    >>> structural_similarity(map, 3 * map - 1)
    tensor([1.])
    """
    from kornia.metrics import ssim

    _check(first, second)
    size = min(WINDOW, *first.shape[1:])
    a, b = (_unit(x)[:, None] for x in (first, second))
    found: Tensor = ssim(a, b, size - 1 + size % 2).flatten(1).mean(1)
    return found


def _unit(x: Tensor) -> Tensor:
    low, high = x.amin((1, 2), keepdim=True), x.amax((1, 2), keepdim=True)
    return (x - low) / torch.where(high > low, high - low, torch.ones_like(low))


def _check(first: Tensor, second: Tensor) -> None:
    if first.shape != second.shape:
        raise ShapeMismatch(
            f"maps of shapes {tuple(first.shape)} and {tuple(second.shape)}",
            "two of the same shape expected",
            "attribute both to the same layer of the same pictures",
        )
