"""Connected parts of masks, and the boxes around them."""

from __future__ import annotations

from typing import TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor

from ..errors import BadArgument

Box: TypeAlias = "tuple[int, int, int, int]"
"""Top, left, height and width, in pixels."""


def largest(mask: Tensor) -> Tensor:
    """The largest connected part of a mask (H, W): pixels that touch, by their corners too; of equal ones the first.

    >>> largest(torch.tensor([[1, 0, 1], [0, 0, 1]]).bool()).int().tolist()
    [[0, 0, 1], [0, 0, 1]]
    """
    labels = components(mask)
    if not bool(mask.any()):
        return mask
    return (labels == labels[mask].bincount().argmax()) & mask


def components(mask: Tensor) -> Tensor:
    """The part of each pixel of a mask (H, W), numbered by its first pixel from 1 on; 0 outside.

    >>> components(torch.tensor([[1, 0, 1], [0, 0, 1]]).bool()).tolist()
    [[1, 0, 3], [0, 0, 3]]
    """
    none = mask.numel()
    own = torch.arange(none, device=mask.device).reshape(mask.shape)
    labels = torch.where(mask, own, none)
    while True:
        # The first pixel among the neighbors', then that pixel's own: the way to go halves each time.
        near = -F.max_pool2d(-labels[None, None].double(), 3, 1, 1)[0, 0].long()
        near = torch.where(mask, near, none)
        jumped = F.pad(near.flatten(), (0, 1), value=none)[near]
        if torch.equal(jumped, labels):
            return torch.where(mask, labels + 1, 0)
        labels = jumped


def around(mask: Tensor) -> Box:
    """The smallest box around a mask (H, W).  Errors: BadArgument for an empty one.

    >>> around(torch.tensor([[0, 0, 0], [0, 1, 1]]).bool())
    (1, 1, 1, 2)
    """
    if not bool(mask.any()):
        raise BadArgument("a box around an empty mask", "a mask with a pixel in it", "lower the threshold")
    rows, columns = (mask.any(axis).nonzero().flatten() for axis in (1, 0))
    top, left = int(rows[0]), int(columns[0])
    return top, left, int(rows[-1]) - top + 1, int(columns[-1]) - left + 1
