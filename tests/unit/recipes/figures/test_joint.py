"""The joint picture of a grid: each of several pictures is painted for its own directions, at their places."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import phosphene as ph
from phosphene import objectives as obj
from phosphene import param, presets
from phosphene import transforms as tf
from phosphene.recipes.figures.joint import jointly
from phosphene.recipes.figures.painter import painter
from phosphene.recipes.given.observation import observe
from tests import toys

LOOK = presets.icon(16, steps=4)


def painted(net: ph.Vision, target: torch.Tensor, canvas: tuple[int, int], tile: int, seed: int) -> np.ndarray:
    """The picture for one target (C, h, w), painted by itself."""
    views = tf.jitter(max(1, tile // 8), fill="wrap") >> tf.resize(canvas)
    look = {**LOOK, "param": param.fourier(canvas), "transforms": views, "progress": False}
    made = ph.render(net, obj.tensor_direction("second", target), seed=seed, **look).images[0]
    return (made * 255).round().permute(1, 2, 0).numpy()


def spread(directions: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Directions (rows, columns, C) over positions (C, height, width): that of the tile in which the middle lies."""
    rows, columns, channels = directions.shape
    target = torch.zeros(channels, height, width)
    for y in range(height):
        for x in range(width):
            target[:, y, x] = directions[int((y + 0.5) / height * rows), int((x + 0.5) / width * columns)]
    return target


@pytest.mark.parametrize("seed", [0, 5])
def test_each_picture_is_painted_for_its_own_directions_at_their_places(seed: int, store: Path) -> None:
    net, tile, (rows, columns) = toys.vision(None), 8, (2, 3)
    seen = observe(net, torch.rand(2, 3, rows, columns), "second", (rows, columns))
    directions = torch.nn.functional.normalize(
        torch.randn(2, rows, columns, 6, generator=torch.Generator().manual_seed(1)), dim=-1
    )
    found = jointly(seen, "second", directions, tile, painter(LOOK, store, seed, False))
    canvas = rows * tile, columns * tile
    assert found.shape == (2, *canvas, 3)
    assert found.dtype == np.uint8
    for number, own in enumerate(directions):
        expected, other, mirrored, upside = (
            painted(net, spread(one, *canvas), canvas, tile, seed)
            for one in (own, directions[1 - number], own.flip(1), own.flip(0))
        )
        off = np.abs(found[number] - expected).mean()
        assert off < 0.5
        assert all(np.abs(found[number] - one).mean() > off + 2 for one in (other, mirrored, upside))
