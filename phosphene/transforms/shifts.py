"""Views that show whole pixels, as exact copies."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import torch.nn.functional as F
from torch import Tensor

from ..filters import border
from .maps import Bend, Size, View

Fill: TypeAlias = float | str

_SNAP = 1e-6  # pixels: nearer to a whole shift than this is a whole shift


class Whole(NamedTuple):
    """A view that shows whole pixels: a shift, after the picture has been mirrored along `mirrored`."""

    right: int
    down: int
    mirrored: tuple[int, ...] = ()


def whole(view: View, here: Size, size: Size) -> Whole | None:
    """The whole shift that a view is, if it is one: of a picture of size `here`, shown at `size`."""
    if isinstance(view, Bend):
        return None
    a, b, c, d, e, f = view
    mirrored: tuple[int, ...] = ()
    if a < 0:
        a, c, mirrored = -a, here[1] - 1 - c, (-1,)
    if e < 0:
        e, f, mirrored = -e, here[0] - 1 - f, (*mirrored, -2)
    right, down = round(c), round(f)
    reach = max(*here, *size)
    if max(abs(a - 1), abs(b), abs(d), abs(e - 1)) * reach < _SNAP and max(abs(c - right), abs(f - down)) < _SNAP:
        return Whole(right, down, mirrored)
    return None


def shifted(x: Tensor, key: Whole, size: Size, fill: Fill) -> Tensor:
    """Pictures (B, C, H, W) under a whole shift, at `size`."""
    (right, down, mirrored), (height, width) = key, (int(x.shape[-2]), int(x.shape[-1]))
    if mirrored:
        x = x.flip(mirrored)
    if (right, down) == (0, 0) and size == (height, width):
        return x
    past_x, past_y = size[1] + right - width, size[0] + down - height
    inside = right >= 0 and down >= 0 and past_x <= 0 and past_y <= 0
    if inside:
        return x[..., down : down + size[0], right : right + size[1]]
    if fill == "wrap" and size == (height, width):
        return x.roll((-down, -right), (-2, -1))
    overlap = right < width and down < height and size[1] + right > 0 and size[0] + down > 0
    if not isinstance(fill, str) and overlap:
        return F.pad(x, (-right, past_x, -down, past_y), value=fill)
    if not isinstance(fill, str):
        return x.new_full((*x.shape[:-2], *size), fill) + 0 * x.sum()  # all fill, yet of the picture's graph
    rows, columns = border(down, size[0], height, fill), border(right, size[1], width, fill)
    return x.index_select(-2, rows.to(x.device)).index_select(-1, columns.to(x.device))
