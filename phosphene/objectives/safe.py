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
    """The true cosine: exactly 1 for equal vectors, in any unit, and 0, with gradient 0, where a vector is 0.

    One root of the product of the squared lengths: the root of a square is exact, the product of two roots is not.
    """
    a, b = _near_one(a, axis), _near_one(b, axis)
    lengths = root(a.square().sum(axis) * b.square().sum(axis))
    some = lengths > 0
    return torch.where(some, (a * b).sum(axis) / torch.where(some, lengths, torch.ones_like(lengths)), lengths)


def _near_one(x: Tensor, axis: int) -> Tensor:
    """Vectors divided by the power of two next to their largest number: exact, and their squares have finite products."""
    return torch.ldexp(x, -torch.frexp(x.detach().abs().amax(axis, keepdim=True)).exponent)
