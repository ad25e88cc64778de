"""Masks: what is painted with are the weights of a picture's segments, as LIME does."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from ..errors import BadArgument, NotInvertible, ShapeMismatch
from ..values import check_number, hold, tensor
from .base import Param, Size, State, pair
from .picture import picture as read


class masks(Param):
    """A picture x with a weight z for each of its segments: z x + (1 - z) fill.  state {"segments": (B, K)}, started at 1

    `picture` is one picture, in any form that `param.picture` reads; `segments` an integer map (H, W), whose K labels in
    rising order are the columns of the state. `fill` is "mean", the mean color of each segment, or a number. The picture
    is linear in z and unbounded; let `clip()` follow to paint with it. Source: Ribeiro 2016 (LIME).

    Errors: ShapeMismatch where the map and the picture differ in size, BadArgument.

    >>> left = masks(torch.rand(3, 2, 2), torch.tensor([[0, 1], [0, 1]]), fill=0)
    >>> left.decode({"segments": torch.tensor([[1.0, 0.0]])})[0, :, :, 1].abs().max()
    tensor(0.)
    """

    picture: Any
    segments: Any
    fill: Any = "mean"

    def __post_init__(self) -> None:
        if self.fill != "mean":
            check_number("masks", "fill, if it is not 'mean',", self.fill, 0, 1)
        object.__setattr__(self, "picture", read(self.picture, channels=None))
        object.__setattr__(self, "segments", _map(self.segments))
        if self.picture.shape[0] != 1:
            raise ShapeMismatch(
                f"masks: {self.picture.shape[0]} pictures", "one picture, with one map", "write pictures[:1]"
            )
        if self.segments.shape != self.picture.shape[2:]:
            raise ShapeMismatch(
                f"masks: segments of shape {self.segments.shape} for a picture of {self.picture.shape[2:]}",
                "one label a pixel, (H, W)",
                f"segment the picture at its own size, or resize it: param.picture(photo, size={self.segments.shape})",
            )

    @property
    def size(self) -> Size:
        """The picture's size."""
        return cast(Size, tuple(self.picture.shape[2:]))

    @property
    def channels(self) -> int:
        """The picture's channels."""
        return int(self.picture.shape[1])

    def init(self, seeds: Sequence[int], dtype: torch.dtype = torch.float32, device: Any = "cpu") -> State:
        """Ones: the picture itself; no randomness."""
        count = _parts(self.picture, self.segments, self.fill)[2].shape[1]
        return {"segments": torch.ones(len(seeds), count, dtype=dtype, device=device)}

    def decode(self, state: State) -> Tensor:
        """Each pixel between the picture and the fill, by its segment's weight."""
        z = state["segments"]
        fill, difference, _, places = _parts(self.picture, self.segments, self.fill)
        spread = z[:, places.to(z.device)][:, None]
        return fill.to(z) + spread * difference.to(z)

    def encode(self, picture: Tensor) -> State:
        """Not every picture is one of these, so none is read backwards."""
        raise NotInvertible(
            f"{self!r} cannot be started from a picture: few pictures are sums of its segments",
            "a parameterization with an inverse, to start from a picture or to edit the canvas",
            "leave the operator out, or give the weights to decode: {'segments': z}",
        )

    def resize(self, state: State, size: Any) -> State:
        """The state itself, where the size stays as it is."""
        self.resized(size)
        return dict(state)

    def resized(self, size: Any) -> masks:
        """Itself, where the size stays as it is; NotInvertible otherwise."""
        if pair("masks", size) != self.size:
            raise NotInvertible(
                f"masks: segments of {self.size} at size {size}", "the size of the map", "segment the resized picture"
            )
        return self

    def redundant(self, state: State) -> State:
        """The segments that equal their fill."""
        dead = _parts(self.picture, self.segments, self.fill)[2]
        return {"segments": dead.to(state["segments"].device).expand(state["segments"].shape)}


def _map(given: Any) -> tensor:
    """Labels as a held map of integers."""
    if isinstance(given, tensor) and given.data is None:
        return given
    numbers = given.numbers() if isinstance(given, tensor) else given
    array = torch.as_tensor(numbers) if isinstance(numbers, (Tensor, np.ndarray, list, tuple)) else torch.empty(0)
    if array.ndim != 2 or array.is_floating_point() or array.is_complex() or not array.numel():
        raise BadArgument(
            f"masks: segments are {tuple(array.shape)} {str(array.dtype).removeprefix('torch.')}",
            "an integer map (H, W), one label a pixel",
            "write segments.long(), such as those of skimage.segmentation.quickshift",
        )
    return hold(array.long())


@lru_cache(maxsize=32)
def _parts(picture: tensor, segments: tensor, fill: Any) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The fill (1, C, H, W), picture - fill, the segments (1, K) without any difference, and each pixel's column (H, W)."""
    with torch.inference_mode(False):  # cached tensors serve later runs, which differentiate
        x = picture.numbers().double()
        labels, inverse = np.unique(segments.numbers().numpy(), return_inverse=True)
        places = torch.from_numpy(inverse).reshape(x.shape[2:])
        flat, pixels = x.flatten(2), places.flatten()
        if fill == "mean":
            sums = torch.zeros(*flat.shape[:2], len(labels), dtype=torch.float64).index_add(2, pixels, flat)
            ground = (sums / pixels.bincount(minlength=len(labels)))[:, :, pixels].reshape(x.shape)
        else:
            ground = torch.full_like(x, float(fill))
        difference = x - ground
        # The mean of a flat segment is rounded; what remains of it is no influence.
        difference = torch.where(difference.abs() < 1e-12, 0, difference)
        changing = (difference != 0).any(1).flatten().double()
        dead = torch.zeros(len(labels), dtype=torch.float64).index_add(0, pixels, changing) == 0
        return ground, difference, dead[None], places
