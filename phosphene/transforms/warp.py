"""One bilinear warp for any number of geometric transforms: affine arithmetic, and the pixel work.

An affine `(a, b, c, d, e, f)` maps output pixels to input pixels: x' = a x + b y + c, y' = d x + e y + f, with pixel
centers at integers and y pointing down.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import TypeAlias, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor

from ..filters import border

Affine: TypeAlias = tuple[float, float, float, float, float, float]
Size: TypeAlias = tuple[int, int]
Fill: TypeAlias = float | str
Key = TypeVar("Key", bound=Hashable)

IDENTITY: Affine = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
_MODES = {"reflect": "reflection", "edge": "border"}
_SNAP = 1e-6  # pixels: nearer to a whole shift than this is a whole shift
_SHRINK = 1.5  # input pixels an output pixel may span before bilinear sampling alone would alias


def after(first: Affine, then: Affine) -> Affine:
    """The affine of transform `first`, followed by transform `then`: output of `then` to input of `first`.

    >>> after((1, 0, 5, 0, 1, 0), (2, 0, 0, 0, 2, 0))
    (2, 0, 5, 0, 2, 0)
    """
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * s, a * q + b * t, a * r + b * u + c, d * p + e * s, d * q + e * t, d * r + e * u + f


def shift(right: float, down: float) -> Affine:
    """The view's origin lies `right` and `down` on the canvas."""
    a, b, _, d, e, _ = IDENTITY
    return a, b, right, d, e, down


def center(size: Size) -> tuple[float, float]:
    """The middle of a picture, as (x, y)."""
    return (size[1] - 1) / 2, (size[0] - 1) / 2


def about(canvas: tuple[float, float], view: tuple[float, float], pace: float, degrees: float) -> Affine:
    """The view's point `view` lies on the canvas' point `canvas`; the picture appears turned counterclockwise."""
    turn = math.radians(degrees)
    # y points down: to show the picture counterclockwise, the view itself turns clockwise.
    a, b = pace * math.cos(turn), -pace * math.sin(turn)
    return a, b, canvas[0] - a * view[0] - b * view[1], -b, a, canvas[1] + b * view[0] - a * view[1]


def by_group(x: Tensor, keys: Sequence[Key], work: Callable[[Tensor, list[int], Key], Tensor]) -> Tensor:
    """`work(pictures, their numbers, key)` for each group of pictures with one key, put back in order."""
    groups: dict[Key, list[int]] = {}
    for number, key in enumerate(keys):
        groups.setdefault(key, []).append(number)
    if len(groups) == 1:
        return work(x, list(range(len(keys))), keys[0])
    # split and cat copy each picture once, forward and backward; indexing would pay the whole batch for each group.
    rows = torch.split(x, 1)
    done: list[Tensor] = [x] * len(keys)
    for key, members in groups.items():
        mine = torch.cat([rows[i] for i in members]) if len(members) > 1 else rows[members[0]]
        for i, row in zip(members, torch.split(work(mine, members, key), 1), strict=True):
            done[i] = row
    return torch.cat(done)


def warp(x: Tensor, affines: Sequence[Affine], size: Size, fill: Fill) -> Tensor:
    """Pictures (B, C, H, W) seen through one affine each, at `size`; `fill` says what lies beyond the border.

    `fill` is a number, "reflect" (…cba|abc…, the border pixel repeated) or "edge" (the border pixel for ever). Whole
    shifts are exact copies; elsewhere bilinear, sampled from a 2x2 average (again and again) where the view shrinks the
    picture by more than 1.5. Each picture is treated by itself, so that its batch cannot change a bit of it.

    >>> warp(torch.arange(3.0).reshape(1, 1, 1, 3), [(1, 0, -1, 0, 1, 0)], (1, 3), 9.0)
    tensor([[[[9., 0., 1.]]]])
    """
    here = (int(x.shape[-2]), int(x.shape[-1]))

    def work(pictures: Tensor, members: list[int], level: int | tuple[int, int]) -> Tensor:
        if isinstance(level, tuple):
            return _shifted(pictures, level, size, fill)
        return _sampled(pictures, [affines[i] for i in members], level, size, fill)

    if not len(x):
        return x.new_zeros(*x.shape[:-2], *size)
    return by_group(x, [_kind(affine, here, size) for affine in affines], work)


def _kind(affine: Affine, here: Size, size: Size) -> int | tuple[int, int]:
    """The whole shift (x, y) that an affine is, or else how many times to halve the picture first."""
    a, b, c, d, e, f = affine
    right, down = round(c), round(f)
    reach = max(*here, *size)
    if max(abs(a - 1), abs(b), abs(d), abs(e - 1)) * reach < _SNAP and max(abs(c - right), abs(f - down)) < _SNAP:
        return right, down
    shrink = math.sqrt(abs(a * e - b * d))
    return max(0, math.ceil(math.log2(shrink / _SHRINK) - 1e-9)) if shrink > _SHRINK else 0


def _shifted(x: Tensor, shift: tuple[int, int], size: Size, fill: Fill) -> Tensor:
    (right, down), (height, width) = shift, (int(x.shape[-2]), int(x.shape[-1]))
    if shift == (0, 0) and size == (height, width):
        return x
    past_x, past_y = size[1] + right - width, size[0] + down - height
    inside = right >= 0 and down >= 0 and past_x <= 0 and past_y <= 0
    if inside:
        return x[..., down : down + size[0], right : right + size[1]]
    overlap = right < width and down < height and size[1] + right > 0 and size[0] + down > 0
    if not isinstance(fill, str) and overlap:
        return F.pad(x, (-right, past_x, -down, past_y), value=fill)
    if not isinstance(fill, str):
        return x.new_full((*x.shape[:-2], *size), fill) + 0 * x.sum()  # all fill, yet of the picture's graph
    rows, columns = border(down, size[0], height, fill), border(right, size[1], width, fill)
    return x.index_select(-2, rows.to(x.device)).index_select(-1, columns.to(x.device))


def _sampled(x: Tensor, affines: Sequence[Affine], level: int, size: Size, fill: Fill) -> Tensor:
    for _ in range(level):
        x = F.avg_pool2d(x, 2, ceil_mode=True)
    halved: Affine = (0.5**level, 0, (0.5**level - 1) / 2, 0, 0.5**level, (0.5**level - 1) / 2)
    grid = _grid([after(halved, affine) for affine in affines], x, size)
    if isinstance(fill, str):
        return F.grid_sample(x, grid, mode="bilinear", padding_mode=_MODES[fill], align_corners=False)
    # grid_sample knows no fill but 0.
    y = F.grid_sample(x - fill if fill else x, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    return y.add_(fill) if fill else y


def _grid(affines: Sequence[Affine], x: Tensor, size: Size) -> Tensor:
    """The sampling grid (B, h, w, 2) in grid_sample's coordinates, where the picture's edges are -1 and 1.

    Two outer sums in place of `affine_grid`'s matrix products: a quarter of the time.
    """
    height, width = x.shape[-2:]
    rows = [
        (
            2 * a / width,
            2 * b / width,
            (2 * c + 1) / width - 1,
            2 * d / height,
            2 * e / height,
            (2 * f + 1) / height - 1,
        )
        for a, b, c, d, e, f in affines
    ]
    m = torch.tensor(rows, dtype=x.dtype).to(x.device)[:, :, None, None]
    i = torch.arange(size[1], dtype=x.dtype, device=x.device)
    j = torch.arange(size[0], dtype=x.dtype, device=x.device)[:, None]
    grid = x.new_empty(len(affines), *size, 2)
    torch.add(m[:, 0] * i, m[:, 1] * j + m[:, 2], out=grid[..., 0])
    torch.add(m[:, 3] * i, m[:, 4] * j + m[:, 5], out=grid[..., 1])
    return grid
