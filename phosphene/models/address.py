"""The names of activations: `layer[.part][#call][@axes]`, and what they pick from a forward pass."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from torch import Tensor, nn

from ..errors import BadArgument, UnknownLayer, nearest
from .vision import Vision

DEFAULT_AXES = {2: "bc", 3: "btc", 4: "bchw", 5: "bcthw"}


class Address(NamedTuple):
    """A name taken apart: the module's name, or "input" or "output", and what is picked from its result."""

    name: str
    layer: str
    parts: tuple[str, ...]
    call: int | None
    axes: str | None
    owner: str

    def pick(self, output: Any, vision: Vision) -> Tensor:
        """This name's activation, from what the module returned, with the channels on axis 1."""
        value = output
        for depth, part in enumerate(self.parts):
            try:
                value = _part(value, part)
            except (LookupError, AttributeError):
                raise self._no_part(value, self.parts[:depth], part, vision) from None
        if not isinstance(value, Tensor):
            keys = [name for name, _ in tensors(value)]
            raise BadArgument(
                f"{self.owner}: {self.name!r} is {type(value).__name__}, not a tensor",
                f"a tensor expected, and this has the parts {_listing(value)}",
                f"write {'.'.join((self.layer, *self.parts, keys[0]))!r}" if keys else all_names(vision),
            )
        return value.permute(order) if (order := self._order(value.ndim)) else value

    def _order(self, ndim: int) -> tuple[int, ...] | None:
        axes = self.axes or DEFAULT_AXES.get(ndim, "")
        if len(axes) != ndim:
            raise BadArgument(
                f"{self.owner}: {self.name!r} has {ndim} axes",
                f"a letter for each expected, not {self.axes!r}" if self.axes else "2 to 5 axes expected",
                f"write {self.name.split('@')[0] + '@' + DEFAULT_AXES.get(ndim, 'bc')!r}",
            )
        if axes.startswith("bc"):
            return None
        return (axes.index("b"), axes.index("c"), *(i for i, letter in enumerate(axes) if letter not in "bc"))

    def _no_part(self, value: Any, before: tuple[str, ...], part: str, vision: Vision) -> UnknownLayer:
        if isinstance(value, Tensor):  # most likely a mistyped name: its beginning is a layer, the rest is not
            return unknown(vision, self.name, self.owner, ".".join((self.layer, *self.parts)))
        where = ".".join((self.layer, *before))
        return UnknownLayer(
            f"{self.owner} looks at layer {self.name!r}, and {vision.name} has no {part!r} in {where!r}",
            f"{where!r} has the parts {_listing(value)}",
            "write one of these",
        )


def address(vision: Vision, name: str, owner: str | None = None, modules: Mapping[str, Any] | None = None) -> Address:
    """Take a name apart for one network.  Errors: UnknownLayer, BadArgument."""
    owner = owner or "capture"
    if not isinstance(name, str):
        raise BadArgument(f"{owner}: layer {name!r}", "the name of a layer expected", 'write "features.12"')
    match = re.fullmatch(r"(?P<path>[^#@]*)(?:#(?P<call>\d+))?(?:@(?P<axes>[^#@]*))?", name)
    if match is None:
        raise BadArgument(
            f"{owner}: layer {name!r}", "name, then #call, then @axes expected", "write 'features.12#0@bchw'"
        )
    axes = match["axes"]
    if axes is not None and not _good_axes(axes):
        raise BadArgument(
            f"{owner}: axes {axes!r} in {name!r}",
            "b (batch) and c (channels), and at most one each of t, h, w expected",
            f"write {name.split('@')[0] + '@btc'!r}, or '@bhwc', '@bchw'",
        )
    known = layer_names(vision.module) if modules is None else modules
    parts = match["path"].split(".")
    cut = 1 if parts[0] in ("input", "output") else len(parts)
    while cut and parts[0] not in ("input", "output") and ".".join(parts[:cut]) not in known:
        cut -= 1
    if not cut or not match["path"]:
        raise unknown(vision, name, owner, match["path"])
    call = None if match["call"] is None else int(match["call"])
    if parts[0] in ("input", "output") and call:
        raise UnknownLayer(f"{owner}: {name!r}", "a network is called once", f"write {name.split('#')[0]!r}")
    return Address(name, ".".join(parts[:cut]), tuple(parts[cut:]), call, axes, owner)


def unknown(vision: Vision, name: str, owner: str, path: str) -> UnknownLayer:
    """The error for a layer that a network does not have."""
    if path == "image":
        return UnknownLayer(
            f"{owner} looks at 'image', the picture before transforms",
            f"a forward pass of {vision.name} does not see it",
            "write 'input' for what the network is given",
        )
    return UnknownLayer(
        f"{owner} looks at layer {name!r}, which {vision.name} does not have",
        nearest(path, ("output", "input", *layer_names(vision.module))),
        all_names(vision),
    )


def all_names(vision: Vision) -> str:
    """Where the names of a network's layers are listed."""
    if vision.spec is not None:
        return f"All names: phosphene layers {vision.name}"
    return "All names: ph.models.layers(model)"


def layer_names(module: nn.Module) -> dict[str, nn.Module]:
    """Every module by name, shared ones under each of their names; the network itself is "output"."""
    return {name: child for name, child in module.named_modules(remove_duplicate=False) if name}


def _good_axes(axes: str) -> bool:
    return set("bc") <= set(axes) <= set("bcthw") and len(set(axes)) == len(axes)


def _keys(value: Any) -> list[str]:
    """The parts of what a module returned, as they are written after the dot."""
    if isinstance(value, Mapping):
        return [str(key) for key in value]
    if hasattr(value, "_fields"):
        return list(value._fields)
    if isinstance(value, (tuple, list)):
        return [str(i) for i in range(len(value))]
    return [field.name for field in dataclasses.fields(value)] if dataclasses.is_dataclass(value) else []


def _listing(value: Any) -> str:
    return f"{', '.join(map(repr, _keys(value))) or 'none'} ({type(value).__name__})"


def _part(value: Any, part: str) -> Any:
    if isinstance(value, Tensor):
        raise LookupError(part)
    if isinstance(value, Mapping) and part in value:
        return value[part]
    if part in _keys(value) and not part.isdigit():
        return getattr(value, part)
    if part.isdigit():
        return value[int(part)]
    raise LookupError(part)


def tensors(value: Any, prefix: str = "") -> list[tuple[str, Tensor]]:
    """All tensors in what a module returned, each with the name under which it is picked."""
    if isinstance(value, Tensor):
        return [(prefix, value)]
    return [pair for key in _keys(value) for pair in tensors(_part(value, key), f"{prefix}.{key}" if prefix else key)]
