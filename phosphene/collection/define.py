"""What defines a collection, found by asking the network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch

from ..errors import BadArgument, ShapeMismatch
from ..models import Vision, guarded, probe
from ..models.capture import dry_run, grey
from ..models.vision import pair
from .attribution import spread
from .definition import TOP, Definition


def define(
    vision: Vision, layers: str | Sequence[str], *, size: Any = None, attribution: int = TOP, **how: Any
) -> Definition:
    """The definition of a collection of these layers; the arguments, and the errors, are those of `collect`.

    >>> import phosphene as ph
    >>> define(ph.models.load("patterns"), "block3", size=64).layers
    {'block3': (80, 8, 8)}
    """
    names = [layers] if isinstance(layers, str) else list(layers) if isinstance(layers, Iterable) else []
    if not names or not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        raise BadArgument(f"layers {layers!r}"[:300], "one layer or several, each once", 'write ["block3", "block4"]')
    if size is None and vision.size is None:
        raise BadArgument(f"no size, and {vision.name} has none", "a size in pixels expected", "write size=224")
    seen = pair(size if size is not None else vision.size or 224)
    with guarded(vision):
        shapes = probe(vision, dict.fromkeys(names, "collect"), seen)
        classes = _classes(vision, seen)
    if attribution and not classes:
        raise ShapeMismatch(
            f"{vision.name}, which does not return (B, classes)",
            "a score for each class expected",
            "write attribution=0, or give a network that ends in classes",
        )
    return Definition(
        _about(vision),
        seen,
        {name: _shape(name, shape) for name, shape in shapes.items()},
        attribution=attribution,
        classes=classes,
        labels=vision.labels if classes else None,
        **how,
    )


def _shape(name: str, shape: torch.Size) -> tuple[int, int, int]:
    _, channels, rows, columns = spread(torch.empty(shape, device="meta"), name).shape
    return channels, rows, columns


def _about(vision: Vision) -> dict[str, Any]:
    return {
        "name": vision.name,
        "weights": vision.digest(),
        "mean": list(vision.mean),
        "std": list(vision.std),
        "size": None if vision.size is None else list(vision.size),
    }


def _classes(vision: Vision, size: tuple[int, int]) -> int:
    """How many classes the network returns; 0 where it returns something else."""
    output = dry_run(vision, grey(vision, size))
    return int(output.shape[1]) if getattr(output, "ndim", 0) == 2 else 0
