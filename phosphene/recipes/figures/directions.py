"""Activations as directions to paint."""

from __future__ import annotations

import torch
from torch import Tensor

from ...moments import second_moment, whitened

STRENGTH = 0.3
"""Of the regularization of M: with fewer positions than channels, a weak one makes of every position something unique."""


def unit_directions(vectors: Tensor, whiten: bool) -> Tensor:
    """Vectors (..., C), whitened or not, of length 1; those of length 0 stay."""
    if whiten:
        vectors = torch.as_tensor(whitened(vectors, second_moment(vectors.flatten(0, -2)), STRENGTH)).float()
    lengths = vectors.norm(dim=-1, keepdim=True)
    return vectors / torch.where(lengths > 0, lengths, 1)
