"""Units at the size that they see: each neuron painted on the pixels of its own receptive field.

    max  A_l[k, y, x](x)     on a canvas that holds the field of the middle position (y, x), cut to it

The size of the field is arithmetic over kernels and strides (`ph.models.layers`); where it lies is the support of the
gradient. One pixel is one pixel in the whole table, so that a layer's pictures grow as its units see more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ... import objectives as obj
from ... import param, presets
from ...figures import Table
from ...models import as_vision
from ...models import layers as layers_of
from ...transforms import jitter, resize
from ...values import check_integer
from ..given.asked import several
from ..given.cells import Program, painted
from ..given.observation import as_bytes
from .field import Box, receptive_field


def receptive_fields(
    model: Any, layers: Sequence[str], units: Sequence[int] = range(6), *, most: int = 224, **options: Any
) -> Table:
    """A table of units at their true size: a row for each layer, a column for each unit.

    layers, units: which channels of which layers.  most: pixels of the largest canvas; of a layer that sees more, what fits
    is painted.  options: for `render`, over those of `presets.clear`.  Errors: as `render`, for all
    rows before the first step; BadArgument without layers or units.
    """
    names = several(layers, str, "receptive_fields without layers", 'write ["stem", "block1"]')
    which = several(units, int, "receptive_fields without units", "write units=range(6)")
    check_integer("receptive_fields", "most", most, 1)
    vision = as_vision(model)
    plans = [_row(vision, layer, which, most, options) for layer in names]
    made = painted(vision, [program for _, program in plans])
    rows = [_cut(images, box) for images, (box, _) in zip(made, plans, strict=True)]
    side = max(max(row.shape[1:3]) for row in rows)
    images = np.stack([_padded(row, side) for row in rows])
    sizes = [f"{layer}, {max(row.shape[1:3])} px" for layer, row in zip(names, rows, strict=True)]
    about = "Each unit on the pixels that it sees, all at one scale."
    return Table.of(
        "Units at the size of what they see", images, rows=sizes, columns=[str(k) for k in which], about=about
    )


def _row(vision: Any, layer: str, units: Sequence[int], most: int, options: Any) -> tuple[Box, Program]:
    """Where a layer's middle position sees, and the program of its row."""
    sees = {one.name: one.receptive_field for one in layers_of(vision)}.get(layer)
    own = max(vision.size or (0,))
    side = most if sees is None else min(max(sees[0] + 2 * sees[1], own), most)
    program = {**presets.clear, "param": param.fourier(side), "transforms": jitter(1) >> resize(side), **options}
    return receptive_field(vision, layer, side), (obj.each(*(obj.neuron(layer, unit) for unit in units)), program)


def _cut(images: Any, box: Box) -> Any:
    top, left, height, width = box
    return as_bytes(images[:, :, top : top + height, left : left + width])


def _padded(pictures: Any, side: int) -> Any:
    height, width = ((side - n) // 2 for n in pictures.shape[1:3])
    around = ((0, 0), (height, side - pictures.shape[1] - height), (width, side - pictures.shape[2] - width), (0, 0))
    return np.pad(pictures, around, constant_values=128)
