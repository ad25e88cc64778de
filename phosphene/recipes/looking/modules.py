"""Layers with weights, found in a network, and what their weights stand for."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ...errors import BadArgument, UnknownLayer, nearest
from ...models import layers
from ...models.vision import Vision


def chosen(vision: Vision, name: str | None, kind: type[nn.Module], called: str, place: int) -> tuple[str, nn.Module]:
    """A layer of a kind, by name, or the one at a place among those that a forward pass reaches.

    Errors: UnknownLayer; BadArgument for a layer of another kind, or a network without any.
    """
    modules = dict(vision.module.named_modules())
    if name is not None and name not in modules:
        raise UnknownLayer(
            f"layer {name!r} of {vision.name}", nearest(str(name), modules), f"phosphene layers {vision.name}"
        )
    if name is not None:
        if not isinstance(modules[name], kind):
            raise BadArgument(
                f"layer {name!r} of {vision.name}, a {type(modules[name]).__name__}",
                f"one of its {called}: {', '.join(k for k, one in modules.items() if isinstance(one, kind)) or 'none'}"[
                    :300
                ],
                "write the name of one of them",
            )
        return name, modules[name]
    found = [one.name for one in layers(vision) if isinstance(modules.get(one.name), kind)]
    if not found:
        raise BadArgument(
            f"{vision.name}, a network without {called}",
            f"at least one {kind.__name__} expected",
            "choose another network",
        )
    return found[place], modules[found[place]]


def read_shape(vision: Vision, name: str, count: int) -> tuple[int, ...] | None:
    """The activation (C, h, w) that a fully connected layer reads as one vector; None where it has no positions."""
    rows = list(layers(vision))
    before = rows[: [row.name for row in rows].index(name)]
    flattened = [row.shape for row in before if len(row.shape) == 3 and int(np.prod(row.shape)) == count]
    return flattened[-1] if flattened and flattened[-1][1] * flattened[-1][2] > 1 else None


def about_grey(weights: Tensor) -> Any:
    """Weights (h, w, 3) of either sign as colors: 0 is grey, the largest of either sign at the end of the range."""
    return (0.5 + 0.5 * weights / weights.abs().max().clamp_min(1e-30)).double().numpy()


def linear_in_picture(gradients: Tensor, others: Tensor) -> bool:
    """Whether the gradients at two pictures are the same."""
    return torch.allclose(gradients, others, rtol=1e-3, atol=1e-6 * float(gradients.abs().max()))
