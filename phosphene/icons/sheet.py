"""What a store gives: icons as an array, and as one picture."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from ..render.result import grid


@dataclass(frozen=True, eq=False)
class Icons:
    """Icons in the order in which they were asked for.

    images: (N, h, w, 3), bytes; 4 channels where the look paints transparency.  keys: their names in the store.
    painted: how many of them were not in the store and were painted by this call.

    >>> import numpy as np
    >>> Icons(np.zeros((5, 8, 8, 3), np.uint8), ("",) * 5, 0).sheet(across=5).size
    (48, 8)
    """

    images: NDArray[np.uint8]
    keys: tuple[str, ...]
    painted: int

    def __len__(self) -> int:
        return len(self.images)

    def sheet(self, across: int | None = None) -> Image.Image:
        """The icons side by side on white, 2 pixels apart, row by row; `across` in a row, near to a square if None."""
        pixels = torch.from_numpy(self.images).permute(0, 3, 1, 2)
        return grid(pixels / 255, across)

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.sheet().save(buffer, "PNG")
        return buffer.getvalue()

    def __repr__(self) -> str:
        return f"<{len(self)} icon{'s' * (len(self) != 1)}, {self.painted} painted>"
