"""Occlusion: the score without what stands behind a window, the window at every place."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from ...errors import BadArgument, ShapeMismatch
from ...values import is_finite
from ..tail import Tail
from .base import Method
from .masking import MEAN, check_fill, covered, ground, over_views, size_of


class occlusion(Method):
    """What the score loses where a window covers the layer: one number a place, the mean over the windows that cover it.

    window, stride: in places of the layer, one number or (rows, columns); a window below 1 is a part of the sides. stride:
    None is half a window. The last windows are cut by the border, so that every place is covered.  fill: what the window
    shows, a number or "mean", that of each channel.  As many passes as windows, 49 by default; no gradient is looked at.
    Errors: BadArgument, also for an objective that couples pictures and for a stride that leaves places out; ShapeMismatch
    for a window larger than the layer and for a layer without places.
    Source: Zeiler & Fergus 2014, Visualizing and Understanding Convolutional Networks.

    >>> occlusion(window=(5, 7), stride=2, fill=0)
    attribution.occlusion(window=(5, 7), stride=2, fill=0)
    """

    window: int | float | tuple[int | float, ...] = 0.25
    stride: int | tuple[int, ...] | None = None
    fill: int | float | str = MEAN

    def __post_init__(self) -> None:
        check_fill(self.word, self.fill)
        for side in _pair(self.word, "window", self.window):
            if not is_finite(side) or side <= 0 or (side > 1 and side != int(side)):
                raise BadArgument(
                    f"{self.word}: window is {self.window!r}",
                    "places of the layer, at least 1, or a part of its sides, below 1",
                    "write window=16, window=(16, 24), or window=0.25",
                )
        if self.stride is None:
            return
        for step in _pair(self.word, "stride", self.stride):
            if not isinstance(step, int) or isinstance(step, bool) or step < 1:
                raise BadArgument(
                    f"{self.word}: stride is {self.stride!r}",
                    "places of the layer, at least 1",
                    "write stride=8, or stride=(8, 12)",
                )

    def values(self, tail: Tail) -> Tensor:
        """The mean loss over the windows that cover a place, the same for all channels."""
        size = size_of(tail, self.word)
        windows = self.windows(size)

        def shown(first: int, last: int) -> Tensor:
            masks = torch.ones(last - first, 1, *size)
            for mask, (top, left, rows, columns) in zip(masks, windows[first:last], strict=True):
                mask[:, top : top + rows, left : left + columns] = 0
            return masks

        total = tail.activation.new_zeros(len(tail.scores), *size)
        times = tail.activation.new_zeros(1, *size)
        for scores, masks in covered(tail, len(windows), shown, ground(tail.activation, self.fill)):
            total += ((tail.scores - scores)[..., None, None] * (1 - masks)).sum(0)
            times += (1 - masks).sum(0)
        return over_views(tail, total / times)

    def windows(self, size: tuple[int, int]) -> list[tuple[int, int, int, int]]:
        """All windows at a layer of a size: (top, left, rows, columns).

        >>> occlusion(window=2).windows((3, 2))
        [(0, 0, 2, 2), (1, 0, 2, 2)]
        """
        window = [_places(one, side) for one, side in zip(_pair(self.word, "window", self.window), size, strict=True)]
        if any(one > side for one, side in zip(window, size, strict=True)):
            raise ShapeMismatch(
                f"{self!r} at a layer of {size[0]} x {size[1]} places",
                "a window that fits into the layer",
                "write a smaller window, or a part of the sides: window=0.25",
            )
        steps = [-(-one // 2) for one in window] if self.stride is None else _pair(self.word, "stride", self.stride)
        starts = [self._starts(one, int(step), side) for one, step, side in zip(window, steps, size, strict=True)]
        rows, columns = window
        return [(top, left, rows, columns) for top in starts[0] for left in starts[1]]

    def _starts(self, window: int, step: int, side: int) -> list[int]:
        if step > window < side:
            raise BadArgument(
                f"{self!r}: a window of {window} every {step} places",
                "a stride no larger than the window, so that no place is left out",
                f"write stride={window}",
            )
        return [step * i for i in range(math.ceil((side - window) / step) + 1)]


def _pair(owner: str, name: str, value: Any) -> tuple[Any, Any]:
    """Rows and columns."""
    if not isinstance(value, (tuple, list)):
        return value, value
    if len(value) != 2:
        raise BadArgument(f"{owner}: {name} is {value!r}", "one number, or (rows, columns)", f"write {name}=(16, 24)")
    return value[0], value[1]


def _places(window: float, side: int) -> int:
    """A window in places; one row of tokens is always covered as a whole."""
    if side == 1:
        return 1
    return int(window) if window >= 1 else max(1, round(window * side))
