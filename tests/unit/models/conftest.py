"""Networks with random weights, each made once, and the folder of real weights where there is one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import torch
from torch import nn

from phosphene.models import Vision, load

WEIGHTS = Path(__file__).resolve().parents[4] / "shared" / "models"
HALF = (0.5, 0.5, 0.5)
SIZES = {"vit_b_16": 224, "inception_v3": 96}


@cache
def _network(name: str) -> Vision:
    return load(name, weights="random")


@pytest.fixture(autouse=True)
def _one_thread():
    """Small pictures: threads that wait for each other would take longer than the work."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def network():
    """A function from a name to a network with random weights."""
    return _network


@pytest.fixture(scope="session")
def picture():
    """A function from a network's name (or a size) and a number to pictures for it."""

    def make(name: str | int, count: int = 1) -> torch.Tensor:
        size = name if isinstance(name, int) else SIZES.get(name, 96)
        return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(1))

    return make


@pytest.fixture(scope="session")
def real():
    """A function from a name to the network with real weights."""

    def make(name: str) -> Vision:
        path = WEIGHTS / f"{name}.safetensors"
        if not path.exists():
            pytest.skip(f"no real weights: {path.name} is not in shared/models beside the repository")
        return load(name, weights=path)

    return make


@pytest.fixture
def tiny() -> Vision:
    """A network of three layers for small pictures."""
    return Vision(
        nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.Flatten()), HALF, HALF, size=8, name="tiny"
    )
