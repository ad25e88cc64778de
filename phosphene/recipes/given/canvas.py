"""Pictures and masks of any size and mode, brought to the canvas that is painted."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...errors import BadPicture
from ...filters import border
from ...param.base import Size, pair
from ...param.picture import covering, fit, picture
from ...values import check_integer

LARGEST = 512
"""Pixels of the longer side where no size is asked for, as in neural-style."""
MOST = 2**16
"""Pixels of the longer side at most."""


def opened(source: Any) -> Tensor:
    """One picture (1, 3, H, W) in [0, 1]; grey ones in color, what is transparent on white.  Errors: BadPicture."""
    one = picture(source, channels=None).numbers()
    if len(one) != 1 or one.shape[1] not in (1, 3, 4):
        raise BadPicture(
            f"a picture of shape {tuple(one.shape)}",
            "one picture with 1, 3 or 4 channels expected",
            "write one of them: pictures[0]",
        )
    alpha = one[:, 3:] if one.shape[1] == 4 else torch.ones_like(one[:, :1])
    return (one[:, :3] * alpha + (1 - alpha)).expand(-1, 3, -1, -1)


def canvas_of(one: Tensor, size: Any = None) -> Size:
    """Height and width of the canvas for a picture: its proportions with the longer side `size`, or a (height, width)."""
    height, width = one.shape[-2:]
    if isinstance(size, (tuple, list)):
        return pair("recipes", size)
    longer = min(max(height, width), LARGEST) if size is None else pair("recipes", size)[0]
    check_integer("recipes", "size", longer, 1, MOST)
    scale = longer / max(height, width)
    return max(1, round(height * scale)), max(1, round(width * scale))


def on_canvas(one: Tensor, size: Size) -> Tensor:
    """A picture scaled until it covers the canvas, cut about its centre."""
    return covering(one, size)


def placed(one: Tensor, size: Size, enlarge: bool = True) -> tuple[Tensor, Tensor]:
    """A picture as large as the canvas can hold all of it, mirrored beyond its edges; and the mask (1, 1, H, W) of itself.

    Its proportions stay, and its mirrored margins give its edges neighbors that look alike.  enlarge: without it a picture
    that is smaller than the canvas keeps its scale.
    """
    scale = min(size[0] / one.shape[-2], size[1] / one.shape[-1])
    scale = scale if enlarge else min(scale, 1.0)
    height, width = (max(1, min(most, round(n * scale))) for n, most in zip(one.shape[-2:], size, strict=True))
    scaled = fit(one, (height, width)) if (height, width) != tuple(one.shape[-2:]) else one
    top, left = (size[0] - height) // 2, (size[1] - width) // 2
    rows, columns = border(-top, size[0], height, "reflect"), border(-left, size[1], width, "reflect")
    mask = torch.zeros(1, 1, *size)
    mask[..., top : top + height, left : left + width] = 1
    return scaled[..., rows, :][..., columns], mask


def mask_of(source: Any, size: Size) -> Tensor:
    """A mask (1, 1, H, W) in [0, 1] at a size: a picture, or numbers (H, W), booleans too.  Errors: BadPicture."""
    if isinstance(source, (Tensor, np.ndarray)):
        numbers = torch.as_tensor(source)
        numbers = numbers.float() if numbers.dtype == torch.bool else numbers
        source = numbers[None] if numbers.ndim == 2 else numbers
    one = picture(source, channels=1).numbers()
    if len(one) != 1 or not bool(one.any()):
        raise BadPicture(
            f"a mask of shape {tuple(one.shape)}" + ", empty" * (not bool(one.any())),
            "one mask that is above 0 somewhere expected: 1 inside the region, 0 outside",
            "leave the style out that has no place",
        )
    return one if tuple(one.shape[-2:]) == size else fit(one, size)
