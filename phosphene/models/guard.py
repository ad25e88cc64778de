"""The network comes out of a run as it went in: the same mode, the same flags, no gradients in its weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.dropout import _DropoutNd

from ..errors import ModelState
from .vision import Vision

# Layers that drop whole branches at random have no class in torch; the usual packages agree on these names.
_RANDOM_BRANCHES = ("StochasticDepth", "DropPath")


@contextmanager
def frozen(module: nn.Module) -> Iterator[None]:
    """No weight takes part in a gradient while this is open; afterwards every flag is as it was.

    >>> net = nn.Linear(2, 2)
    >>> with frozen(net):
    ...     net.weight.requires_grad
    False
    >>> net.weight.requires_grad
    True
    """
    parameters = [*module.parameters()]
    if any(x.is_inference() for x in (*parameters, *module.buffers())):
        raise ModelState(
            "a network with parameters that torch.inference_mode made",
            "parameters that gradients can pass",
            "make it outside of torch.inference_mode, or copy.deepcopy it there and load its state_dict",
        )
    thawed = [parameter for parameter in parameters if parameter.requires_grad]
    try:
        for parameter in thawed:
            parameter.requires_grad_(False)
        yield
    finally:
        for parameter in thawed:
            parameter.requires_grad_(True)


@contextmanager
def channels_last(module: nn.Module) -> Iterator[None]:
    """Convolution weights in the memory order that is fastest while this is open; afterwards the very same tensors."""
    kept = [(weight, weight.data) for weight in module.parameters() if weight.dim() == 4]
    try:
        for weight, numbers in kept:
            weight.data = numbers.contiguous(memory_format=torch.channels_last)
        yield
    finally:
        for weight, numbers in kept:
            weight.data = numbers


@contextmanager
def guarded(vision: Vision) -> Iterator[None]:
    """For the time of a whole run: weights frozen, and every mode and flag restored at the end.

    Errors: ModelState where a batch norm or dropout of the network is in training mode, because looking at it would
    change it, or see something else each time.
    """
    named = [*vision.module.named_modules()]
    for name, child in named:
        if child.training and _changes(child):
            raise ModelState(
                f"{vision.name} has {type(child).__name__} {name!r} in training mode",
                "a network that is the same after each look expected",
                "write model.eval() first (of a Vision: vision.module.eval())",
            )
    modes = [(child, child.training) for _, child in named]
    try:
        with frozen(vision.module):
            yield
    finally:
        for child, training in modes:
            child.training = training


def _changes(module: nn.Module) -> bool:
    if isinstance(module, _NormBase):
        return module.track_running_stats
    if isinstance(module, _DropoutNd):
        return module.p > 0
    return type(module).__name__ in _RANDOM_BRANCHES
