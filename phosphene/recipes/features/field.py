"""The receptive field of a layer's middle position, found where the gradient reaches."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ... import objectives as obj
from ...attribution import attribute
from ...models import as_vision, probe
from ...seeds import stream
from ..given.asked import size_asked

Box = tuple[int, int, int, int]


def receptive_field(model: Any, layer: str, size: int | tuple[int, int] | None = None) -> Box:
    """The pixels that the middle position of a layer sees: (top, left, height, width), inside the picture.

    The largest extent that the gradient of its channels has on pictures of noise.  size: of the picture, the network's own
    where not given.  Errors: UnknownLayer, ShapeMismatch.

    >>> import phosphene as ph
    >>> receptive_field(ph.models.load("patterns"), "stem", 32)
    (14, 14, 5, 5)
    """
    vision = as_vision(model)
    height, width = size_asked("receptive_field", vision, size)
    channels = probe(vision, {layer: "the receptive field"}, (height, width))[layer][1]
    noise = torch.rand(4, 3, height, width, generator=stream(0, "receptive field"), dtype=vision.dtype)
    found = attribute(vision, obj.spatial(layer, torch.ones(channels)), noise, size=(height, width)).slope
    seen = found.abs().sum((0, 1)) > 0
    top, bottom = _ends(seen.any(1))
    left, right = _ends(seen.any(0))
    return top, left, bottom - top, right - left


def _ends(seen: Tensor) -> tuple[int, int]:
    places = seen.nonzero().flatten().tolist()
    return (places[0], places[-1] + 1) if places else (0, len(seen))
