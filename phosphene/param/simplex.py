"""The nearest point of the probability simplex, with a gradient for descent."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor


def project_simplex(z: Tensor) -> Tensor:
    """The nearest point with no negative entry and sum 1, for each row (Held, Wolfe, Crowder 1974).

    >>> project_simplex(torch.tensor([[0.5, 0.5, 0.0], [9.0, 0.0, 0.0]]))
    tensor([[0.5000, 0.5000, 0.0000],
            [1.0000, 0.0000, 0.0000]])
    """
    y = z - z.amax(-1, keepdim=True)  # moves no projection, and keeps large numbers from drowning the 1
    falling = y.sort(-1, descending=True).values
    count = torch.arange(1, z.shape[-1] + 1, device=z.device, dtype=z.dtype)
    thresholds = (falling.cumsum(-1) - 1) / count
    support = (falling > thresholds).sum(-1, keepdim=True)
    return (y - thresholds.gather(-1, support - 1)).clamp_min(0)


def project_step(shares: Tensor, step: Tensor) -> Tensor:
    """Of all steps that keep the sum and lower no share that is 0, the nearest to `step`.

    Shares above 0 move by their step minus a mean; those at 0 join the mean where they rise above it, largest first.

    >>> project_step(torch.tensor([[0.5, 0.5, 0.0]]), torch.tensor([[1.0, 0.0, -3.0]]))
    tensor([[ 0.5000, -0.5000,  0.0000]])
    """
    inside = shares > 0
    falling = step.masked_fill(inside, -math.inf).sort(-1, descending=True).values
    total = step.masked_fill(~inside, 0).sum(-1, keepdim=True)
    number = inside.sum(-1, keepdim=True)
    rising = falling.masked_fill(falling == -math.inf, 0).cumsum(-1)
    count = torch.arange(1, step.shape[-1] + 1, device=step.device)
    means = torch.cat([total / number, (total + rising) / (number + count)], -1)
    joined = (falling > means[..., :-1]).sum(-1, keepdim=True)
    mean = means.gather(-1, joined)
    return torch.where(inside | (step > mean), step - mean, 0)


class Simplex(torch.autograd.Function):
    """The projection; backward, what a descent step must be to stay on the simplex, as in `param.clip`."""

    @staticmethod
    def forward(ctx: Any, z: Tensor) -> Tensor:
        """The nearest point."""
        shares = project_simplex(z)
        ctx.save_for_backward(shares)
        return shares

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        """The gradient whose negative is the projected step."""
        (shares,) = ctx.saved_tensors
        return -project_step(shares, -gradients[0])
