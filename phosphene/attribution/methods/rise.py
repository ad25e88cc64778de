"""RISE: the mean of random masks, each with the score of the picture behind it."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ...seeds import stream
from ...values import check_integer, check_number
from ..tail import Tail
from .base import Method
from .masking import MEAN, check_fill, covered, ground, over_views, size_of


class rise(Method):
    """The mean score under random masks, at each place over the masks that show it: sum(score * mask) / (masks * keep).

    masks: how many; the paper takes 4,000 to 8,000 on photographs.  grid: cells along each side; a cell is shown with
    probability keep, cells are joined bilinearly, and each mask is shifted by a part of a cell.  fill: what stands behind the
    masks, a number or "mean", that of each channel; the paper's is the mean of its data set.  The same masks for each
    picture. The scores' offset stays in the values: their differences are what is found.
    Errors: BadArgument, also for an objective that couples pictures; ShapeMismatch for a layer without places.
    Source: Petsiuk et al. 2018, RISE.

    >>> rise(masks=500, seed=1)
    attribution.rise(masks=500, seed=1)
    """

    masks: int = 2000
    grid: int = 7
    keep: float = 0.5
    fill: int | float | str = MEAN
    seed: int = 0

    def __post_init__(self) -> None:
        check_integer(self.word, "masks", self.masks, 1)
        check_integer(self.word, "grid", self.grid, 1)
        check_number(self.word, "keep", self.keep, 0.01, 0.99)
        check_fill(self.word, self.fill)
        check_integer(self.word, "seed", self.seed)

    def values(self, tail: Tail) -> Tensor:
        """The mean of masks times scores, over the part of a mask that is shown."""
        size = size_of(tail, self.word)
        cells, shifts = self._drawn(size)

        def shown(first: int, last: int) -> Tensor:
            return masks(cells[first:last], shifts[first:last], size)

        total = tail.activation.new_zeros(len(tail.scores), *size)
        for scores, seen in covered(tail, self.masks, shown, ground(tail.activation, self.fill)):
            total += torch.einsum("nb,nhw->bhw", scores, seen[:, 0])
        return over_views(tail, total / (self.masks * self.keep))

    def _drawn(self, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """The cells (N, 1, grid, grid) of all masks, and how far each is shifted, (N, 2)."""
        generator = stream(self.seed, self.word)
        cells = torch.rand((self.masks, 1, self.grid, self.grid), generator=generator) < self.keep
        parts = torch.rand((self.masks, 2), generator=generator, dtype=torch.float64)
        return cells.float(), (parts * torch.tensor(_cell(size, self.grid))).long()


def masks(cells: Tensor, shifts: Tensor, size: tuple[int, int]) -> Tensor:
    """Masks (N, 1, H, W) from cells (N, 1, g, g): enlarged bilinearly to g + 1 cells' size, cut after their shifts (N, 2).

    >>> masks(torch.ones(2, 1, 3, 3), torch.zeros(2, 2).long(), (5, 8)).shape
    torch.Size([2, 1, 5, 8])
    """
    count = cells.shape[-1]
    rows, columns = _cell(size, count)
    large = F.interpolate(cells, ((count + 1) * rows, (count + 1) * columns), mode="bilinear", align_corners=False)
    cut = [
        one[:, top : top + size[0], left : left + size[1]]
        for one, (top, left) in zip(large, shifts.tolist(), strict=True)
    ]
    return torch.stack(cut)


def _cell(size: tuple[int, int], count: int) -> tuple[int, int]:
    """Rows and columns of a cell, so many that all cells cover the layer."""
    return -(-size[0] // count), -(-size[1] // count)
