"""The picture that shows a frame and, beside it, panels in rows: what stays is drawn once, what changes is put into it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image as Canvas
from torch import Tensor

from ..errors import TooLarge
from ..figures import layout, raster
from ..figures.scene import Image, Scene
from .colors import Bytes, diverging, even

GAP, MARGIN, LINE = 6, 16, 14
ROOM, CELL, LEAST, WIDEST = 1080, 72, 10, 4096
"""Pixels: the panels together, where there is room; a panel of a grid, and the least side of one; a sheet at most."""
SIDE = 224
"""Pixels of the longer side of the frame, about; a small one is enlarged a whole number of times."""


@dataclass(frozen=True)
class Area:
    """Pixels of the sheet."""

    top: int
    left: int
    height: int
    width: int

    def put(self, sheet: Bytes, pixels: Bytes) -> None:
        """Write a picture (h, w, 3) here, each of its pixels repeated a whole number of times where that fits."""
        rows, columns = pixels.shape[:2]
        if self.height % rows or self.width % columns:
            small = Canvas.fromarray(pixels)
            pixels = np.asarray(small.resize((self.width, self.height), Canvas.Resampling.BICUBIC))
        else:
            pixels = pixels.repeat(self.height // rows, 0).repeat(self.width // columns, 1)
        sheet[self.top : self.top + self.height, self.left : self.left + self.width] = pixels


class Sheet:
    """Where a frame of `size` and panels of `shape` (rows, columns) stand, each panel under its name.

    side: pixels of a panel's longer side, where there is room; None: as large as the frame.  Errors: TooLarge.
    """

    def __init__(
        self,
        title: str,
        size: tuple[int, int],
        shape: tuple[int, int],
        names: Sequence[str],
        foot: Scene,
        side: int | None = CELL,
    ) -> None:
        scale = SIDE / max(size) if max(size) > SIDE else round(SIDE / max(size))
        tall, wide = (max(1, round(scale * one)) for one in size)
        height, width, across = (tall, wide, len(names)) if side is None else _panels(shape, len(names), side)
        down, head, left = height + LINE + GAP, MARGIN + 24, MARGIN + wide + 2 * GAP
        self.frame = Area(head + LINE, MARGIN, tall, wide)
        self.panels = [
            Area(head + LINE + number // across * down, left + number % across * (width + GAP), height, width)
            for number in range(len(names))
        ]
        bottom = max(self.frame.top + tall, self.panels[-1].top + height) + 2 * GAP
        right = max(left + min(across, len(names)) * (width + GAP) - GAP, MARGIN + foot.width)
        if max(bottom + foot.height, right) + MARGIN > WIDEST:
            raise TooLarge(
                f"{len(names)} maps of {shape[0]} x {shape[1]} on one sheet",
                f"a sheet of {WIDEST} px at most expected",
                "name fewer channels, or a smaller size",
            )
        marks = layout.padded(layout.label(title, 14, True, room=right - MARGIN), MARGIN, MARGIN - 4).marks
        for name, area in zip(("frame", *names), (self.frame, *self.panels), strict=True):
            label = layout.label(name, 10, color=layout.GREY, room=max(area.width, 18))
            marks += label.moved(area.left, area.top - LINE)
        scene = Scene(right + MARGIN, bottom + foot.height + MARGIN, marks + foot.moved(MARGIN, bottom), title)
        self.empty: Bytes = np.asarray(raster.draw(scene, 1))

    def filled(self, picture: Tensor, panels: Sequence[Bytes] | Bytes) -> Bytes:
        """The sheet with a frame (3, h, w) in [0, 1] and its panels, bytes (rows, columns, 3)."""
        sheet = self.empty.copy()
        self.frame.put(sheet, as_bytes(picture))
        for area, panel in zip(self.panels, panels, strict=True):
            area.put(sheet, panel)
        return sheet


def _panels(shape: tuple[int, int], count: int, side: int) -> tuple[int, int, int]:
    """Height and width of a panel, a whole number of pixels for each number of its map, and how many stand in a row."""
    rows, columns = shape
    across = min(count, max(1, math.ceil(math.sqrt(1.6 * count * rows / columns))))
    times = max(1, min(-(-side // max(shape)), (ROOM // across - GAP) // columns))
    return rows * max(times, -(-LEAST // rows)), columns * max(times, -(-LEAST // columns)), across


def legend(low: str, high: str, signs: bool, words: str) -> Scene:
    """The scale of colors between its two ends, and a line of text."""
    colors = (diverging() if signs else even())[None]
    stripe = Scene(160, 10, (Image(0, 0, 160, 10, np.ascontiguousarray(colors)),))
    ends = [layout.label(text, 10, color=layout.GREY) for text in (low, high)]
    scale = layout.beside(ends[0], layout.padded(stripe, 0, 2), ends[1], gap=GAP)
    return layout.below(scale, layout.label(words, 10, color=layout.GREY), gap=4)


def as_bytes(picture: Tensor) -> Bytes:
    """A picture (3, h, w) in [0, 1] as bytes (h, w, 3)."""
    pixels: Any = (picture.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0)
    found: Bytes = pixels.contiguous().cpu().numpy()
    return found


def as_picture(sheet: Bytes) -> Tensor:
    """Bytes (h, w, 3) as a picture (3, h, w) in [0, 1]."""
    return torch.from_numpy(sheet).permute(2, 0, 1).float() / 255
