"""A process that collects, for tests that kill it; and a small network, pictures and folders for tests of collecting."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path
from typing import Any

import torch

from phosphene.collection import Collection, collect, sources
from tests import toys

LAYERS = ("first", "second")
HOW: dict[str, Any] = {"per_shard": 16, "batch": 4, "attribution": 3, "progress": False}


def gather(folder: Path, pictures: Any, layers: Any = LAYERS, net: Any = None, **how: Any) -> Collection:
    """Collect with the toy network."""
    return collect(toys.vision() if net is None else net, pictures, layers, folder, **{**HOW, **how})


def collect_drawings(folder: Path, count: int) -> None:
    """What the killed process does."""
    torch.set_num_threads(1)
    warnings.simplefilter("error")
    gather(folder, sources.drawn(count, size=16))


def find_drawings(folder: Path, count: int) -> None:
    """The same with dataset examples."""
    torch.set_num_threads(1)
    gather(folder, sources.drawn(count, size=16), examples=4, attribution=0)


def contents(folder: Path) -> dict[str, str]:
    """Every file of a collection by its name: the digest of its bytes; not what is temporary."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "tmp"]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)}
