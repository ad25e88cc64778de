"""Directions of activations, and their projection on the first principal components.

Numbers are rounded to multiples of 2⁻²⁰ before each product of matrices. In double precision every sum is then exact, so
that no result depends on the order of the rows, on how they are cut into blocks, or on the threads.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..errors import ShapeMismatch
from .census import Doubles

BITS = 20
BLOCK = 4096  # rows: sums of their products, multiples of 2⁻⁴⁰ up to 2¹², fit into 53 bits
SHORT = 1e-3


def rounded(numbers: Doubles) -> Doubles:
    """Multiples of 2⁻²⁰."""
    return np.rint(numbers * 2.0**BITS) * 2.0**-BITS


def directions(activation: Any) -> Doubles:
    """Activations (n, C) divided by their lengths and rounded to multiples of 2⁻²⁰; rows of zeros stay.

    >>> directions([[3.0, 4.0]]).round(5)
    array([[0.6, 0.8]])
    """
    numbers = np.ascontiguousarray(activation, np.float64)
    largest = np.abs(numbers).max(1, keepdims=True, initial=0)
    scaled = numbers / np.where(largest > 0, largest, 1)  # so that no square is too small or too large
    lengths = np.sqrt(np.square(scaled).sum(1, keepdims=True))
    return rounded(scaled / np.where(lengths > 0, lengths, 1))


def moment_of_directions(parts: Iterable[Doubles]) -> Doubles:
    """The mean of a aᵀ over directions (n, C), without taking their mean away: (C, C), exact for up to 2²² rows."""
    count, total = 0, np.zeros((0, 0), np.int64)
    for part in parts:
        if not total.size:
            total = np.zeros((part.shape[1], part.shape[1]), np.int64)
        for start in range(0, len(part), BLOCK):
            block = part[start : start + BLOCK]
            total += np.rint((block.T @ block) * 2.0 ** (2 * BITS)).astype(np.int64)
        count += len(part)
    return total * 2.0 ** (-2 * BITS) / max(count, 1)


def components(moment: Doubles, count: int) -> Doubles:
    """The first principal components of a second moment (C, C): (C, count), rounded; of each the largest entry is positive.

    Errors: ShapeMismatch for more components than channels.

    >>> components(np.diag([1.0, 4.0, 2.0]), 2).T
    array([[0., 1., 0.],
           [0., 0., 1.]])
    """
    if count > len(moment):
        raise ShapeMismatch(
            f"{count} components of {len(moment)} channels",
            "no more components than channels expected",
            f"write components={len(moment)}",
        )
    vectors = np.linalg.eigh(moment)[1][:, ::-1][:, :count]
    return rounded(signed(vectors)) + 0.0


def signed(vectors: Doubles) -> Doubles:
    """Columns times 1 or -1, so that the entry farthest from 0 is positive; of equal ones the first."""
    size = np.abs(vectors)
    first = (size >= size.max(0) * (1 - 1e-9)).argmax(0)
    return vectors * np.where(np.take_along_axis(vectors, first[None], 0) < 0, -1.0, 1.0)


def reduced(rows: Doubles, basis: Doubles | None) -> Doubles:
    """Directions (n, C) by their first components (n, c), again as directions; NaN where next to nothing is left.

    Without a basis the directions themselves.
    """
    if basis is None:
        return rows
    projected = rows @ basis
    result = directions(projected)
    result[np.sqrt(np.square(projected).sum(1)) < SHORT] = np.nan
    return result
