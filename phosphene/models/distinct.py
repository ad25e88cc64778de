"""Layers that differ: most networks have several names for one activation."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .address import DEFAULT_AXES, tensors
from .capture import dry_run, grey, hooked
from .vision import Vision, as_vision


def distinct(model: Vision, size: int | tuple[int, int] | None = None) -> tuple[str, ...]:
    """The layers inside a network that have channels, each activation once, in the order in which they finish.

    Of layers that return the very tensor that another one returned, as blocks do with that of their last part, the one with
    the shortest path stands, the first of several. A layer that is called more than once is `name#0`, `name#1`.
    Errors: ShapeMismatch where the network cannot take pictures of the size.

    >>> from torch import nn
    >>> net = nn.Sequential(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(inplace=True)), nn.Identity(), nn.Flatten())
    >>> distinct(Vision(net, [0.5] * 3, [0.5] * 3), 8)
    ('0.0', '0', '2')
    """
    vision = as_vision(model)
    met: list[tuple[str, Tensor, int]] = []  # tensors are held, so that none has the identity of an earlier one

    def hook_for(name: str) -> Any:
        return lambda module, arguments, output: met.extend((part, x, x._version) for part, x in tensors(output, name))

    with hooked((child, hook_for(name)) for name, child in vision.module.named_modules() if name):
        dry_run(vision, grey(vision, size))
    groups: dict[tuple[int, int], list[str]] = {}
    names = [name for name, _, _ in met]
    for place, (name, x, version) in enumerate(met):
        if x.dim() in DEFAULT_AXES and torch.is_floating_point(x):
            call = f"#{names[:place].count(name)}" if names.count(name) > 1 else ""
            groups.setdefault((id(x), version), []).append(name + call)
    return tuple(min(group, key=lambda name: name.count(".")) for group in groups.values())
