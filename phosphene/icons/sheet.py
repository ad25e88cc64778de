"""What a store gives: icons as an array, and as one picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ..errors import BadArgument
from ..render.result import columns, grid
from ..serialize import writable, write_whole

LETTERS = 10
"""The size of the names in a sheet, in pixels; a line of them is a little higher."""


@dataclass(frozen=True, eq=False)
class Icons:
    """Icons in the order in which they were asked for.

    images: (N, h, w, 3), bytes.  keys: their names in the store.  painted: how many of them were not in the store and were
    painted by this call.

    >>> import numpy as np
    >>> Icons(np.zeros((5, 8, 8, 3), np.uint8), ("",) * 5, 0).sheet(across=5).size
    (48, 8)
    """

    images: NDArray[np.uint8]
    keys: tuple[str, ...]
    painted: int

    def __len__(self) -> int:
        return len(self.images)

    def sheet(self, across: int | None = None, names: Sequence[object] | None = None) -> Image.Image:
        """The icons side by side on white, 2 pixels apart, row by row.

        across: icons in a row; near to a square if None.  names: one for each, such as channel numbers, written below it.
        """
        pixels = torch.from_numpy(self.images).permute(0, 3, 1, 2)
        if names is None:
            return grid(pixels / 255, across)
        if isinstance(names, str) or len(names) != len(self):
            raise BadArgument(
                f"sheet: names {names!r}"[:200],
                f"one for each of {len(self)} icons expected",
                "write names=range(len(icons))",
            )
        return self._named(pixels, columns(len(self)) if across is None else across, list(map(str, names)))

    def save(self, path: str | Path, across: int | None = None, names: Sequence[object] | None = None) -> Path:
        """Write the sheet, a PNG.  Errors: BadArgument for another kind of file or one that cannot be written; NotWritten."""
        path = writable(path)
        if path.suffix.lower() != ".png":
            raise BadArgument(f"save({str(path)!r})", "a .png file expected", f"write {path.stem + '.png'!r}")
        write_whole(path, self._bytes(across, names))
        return path

    def _named(self, pixels: torch.Tensor, across: int, names: list[str]) -> Image.Image:
        from ..figures import fonts

        line = LETTERS + 4
        room = torch.full((*pixels.shape[:2], line, pixels.shape[3]), 255, dtype=torch.uint8)
        made = grid(torch.cat([pixels, room], 2) / 255, across)
        pen, (height, width) = ImageDraw.Draw(made), self.images.shape[1:3]
        for place, name in enumerate(names):
            row, column = divmod(place, across)
            text = fonts.drawable(fonts.shortened(name, width, LETTERS))
            left = column * (width + 2) + max(0, width - fonts.width(text, LETTERS)) / 2
            pen.text((left, row * (height + line + 2) + height), text, "black", fonts.font(LETTERS))
        return made

    def _bytes(self, across: int | None = None, names: Sequence[object] | None = None) -> bytes:
        buffer = io.BytesIO()
        self.sheet(across, names).save(buffer, "PNG")
        return buffer.getvalue()

    def _repr_png_(self) -> bytes:
        return self._bytes()

    def __repr__(self) -> str:
        return f"<{len(self)} icon{'s' * (len(self) != 1)}, {self.painted} painted>"
