"""Where the positions of a layer lie in the picture: rows and columns, for tokens too."""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

from torch import Tensor

PREFIXES = (0, 1, 2, 5)
"""Tokens before those of the picture: none, a class token, one for distillation too, or a class token and four registers."""


class Layout(NamedTuple):
    """Tokens as a grid: how many come before it, and its rows and columns."""

    before: int
    rows: int
    columns: int


def layout(tokens: int, size: tuple[int, int]) -> Layout | None:
    """The grid of tokens that has the proportions of a picture of a size, (height, width); None where there is none.

    >>> layout(197, (224, 224)), layout(51, (160, 80)), layout(12, (32, 32))
    (Layout(before=1, rows=14, columns=14), Layout(before=1, rows=10, columns=5), None)
    """
    height, width = size
    for before in PREFIXES:
        rows = isqrt(max(tokens - before, 0) * height // width)
        if (
            rows
            and (columns := (tokens - before) // rows) * rows == tokens - before
            and rows * width == columns * height
        ):
            return Layout(before, rows, columns)
    return None


def laid_out(x: Tensor, grid: Layout | None) -> Tensor:
    """An activation with places, (B, C, H, W): tokens as their grid, without those before it, a vector as one place.

    Tokens without a grid are one row, (B, C, 1, T).
    """
    if x.ndim == 3 and grid is not None and x.shape[2] == grid.before + grid.rows * grid.columns:
        return x[..., grid.before :].reshape(*x.shape[:2], grid.rows, grid.columns)
    return x.reshape(*x.shape[:2], *(1,) * (4 - x.ndim), *x.shape[2:])
