"""Pictures cut to what a position of a layer sees of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from ..models.fields import ReceptiveField, Window

FILL = 0.5
"""What stands in a crop outside of the picture."""


@dataclass(frozen=True, eq=False)
class Crops:
    """n pictures (n, 3, h, w) in [0, 1], each cut to the window of a position; grey where the window leaves the picture.

    value: (n,), the activation there.  image: (n,), places in the collection's list.  names: of the pictures.  windows: where
    each was cut.  place: (n, 2), the position, row and column, in the activation of the crop.  inside: (n,), whether all that
    the position sees is in the picture: then the network, given the crop alone, has this activation at this place.
    """

    pictures: Tensor
    value: NDArray[np.float32]
    image: NDArray[np.int64]
    names: tuple[str, ...]
    windows: tuple[Window, ...]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def place(self) -> NDArray[np.int64]:
        """Row and column in the crop's activation, (n, 2)."""
        return np.array([(one.y, one.x) for one in self.windows], np.int64).reshape(-1, 2)

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Whether the crop alone has the activation, (n,)."""
        return np.array([one.inside for one in self.windows], bool)


def cut(pictures: Sequence[Tensor], field: ReceptiveField, yx: NDArray[np.int64]) -> tuple[Tensor, tuple[Window, ...]]:
    """Pictures (3, H, W), each cut to what its position of yx (n, 2) sees: (n, 3, h, w), and where."""
    windows = tuple(field.window(y, x) for y, x in yx.tolist())
    parts = [_part(picture, window) for picture, window in zip(pictures, windows, strict=True)]
    return torch.stack(parts) if parts else torch.zeros(0, 3, *field.window(0, 0)[2:4]), windows


def _part(picture: Tensor, window: Window) -> Tensor:
    height, width = picture.shape[-2:]
    top, left, rows, columns = window[:4]
    bottom, right = top + rows, left + columns
    here = picture[:, max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)]
    around = (max(-left, 0), max(right - width, 0), max(-top, 0), max(bottom - height, 0))
    return F.pad(here, around, value=FILL)
