"""Scores of activations that are partly covered: what all methods of perturbation share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from ...errors import BadArgument, ShapeMismatch
from ...values import check_number
from ..tail import Tail

TOGETHER = 16
"""Activations that go through the network at once: more are hardly faster on a CPU, and memory stays flat."""

MEAN = "mean"


def check_fill(owner: str, fill: object) -> None:
    """Refuse what neither is "mean" nor a number."""
    if fill != MEAN:
        check_number(owner, "fill, if it is not 'mean',", fill)


def size_of(tail: Tail, owner: str) -> tuple[int, int]:
    """Rows and columns of the layer's places; tokens are the grid that they make of the picture, or one row.

    Errors: ShapeMismatch where there is one place, or more axes than two; BadArgument where pictures have one score together.
    """
    if tail.coupled:
        raise BadArgument(
            f"{owner} with an objective that gives the pictures of a batch one score together",
            "a score for each picture, which changes with that picture alone",
            "leave terms such as diversity(...) out, or write method=attribution.integrated_gradients()",
        )
    size = tail.places(tail.activation[:1]).shape[2:]
    if len(size) != 2 or size.numel() < 2:
        raise ShapeMismatch(
            f"{owner} at a layer of shape {tuple(tail.activation.shape[1:])}",
            "an activation with places, (C, H, W) or (C, T), expected",
            "write an earlier layer, or method=attribution.gradient_times_activation()",
        )
    return size[0], size[1]


def ground(activation: Tensor, fill: float | str) -> Tensor:
    """What stands where an activation is covered: a number, or the mean of each channel."""
    if fill == MEAN:
        return activation.flatten(2).mean(2).reshape(*activation.shape[:2], *(1,) * (activation.ndim - 2))
    return torch.full_like(activation, float(fill))


def covered(
    tail: Tail, count: int, shown: Callable[[int, int], Tensor], below: Tensor
) -> Iterator[tuple[Tensor, Tensor]]:
    """The scores (n, B) under every mask, a few at a time, with these masks (n, B or 1, H, W).

    shown: masks number i to j, 1 where the activation is seen, 0 where what is below.  All views of a picture are covered at
    the same places.
    """
    own, batch = tail.activation, len(tail.scores)
    step = max(1, TOGETHER // len(own))

    def views(x: Tensor) -> Tensor:
        return x.reshape(-1, batch, *x.shape[1:])

    for first in range(0, count, step):
        masks = shown(first, min(first + step, count)).to(own)
        spread = _of_places(masks, own).unsqueeze(1)
        yield tail.scores_at_each((views(own) * spread + views(below) * (1 - spread)).flatten(1, 2)), masks


def over_views(tail: Tail, maps: Tensor) -> Tensor:
    """Maps (B, H, W) as (L * B, 1, H, W), so that the sum over views is the map."""
    views = len(tail.activation) // len(tail.scores)
    return (maps.to(tail.activation) / views).repeat(views, 1, 1).unsqueeze(1)


def _of_places(masks: Tensor, own: Tensor) -> Tensor:
    """Masks (n, B, H, W) as (n, B, 1, ...) for an activation; tokens before those of the picture are always seen."""
    if own.ndim == 4:
        return masks.unsqueeze(2)
    flat = masks.flatten(2)
    return F.pad(flat, (own.shape[2] - flat.shape[2], 0), value=1.0).unsqueeze(2)
