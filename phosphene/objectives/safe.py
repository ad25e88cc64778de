"""Mathematics with finite values and gradients everywhere: roots and powers at 0, cosines of zero vectors."""

from __future__ import annotations

import torch
from torch import Tensor


def power(x: Tensor, exponent: float) -> Tensor:
    """x**exponent for x >= 0, with value and gradient 0 at 0 for every positive exponent.

    >>> x = torch.zeros(1, requires_grad=True)
    >>> power(x, 0.5).sum().backward()
    >>> x.grad
    tensor([0.])
    """
    positive = x > torch.finfo(x.dtype).tiny
    return torch.where(positive, torch.where(positive, x, torch.ones_like(x)) ** exponent, torch.zeros_like(x))


def root(x: Tensor) -> Tensor:
    """The square root, with gradient 0 at 0."""
    return power(x, 0.5)


def norm(x: Tensor, axis: int | tuple[int, ...]) -> Tensor:
    """The Euclidean norm over some axes, with gradient 0 at 0."""
    return root(x.square().sum(axis))


def cosine(a: Tensor, b: Tensor, axis: int) -> Tensor:
    """The true cosine: 1 for parallel vectors, and 0, with gradient 0, where a vector is 0."""
    lengths = norm(a, axis) * norm(b, axis)
    some = lengths > 0
    return torch.where(some, (a * b).sum(axis) / torch.where(some, lengths, torch.ones_like(lengths)), lengths)
