"""The gradient in tiles: a picture of any size in bounded memory."""

from __future__ import annotations

import dataclasses
from typing import Any

import torch
from torch import Tensor

from ...param.base import Size, pair
from ...transforms.base import integer
from ...values import check_integer
from ..moment import Moment
from .base import Frame, Gradient

Place = tuple[Any, Tensor, Tensor]
"""An index of pictures: the rows (h, 1) and columns (w,) of a tile."""


class tiles(Gradient):
    """Networks see the canvas in tiles of `size` pixels, one after another, each picture rolled at random at each step.

    The canvas counts as a torus, so that no tile begins at the same place twice. Neighboring tiles share `overlap` pixels,
    half a tile at most, over which the one's gradient fades into the other's: what a network makes of a tile's border
    would leave seams. A score is the mean over the tiles; every term of the objective, priors on the picture included,
    looks at one tile at a time. Source: the tiled gradients of the DeepDream notebook of TensorFlow (Mordvintsev 2016),
    without an overlap.

    >>> tiles(512)
    gradients.tiles(512)
    """

    size: Any
    overlap: int = 64
    roll: bool = True
    frame: Frame = dataclasses.field(default="tiles", init=False, repr=False)

    def __post_init__(self) -> None:
        size = pair(self.word, self.size)
        object.__setattr__(self, "size", size[0] if size[0] == size[1] else size)
        check_integer(self.word, "overlap", self.overlap, 0)

    def over(self, canvas: Size) -> Size:
        """The size of a tile on a canvas: no larger than it."""
        height, width = pair(self.word, self.size)
        return min(height, canvas[0]), min(width, canvas[1])

    def cut(self, canvas: Size) -> list[Place]:
        """The tiles of a canvas; together they cover it."""
        rows, columns = (self._line(tile, whole) for tile, whole in zip(self.over(canvas), canvas, strict=True))
        return [(..., down[:, None], right) for down in rows for right in columns]

    def _line(self, tile: int, whole: int) -> list[Tensor]:
        if tile == whole:
            return [torch.arange(whole)]
        # As many as needed to cover it, spread evenly.
        count = -(-whole // (tile - self._shared(tile)))
        return [(torch.arange(tile) + i * whole // count) % whole for i in range(count)]

    def _shared(self, tile: int) -> int:
        return min(self.overlap, tile // 2)

    def window(self, canvas: Size, like: Tensor) -> Tensor:
        """The weight of a tile's pixels (h, w), which falls towards the borders that it shares with others."""
        lines = []
        for tile, whole in zip(self.over(canvas), canvas, strict=True):
            place = torch.arange(tile, dtype=like.dtype, device=like.device) + 0.5
            shared = 0 if tile == whole else self._shared(tile)
            fade = (torch.minimum(place, tile - place) / max(shared, 1)).clamp_max(1)
            lines.append(fade if shared else torch.ones_like(place))
        return lines[0][:, None] * lines[1]

    def rolled(self, pictures: Tensor, moment: Moment, back: bool = False) -> Tensor:
        """Each picture as far around as chance has it at this step, or back again."""
        if not self.roll:
            return pictures
        sign = -1 if back else 1
        size = pictures.shape[-2:]
        shifts = [[sign * integer(stream, 0, n - 1) for n in size] for stream in moment.streams("tiles")]
        return torch.stack([x.roll(shift, (-2, -1)) for x, shift in zip(pictures, shifts, strict=True)])

    def evened(self, gradient: Tensor, canvas: Size) -> Tensor:
        """Gradients of tile scores, weighted by their windows and added up, as that of the mean over the whole canvas."""
        weight = gradient.new_zeros(gradient.shape[-2:])
        window, places = self.window(canvas, gradient), self.cut(canvas)
        for place in places:
            weight[place[1:]] += window
        return gradient / weight * (len(places) * window.numel() / weight.numel())
