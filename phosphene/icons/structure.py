"""What a network is beside its weights: networks of equal weights may still compute different things."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

PASSING = re.compile(r" at 0x[0-9a-fA-F]+| \((?:cpu|cuda|mps|xpu)(?::\d+)?\)|___torch_mangle_\d+\.?")
"""What differs between processes and devices: addresses, places of parameters, numbers that torch gives to classes."""


def structure(module: nn.Module) -> list[Any]:
    """The modules of a network, each with its class and its plain public attributes, as JSON data.

    Plain are numbers, texts, functions and classes (by their names), and collections of these; tensors count where they are
    buffers, because others may be left from the last look. `training` is left out: a mode that matters is refused. What the
    code of your own classes does is not known, only their names.

    >>> structure(nn.Sequential(nn.ReLU())) == structure(nn.Sequential(nn.ReLU()))
    True
    >>> structure(nn.Conv2d(3, 3, 3)) == structure(nn.Conv2d(3, 3, 3, padding=1))
    False
    """
    modules = [[name, _name(type(child)), dict(_attributes(child))] for name, child in module.named_modules()]
    return [_text(repr(module)), *modules]


def _attributes(module: nn.Module) -> Iterator[tuple[str, Any]]:
    for name, value in sorted(vars(module).items()):
        if not name.startswith("_") and name != "training" and (plain := _plain(value)) is not None:
            yield name, plain
    for name in sorted(module._non_persistent_buffers_set):  # the others are part of the weights
        yield name, _digest(module._buffers.get(name))
    if isinstance(module, torch.jit.ScriptModule) and hasattr(module, "inlined_graph"):
        graph: Any = module.inlined_graph
        yield "graph", _text(graph.str(False))  # without the places of its source


def _plain(value: Any) -> Any:
    """A value as JSON data, None where it is not plain."""
    if isinstance(value, Mapping):
        return [[_text(repr(key)), _plain(one)] for key, one in value.items()]
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(_text(repr(one)) for one in value)
    if isinstance(value, (bool, int, float, complex, str, bytes, torch.dtype)):
        return _text(repr(value))
    return _name(value) if hasattr(value, "__qualname__") else None


def _digest(buffer: Tensor | None) -> str | None:
    if buffer is None:
        return None
    content = hashlib.sha256(f"{buffer.dtype} {tuple(buffer.shape)}".encode())
    content.update(buffer.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return content.hexdigest()


def _name(value: Any) -> str:
    return _text(f"{getattr(value, '__module__', '')}.{value.__qualname__}")


def _text(value: str) -> str:
    return PASSING.sub("", value)
