"""One bilinear warp for any number of geometric transforms: the pixel work."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor

from ..filters import border
from .maps import IDENTITY, Affine, Bend, Size, View, about, after, center, located, shift, shrinkage
from .shifts import Fill, Whole, shifted, whole

__all__ = [
    "IDENTITY",
    "Affine",
    "Fill",
    "Size",
    "View",
    "about",
    "after",
    "by_group",
    "center",
    "shift",
    "warp",
    "whole",
]

Key = TypeVar("Key", bound=Hashable)

_MODES = {"reflect": "reflection", "edge": "border", "wrap": "border"}
_SHRINK = 1.5  # input pixels an output pixel may span before bilinear sampling alone would alias


class Halved(NamedTuple):
    """A view that is sampled from a picture halved `level` times, by outer sums (an affine) or point by point."""

    level: int
    point_by_point: bool


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


def warp(x: Tensor, views: Sequence[View], size: Size, fill: Fill) -> Tensor:
    """Pictures (B, C, H, W) seen through one view each, at `size`; `fill` says what lies beyond the border.

    `fill` is a number, "reflect" (…cba|abc…, the border pixel repeated), "edge" (the border pixel for ever) or "wrap"
    (…abc|abc…). Whole shifts and mirrored ones are exact copies; elsewhere bilinear, sampled from a 2x2 average (again and
    again) where the view shrinks the picture by more than 1.5. Each picture is treated by itself, so that its batch cannot
    change a bit of it.

    >>> warp(torch.arange(3.0).reshape(1, 1, 1, 3), [(1, 0, -1, 0, 1, 0)], (1, 3), 9.0)
    tensor([[[[9., 0., 1.]]]])
    """
    here = (int(x.shape[-2]), int(x.shape[-1]))

    def work(pictures: Tensor, members: list[int], key: Whole | Halved) -> Tensor:
        if isinstance(key, Whole):
            return shifted(pictures, key, size, fill)
        return _sampled(pictures, [views[i] for i in members], key, size, fill)

    if not len(x):
        return x.new_zeros(*x.shape[:-2], *size)
    return by_group(x, [whole(view, here, size) or _halved(view, here, size, fill) for view in views], work)


def _halved(view: View, here: Size, size: Size, fill: Fill) -> Halved:
    """How many times to halve the picture first, and how to make the grid."""
    shrink = shrinkage(view, size)
    level = max(0, math.ceil(math.log2(shrink / _SHRINK) - 1e-9)) if shrink > _SHRINK else 0
    if fill == "wrap":
        return Halved(min(level, max(here).bit_length()), True)  # an average of all is the end
    return Halved(level, isinstance(view, Bend))


def _sampled(x: Tensor, views: Sequence[View], key: Halved, size: Size, fill: Fill) -> Tensor:
    if fill == "wrap":
        x, grid = _wrapped(x, 2**key.level), _wrapped_grid(views, x, 2**key.level, size)
    else:
        for _ in range(key.level):
            x = F.avg_pool2d(x, 2, ceil_mode=True)
        near = 0.5**key.level
        halved: Affine = (near, 0, (near - 1) / 2, 0, near, (near - 1) / 2)
        if key.point_by_point:
            places = [located(view, *_pixels(size)) for view in views]
            near_places = [(near * i + halved[2], near * j + halved[5]) for i, j in places]
            grid = _normalized(near_places, (int(x.shape[-2]), int(x.shape[-1])), x)
        else:
            grid = _grid([after(halved, view) for view in views if not isinstance(view, Bend)], x, size)
    if isinstance(fill, str):
        return F.grid_sample(x, grid, mode="bilinear", padding_mode=_MODES[fill], align_corners=False)
    # grid_sample knows no fill but 0.
    y = F.grid_sample(x - fill if fill else x, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    return y.add_(fill) if fill else y


def _wrapped(x: Tensor, box: int) -> Tensor:
    """The averages of `box` x `box` pixels from each pixel on, all around and one more.

    A picture of odd size has no half that fits onto itself, so this is not halved.
    """
    rows, columns = (border(0, n + box, n, "wrap").to(x.device) for n in x.shape[-2:])
    x = x.index_select(-2, rows).index_select(-1, columns)
    return F.avg_pool2d(x, box, stride=1)


def _wrapped_grid(views: Sequence[View], x: Tensor, box: int, size: Size) -> Tensor:
    height, width = int(x.shape[-2]), int(x.shape[-1])
    back = (box - 1) / 2  # the average of a box stands at its upper left pixel
    places = (located(view, *_pixels(size)) for view in views)
    around = [((i - back).remainder(width), (j - back).remainder(height)) for i, j in places]
    return _normalized(around, (height + 1, width + 1), x)


def _pixels(size: Size) -> tuple[Tensor, Tensor]:
    j, i = torch.meshgrid(*(torch.arange(n, dtype=torch.float64) for n in size), indexing="ij")
    return i, j


def _normalized(places: Sequence[tuple[Tensor, Tensor]], here: Size, x: Tensor) -> Tensor:
    """Places in pixels of a picture of size `here` as a sampling grid (B, h, w, 2) in grid_sample's coordinates."""
    height, width = here
    grids = [torch.stack([(2 * i + 1) / width - 1, (2 * j + 1) / height - 1], -1) for i, j in places]
    return torch.stack(grids).to(x.device, x.dtype)


def _grid(affines: Sequence[Affine], x: Tensor, size: Size) -> Tensor:
    """The sampling grid of affines: two outer sums in place of `affine_grid`'s matrix products, in a quarter of the time.

    In grid_sample's coordinates the picture's edges are -1 and 1.
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
