"""Distances between the pictures of a batch, and the pairs, triplets and quadruplets of its labels."""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from torch import Tensor

from . import safe

Metric = Literal["squared", "euclidean"]
Mining = Literal["all", "violating", "easy", "semihard", "hard"]


class Triplets(NamedTuple):
    """Rows of anchors, positives (of the anchor's class) and negatives (of another), each (N,)."""

    anchor: Tensor
    positive: Tensor
    negative: Tensor


def vectors(activation: Tensor, normalize: bool = False) -> Tensor:
    """All numbers of each picture's activation as one vector: (B, ...) -> (B, D), of length 1 where `normalize`."""
    flat = activation.flatten(1)
    return unit(flat) if normalize else flat


def unit(x: Tensor) -> Tensor:
    """Vectors along the last axis divided by their lengths; zero vectors stay zero, with a finite gradient."""
    lengths = safe.norm(x, -1)[..., None]
    return torch.where(lengths > 0, x / torch.where(lengths > 0, lengths, torch.ones_like(lengths)), x)


def distances(x: Tensor, metric: Metric = "squared") -> Tensor:
    """Distances between the rows of (B, D): (B, B), with gradient 0 where two rows are equal."""
    found = torch.cdist(x, x, compute_mode="donot_use_mm_for_euclid_dist")
    return found.square() if metric == "squared" else found


def alike(labels: Tensor) -> tuple[Tensor, Tensor]:
    """Which ordered pairs are two pictures of one class, and which are of two classes: (B, B) each."""
    same = labels[:, None] == labels
    return same & ~torch.eye(len(labels), dtype=torch.bool, device=labels.device), ~same


def every_triplet(labels: Tensor) -> Triplets:
    """All triplets of a batch, in the order of anchor, positive, negative.

    >>> [rows.tolist() for rows in every_triplet(torch.tensor([0, 0, 1]))]
    [[0, 1], [1, 0], [2, 2]]
    """
    positive, negative = alike(labels)
    return Triplets(*torch.nonzero(positive[:, :, None] & negative[:, None, :], as_tuple=True))


def mined(between: Tensor, labels: Tensor, margin: float, mining: Mining) -> Triplets:
    """The triplets of a batch that are of one kind, by the gap d(a, n) - d(a, p) of distances `between` (B, B).

    mining: "easy", a gap above the margin; "semihard", from 0 (not included) to the margin; "hard", 0 or below;
    "violating", semihard or hard; "all", every triplet.  Source: Schroff et al. 2015, FaceNet.

    >>> points = torch.tensor([[0.0], [1.0], [1.5], [9.0]])
    >>> labels = torch.tensor([0, 0, 1, 1])
    >>> [len(mined(distances(points), labels, 2.0, kind).anchor) for kind in ("all", "easy", "semihard", "hard")]
    [8, 4, 1, 3]
    """
    anchor, positive, negative = every = every_triplet(labels)
    if mining == "all":
        return every
    gap = (between[anchor, negative] - between[anchor, positive]).detach()
    chosen = {
        "easy": gap > margin,
        "semihard": (gap > 0) & (gap <= margin),
        "hard": gap <= 0,
        "violating": gap <= margin,
    }[mining]
    return Triplets(anchor[chosen], positive[chosen], negative[chosen])


def by_anchor(losses: Tensor, anchor: Tensor, batch: int) -> Tensor:
    """What each picture's losses as an anchor add, so that the mean over the batch is the mean of `losses`: (batch,)."""
    return losses.new_zeros(batch).index_add(0, anchor, losses) * (batch / max(len(losses), 1))


def by_row(losses: Tensor, chosen: Tensor) -> Tensor:
    """The same for the chosen pairs of a matrix (B, B)."""
    kept = torch.where(chosen, losses, torch.zeros_like(losses)).sum(1)
    return kept * len(losses) / chosen.sum().clamp_min(1).to(losses)  # the quotient of integers is of single precision
