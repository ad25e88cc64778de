"""The pictures that each channel of a layer answers most, and least, at any of its positions: where, and how much."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

HIGH, LOW = 0, 1
"""Sides of `Extremes`."""


class Peaks(NamedTuple):
    """The largest and the smallest activation of each channel in n pictures, and where: (n, 2, C) and (n, 2, C, 2)."""

    value: NDArray[np.float32]
    yx: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Extremes:
    """For each of C channels the n pictures with the largest activation, and the n with the smallest.

    value: (2, C, n), the largest first in `value[HIGH]`, the smallest first in `value[LOW]`.  image: (2, C, n), places of
    the pictures in the list, -1 where there are fewer; of equal activations the earlier picture comes first.  yx: (2, C, n,
    2), row and column of the position, the first of several in a picture. Each picture counts once for a channel.

    >>> peaks = Peaks(np.array([[[3.0], [1]], [[5], [1]]], np.float32), np.zeros((2, 2, 1, 2), np.int64))
    >>> Extremes.none(1, 3).add(peaks, np.array([7, 8])).image.tolist()
    [[[8, 7, -1]], [[7, 8, -1]]]
    """

    value: NDArray[np.float32]
    image: NDArray[np.int64]
    yx: NDArray[np.int64]

    @staticmethod
    def none(channels: int, count: int) -> Extremes:
        """Of no picture yet."""
        shape = 2, channels, count
        return Extremes(np.zeros(shape, np.float32), np.full(shape, -1, np.int64), np.zeros((*shape, 2), np.int64))

    def add(self, peaks: Peaks, image: NDArray[np.int64]) -> Extremes:
        """These and some pictures more; image: (m,), their places in the list."""
        value, yx = np.moveaxis(peaks.value, 0, 2), np.moveaxis(peaks.yx, 0, 2)
        return self.joined(Extremes(value, np.broadcast_to(image, value.shape), yx))

    def joined(self, other: Extremes) -> Extremes:
        """The extremes of both sets of pictures, as many as here; the same in any order."""
        value, image, yx = (
            np.concatenate([getattr(one, name) for one in (self, other)], 2) for name in ("value", "image", "yx")
        )
        rank = np.where(image < 0, np.inf, value * np.array([-1, 1], np.float32)[:, None, None])
        order = np.lexsort((image, rank), 2)[..., : self.image.shape[2]]
        return Extremes(
            np.take_along_axis(value, order, 2),
            np.take_along_axis(image, order, 2),
            np.take_along_axis(yx, order[..., None], 2),
        )

    def moved(self, start: int) -> Extremes:
        """The same, of a list in which so many pictures come before."""
        return Extremes(self.value, np.where(self.image < 0, -1, self.image + start), self.yx)


def extremes(parts: Iterable[Extremes], channels: int, count: int) -> Extremes:
    """The extremes of all parts; memory does not grow with them."""
    found = Extremes.none(channels, count)
    for part in parts:
        found = found.joined(part)
    return found


def peaks(own: Tensor) -> Peaks:
    """The largest and the smallest activation (B, C, H, W) of each picture and channel, the first of equal ones; NaN wins."""
    flat, columns = own.float().flatten(2), own.shape[3]
    (high, first), (low, last) = flat.max(2), flat.min(2)
    place = torch.stack([first, last], 1)
    yx = torch.stack([place // columns, place % columns], 3)
    return Peaks(torch.stack([high, low], 1).cpu().numpy(), yx.cpu().numpy())
