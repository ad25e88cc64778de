"""Recipes for networks of grey pictures, and of four channels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import phosphene as ph
from phosphene import recipes
from phosphene import transforms as tf

QUICK: dict[str, Any] = {"steps": 2, "progress": False}
TURNED = tf.rotate(-5, 5)

PAINTING: dict[str, Callable[[ph.Vision, Tensor], ph.Render]] = {
    "eot": lambda net, x: recipes.eot(net, x, None, TURNED, 2, **QUICK),
    "eot in a ball": lambda net, x: recipes.eot(net, x, None, TURNED, 2, epsilon=0.1, **QUICK),
    "caricature": lambda net, x: recipes.caricature(net, x, "0", **QUICK),
    "accentuate": lambda net, x: recipes.accentuate(net, x, "logit(1)", near="0", **QUICK),
    "class picture": lambda net, x: recipes.class_picture(net, 1, **QUICK),
}


def _network(channels: int) -> tuple[ph.Vision, Tensor]:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = nn.Sequential(
            nn.Conv2d(channels, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(24, 5)
        )
        return ph.Vision(net.eval(), [0.5] * channels, [0.5] * channels, size=16), torch.rand(channels, 16, 16)


@pytest.mark.parametrize("channels", [1, 4])
@pytest.mark.parametrize("name", PAINTING)
def test_painted_in_the_channels_of_the_network(name: str, channels: int) -> None:
    made = PAINTING[name](*_network(channels))
    assert made.images.shape == (1, channels, 16, 16)


@pytest.mark.parametrize("channels", [1, 4])
def test_a_report_shows_them_as_rgb(channels: int) -> None:
    net, x = _network(channels)
    found = recipes.robustness(net, {"a": x, "b": 0.5 * x}, 1, TURNED, draws=3, shown=2)
    assert found.pictures.shape == (2, 16, 16, 3)
    assert found.views.shape == (2, 2, 16, 16, 3)
    wanted = (x.expand(3, -1, -1) if channels == 1 else x[:3]) * 255
    assert torch.equal(torch.from_numpy(found.pictures[0]).permute(2, 0, 1), wanted.round().to(torch.uint8))
