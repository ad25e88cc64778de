"""What an objective makes of the activation at a layer before it, weighed by a facet."""

from __future__ import annotations

import torch
from torch import Tensor

from .term import Slope, term
from .units import check_channels


@term
def facet(activation: Tensor, *, slope: Slope, weights: Tensor) -> Tensor:
    """Sum of A * relu(slope) * weights: what of the activation A serves an objective and is of a facet, too.

    slope: the objective; the function gets its gradient at A, held constant.  weights: those of the facet, (C,), or (C, h, w),
    then resized to the positions of A: a linear probe tells them.  Source: Goh et al. 2021.

    >>> from phosphene.objectives import logit
    >>> facet("block3", logit("stars"), torch.zeros(80))
    facet('block3', logit('stars'), tensor('9d6cbf1a28b8c8ac62331efb8cfba574', (80,), 'float32'))
    """
    check_channels(activation, weights)
    shown = weights
    if weights.dim() == 1:
        shown = weights.reshape(-1, *(1,) * (activation.dim() - 2))
    elif weights.dim() == 3 and weights.shape[1:] != activation.shape[2:]:
        size = activation.shape[2:]
        shown = torch.nn.functional.interpolate(weights[None], size, mode="bilinear", align_corners=False)[0]
    return (activation * slope.relu() * shown).flatten(1).sum(1)
