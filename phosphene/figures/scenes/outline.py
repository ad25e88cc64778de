"""Pictures in which a part is marked."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..colors import AGAINST, FOR
from .blend import Bytes

LINE = 110
"""The side of a picture for each pixel that half a line is wide."""
DIM = 0.45
"""How much light is left outside of the mask."""


def enlarged(picture: Bytes, least: int) -> Bytes:
    """A picture (h, w, 3) with a longer side of at least so many pixels: each of its pixels a square of them."""
    times = -(-least // max(picture.shape[:2]))
    found: Bytes = picture.repeat(times, 0).repeat(times, 1)
    return found


def outlined(picture: Bytes, mask: Tensor, box: tuple[int, int, int, int]) -> Bytes:
    """A picture (n h, n w, 3) with the outline of a mask (h, w) in orange, dark outside of it, and a box in blue.

    box: top, left, height, width in pixels of the mask.

    >>> grey, mask = np.full((8, 8, 3), 200, np.uint8), torch.zeros(4, 4, dtype=torch.bool)
    >>> mask[1:3, 1:3] = True
    >>> outlined(grey, mask, (1, 1, 2, 2))[0, 0].tolist()
    [90, 90, 90]
    """
    times = len(picture) // len(mask)
    wide = max(1, max(picture.shape[:2]) // LINE)
    inside = mask.repeat_interleave(times, 0).repeat_interleave(times, 1)
    frame = torch.zeros_like(inside)
    top, left, height, width = (times * one for one in box)
    rows, columns = (slice(max(a - wide, 0), a + b + wide) for a, b in ((top, height), (left, width)))
    frame[rows, columns] = True  # around the mask, so that both are seen
    found = np.where(inside.numpy()[..., None], picture, (DIM * picture).astype(np.uint8))
    for part, color in ((frame, AGAINST), (inside, FOR)):
        found[_edge(part, wide).numpy()] = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    return found


def _edge(part: Tensor, wide: int) -> Tensor:
    """The inner rim of a part (h, w), so many pixels wide; the picture's border is a rim, too."""
    outside = F.pad((~part).float()[None, None], (wide,) * 4, value=1.0)
    return part & (F.max_pool2d(outside, 2 * wide + 1, 1)[0, 0] > 0)
