"""Pictures in which the right answer to "where is it?" is known: a pattern in one quarter, something else around it."""

from __future__ import annotations

import torch
from torch import Tensor

from phosphene.models.patterns import LABELS, draw


def in_a_quarter(number: int, size: int = 96) -> tuple[str, Tensor, Tensor]:
    """Picture `number` of a row: its pattern, the picture (3, size, size), and where the pattern is, a mask (size, size).

    The patterns take turns, and so do the quarters; behind every other picture is grey, behind the rest another pattern.
    """
    half = size // 2
    label, other = LABELS[number % len(LABELS)], LABELS[(number + 7) % len(LABELS)]
    picture = torch.full((3, size, size), 0.5) if number % 2 == 0 else draw(other, 200, number, size)
    top, left = half * (number // 2 % 2), half * (number // 4 % 2)
    place = (..., slice(top, top + half), slice(left, left + half))
    picture[place] = draw(label, 100, number, half)
    mask = torch.zeros(size, size, dtype=torch.bool)
    mask[place] = True
    return label, picture, mask
