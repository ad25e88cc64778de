"""A layer's activation exchanged for another one during forward passes: the network behind the layer as a function."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import BadArgument, ShapeMismatch, UnknownLayer
from .address import Address, _part, address, layer_names
from .capture import _same_path, hooked
from .depth import carry
from .vision import Vision, as_vision


@dataclass
class Passes:
    """How many forward passes there were, and how many of them went through the layer."""

    made: int = 0
    changed: int = 0


@contextmanager
def edited(vision: Vision, name: str, change: Callable[[Tensor], Tensor]) -> Iterator[Passes]:
    """Forward passes made while this is open go on with `change(activation)` at a layer.

    name: as in `Capture`, but for "input"; where a layer is called more than once without `#k`, its first call.  change:
    takes and returns the activation with channels on axis 1, (B, C, ...).  What a later layer writes in place, it writes
    into a copy.  Errors: UnknownLayer, BadArgument, ShapeMismatch.

    >>> net = Vision(nn.Sequential(nn.ReLU(inplace=True), nn.Flatten()), [0.5] * 3, [0.5] * 3)
    >>> with edited(net, "0", lambda activation: 2 * activation):
    ...     float(net(torch.ones(1, 3, 2, 2)).sum())
    24.0
    """
    vision = as_vision(vision)
    modules = layer_names(vision.module)
    where = address(vision, name, "replace", modules)
    if where.layer == "input":
        raise BadArgument("edited(model, 'input', ...)", "a layer of the network expected", "change the pictures")
    passes, calls = Passes(), 0

    def begin(module: nn.Module, arguments: Any) -> None:
        nonlocal calls
        calls, passes.made = 0, passes.made + 1

    def hook(module: nn.Module, arguments: Any, output: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls - 1 != (where.call or 0):
            return None
        passes.changed += 1
        return _put(output, where, change, vision)

    target = vision.module if where.layer == "output" else modules[where.layer]
    with hooked([(target, hook)]), _same_path():
        handle = vision.module.register_forward_pre_hook(begin)
        try:
            yield passes
        finally:
            handle.remove()


@contextmanager
def replaced(vision: Vision, name: str, activation: Tensor) -> Iterator[None]:
    """Forward passes made while this is open have this activation at a layer; all before it is computed as ever.

    name: as in `Capture`, "input" (RGB in [0, 1]) included; a `Capture` used inside sees the exchanged activation, except
    that its own "input" is always what it is given.  activation: channels on axis 1, in the shape, type and device of the
    network's own; gradients flow to it.
    Errors: UnknownLayer, also for a layer that no pass reached; ShapeMismatch; BadArgument for another type or device.

    >>> net = Vision(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU()), [0.5] * 3, [0.5] * 3)
    >>> with replaced(net, "0", torch.full((1, 8, 6, 6), -1.0)):
    ...     float(net(torch.rand(1, 3, 8, 8)).abs().max())
    0.0
    """
    if not isinstance(activation, Tensor):
        raise BadArgument(f"{type(activation).__name__} for layer {name!r}", "a tensor expected", "write a tensor")
    if address(as_vision(vision), name, "replace").layer == "input":
        with _other_input(vision, activation):
            yield
        return

    def change(own: Tensor) -> Tensor:
        _check(activation, own, name)
        return activation

    with edited(vision, name, change) as passes:
        yield
    if passes.made and not passes.changed:
        raise UnknownLayer(
            f"replace: layer {name!r}, which no forward pass of {vision.name} has reached",
            "a layer that the picture goes through on the way to the layers looked at",
            "look at a deeper layer, or replace an earlier one",
        )


@contextmanager
def _other_input(vision: Vision, pictures: Tensor) -> Iterator[None]:
    def exchange(module: nn.Module, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        _check(pictures, arguments[0], "input")
        return vision.normalize(pictures), *arguments[1:]

    handle = vision.module.register_forward_pre_hook(exchange)
    try:
        yield
    finally:
        handle.remove()


def _check(activation: Tensor, own: Tensor, name: str) -> None:
    if activation.shape != own.shape:
        raise ShapeMismatch(
            f"an activation of shape {tuple(activation.shape)} for layer {name!r}",
            f"the network's own shape there, {tuple(own.shape)}, expected",
            "capture it from as many pictures of the same size",
        )
    if (activation.dtype, activation.device) != (own.dtype, own.device):
        raise BadArgument(
            f"an activation in {activation.dtype} on {activation.device} for layer {name!r}",
            f"{own.dtype} on {own.device} expected",
            f"write activation.to({str(own.device)!r}, {own.dtype})",
        )


def _put(output: Any, where: Address, change: Callable[[Tensor], Tensor], vision: Vision) -> Any:
    """What a module returned, with one activation in it changed."""
    own = where.pick(output, vision)
    # In the memory order of the network's own, which decides how the next layer computes, to the last bit.
    new = torch.empty_like(own).copy_(change(own))
    inner = output
    for part in where.parts:
        inner = _part(inner, part)
    if order := where._order(inner.ndim):
        new = new.permute([order.index(axis) for axis in range(new.ndim)])
    carry(new, (own,), {}, 0)
    return _with(output, where.parts, new)


def _with(value: Any, parts: tuple[str, ...], new: Tensor) -> Any:
    """A copy of nested tuples, dicts and records in which one part is another."""
    if not parts:
        return new
    part = parts[0]
    inner = _with(_part(value, part), parts[1:], new)
    if isinstance(value, Mapping):
        made: Any = copy.copy(value)
        made[part if part in value else int(part)] = inner
        return made
    if not part.isdigit():
        return value._replace(**{part: inner}) if hasattr(value, "_fields") else _record(value, part, inner)
    items = list(value)
    items[int(part)] = inner
    return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)


def _record(value: Any, field: str, inner: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(value, **{field: inner})
    made = copy.copy(value)
    setattr(made, field, inner)
    return made
