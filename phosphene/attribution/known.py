"""What a network was found to do before, so that the next question need not try it again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar
from weakref import WeakKeyDictionary

from torch import nn

from ..models.vision import Vision

LIMIT = 64
"""Answers that are kept for each network."""

T = TypeVar("T")

_answers: WeakKeyDictionary[nn.Module, OrderedDict[Hashable, object]] = WeakKeyDictionary()


def known(vision: Vision, key: Hashable, answer: Callable[[], T]) -> T:
    """The answer to a question about a network, made once; `key` has the `state` of all it depends on. Errors are not kept."""
    kept = _answers.setdefault(vision.module, OrderedDict())
    if key in kept:
        kept.move_to_end(key)
    else:
        kept[key] = answer()
        while len(kept) > LIMIT:
            kept.popitem(last=False)
    return kept[key]  # type: ignore[return-value]


def state(visions: Mapping[str, Vision]) -> Hashable:
    """What changes when a layer is exchanged, or a network moves to another type, device or size."""
    return tuple((name, *_state(vision)) for name, vision in visions.items())


def _state(vision: Vision) -> tuple[Hashable, ...]:
    modules = tuple((id(child), child.training) for child in vision.module.modules())
    weights = tuple((weight.shape, weight.dtype, weight.device) for weight in vision.module.parameters())
    return modules, weights, vision.size, len(vision.mean)
