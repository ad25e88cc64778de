"""The icons of an atlas as pictures of several cells each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..encode import picture_url

if TYPE_CHECKING:
    from ...figures.atlas import AtlasLayer, Level

ACROSS = 8
"""Cells along a side of a tile: 512 px at icons of 64, which a browser decodes in a few milliseconds."""
OVERVIEW = 256
QUALITY = 80

Picture = NDArray[np.uint8]


def tiles(level: Level) -> Iterator[tuple[tuple[int, int], str]]:
    """The tiles of a level that have icons, as ((row, column), data URL); the last of a row may be narrower."""
    size = level.icons.shape[1]
    rows, columns = level.cell // level.side, level.cell % level.side
    for row, column in sorted(set(zip((rows // ACROSS).tolist(), (columns // ACROSS).tolist(), strict=True))):
        height, width = (min(ACROSS, level.side - start * ACROSS) * size for start in (row, column))
        tile = np.zeros((height, width, 3), np.uint8)
        for place in np.flatnonzero((rows // ACROSS == row) & (columns // ACROSS == column)):
            top, left = (rows[place] - row * ACROSS) * size, (columns[place] - column * ACROSS) * size
            tile[top : top + size, left : left + size] = level.icons[place]
        yield (row, column), picture_url(tile, QUALITY)


def examples(thumbnails: Picture) -> Iterator[str]:
    """Thumbnails (n, t, t, 3) as sheets of `ACROSS` x `ACROSS` each."""
    return (picture_url(sheet, QUALITY) for sheet in sheets(thumbnails))


def sheets(pictures: Picture) -> Iterator[Picture]:
    """Pictures (n, t, t, 3) side by side, `ACROSS` x `ACROSS` on each sheet, with fewer rows on the last one."""
    size, count = pictures.shape[1], ACROSS**2
    for first in range(0, len(pictures), count):
        shown = pictures[first : first + count]
        sheet = np.zeros((count, size, size, 3), np.uint8)
        sheet[: len(shown)] = shown
        whole = sheet.reshape(ACROSS, ACROSS, size, size, 3).swapaxes(1, 2).reshape(ACROSS * size, ACROSS * size, 3)
        yield whole[: -(-len(shown) // ACROSS) * size]


def overview(layer: AtlasLayer) -> str | None:
    """A whole layer as one small picture, clear where no icon is; None without levels."""
    if not layer.levels:
        return None
    level = next((one for one in layer.levels if one.side >= OVERVIEW // ACROSS // 2), layer.levels[-1])
    return picture_url(composed(level, max(2, OVERVIEW // level.side)), QUALITY)


def composed(level: Level, size: int, sized: bool = False) -> Picture:
    """A whole level (side * size, side * size, 4), clear where no icon is, with `size` pixels for a cell.

    sized: whether the area of an icon is proportional to its samples, as `extents` says.
    """
    whole = np.zeros((level.side * size, level.side * size, 4), np.uint8)
    for cell, icon, part in zip(
        level.cell.tolist(), level.icons, extents(level) if sized else np.ones(len(level.cell)), strict=True
    ):
        side = max(1, round(size * float(part)))
        shown = np.asarray(Image.fromarray(icon).resize((side, side), Image.Resampling.LANCZOS))
        top, left = (start * size + (size - side) // 2 for start in divmod(cell, level.side))
        whole[top : top + side, left : left + side, :3] = shown
        whole[top : top + side, left : left + side, 3] = 255
    return whole


def extents(level: Level) -> NDArray[np.float64]:
    """The side of each icon in its cell (m,), up to 1: its area is proportional to its samples, up to `full` of them."""
    return np.minimum(1.0, np.sqrt(level.count / full(level)))


def full(level: Level) -> float:
    """The samples from which an icon fills its cell: twice the median of a cell, so that half of the icons are smaller."""
    return 2 * float(np.median(level.count)) if len(level.count) else 1.0
