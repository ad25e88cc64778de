"""Attributions as the records of a figure: maps in the places of their layers, or as a package shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...attribution import Attribution, Method
from ...attribution.places import laid_out, layout
from ...attribution.posts import Post
from ...figures import ExplanationLayer
from ...figures.explanation import ends
from ...models.vision import Vision
from ..given.explained import IMAGE
from ..given.observation import Observation, observe

FROM_0 = ("torchcam", "pytorch_grad_cam")
"""Post-processings to [0, 1]; bicubic upsampling overshoots it by a little."""


def look(vision: Vision, pictures: Any, layers: Sequence[str], size: tuple[int, int]) -> Observation:
    """Pictures, by name in a dict, as the network sees them, and what the layers answer."""
    named = isinstance(pictures, Mapping)
    names = [name for name in dict.fromkeys(layers) if name != IMAGE] or ["input"]
    seen = observe(vision, list(pictures.values()) if named else pictures, names, size)
    return replace(seen, names=tuple(map(str, pictures))) if named else seen


def cells(seen: Observation, layer: str, post: Post) -> int:
    """The places of a map."""
    whole = layer == IMAGE or post != "raw"
    height, width = seen.size if whole else seen.activations[layer].shape[-2:]
    return height * width


def record(
    seen: Observation, number: int, method: Method, layer: str, found: Iterable[Attribution], post: Post
) -> ExplanationLayer:
    """What a method says at a layer, of all pictures and objectives."""
    every = list(found)
    maps = _together([_map(one, post) for one in every])
    height, width = seen.size
    whole = {"name": layer, "rows": height, "columns": width, "channels": seen.pictures.shape[1], "sees": 1}
    about = whole if layer == IMAGE else seen.layer(layer)
    return ExplanationLayer(
        **{**about, "rows": maps.shape[2], "columns": maps.shape[3]},
        method=number,
        signs=post not in FROM_0 and bool((maps < 0).any()),
        maps=maps,
        ends=ends(maps, post),
        totals=_together([one.values.flatten(1).sum(1) for one in every]),
        missing=_together([one.missing for one in every]),
    )


def _map(found: Attribution, post: Post) -> Tensor:
    """The values summed over channels, (B, rows, columns), in the layer's own places where they are raw."""
    if post != "raw":
        return found.map(post=post)
    grid = layout(found.values.shape[2], found.seen) if found.values.ndim == 3 and found.seen else None
    return laid_out(found.values, grid).sum(1)


def _together(parts: list[Tensor]) -> Any:
    """Tensors (B, ...), one for each objective, as an array (B, O, ...)."""
    numbers: np.ndarray[Any, Any] = torch.stack(parts, 1).float().cpu().numpy()
    return numbers
