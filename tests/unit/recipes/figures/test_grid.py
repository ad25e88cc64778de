"""Activation grids: an icon for each position, its area for the length of the activation; all positions jointly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import phosphene as ph
from phosphene import presets, recipes
from phosphene.errors import BadArgument
from tests import toys
from tests.drawings import halves, judged, patterns

FAST = presets.icon(16, steps=2)


def quick(net: ph.Vision, pictures: object, layers: object, store: Path, **others: object) -> ph.figures.Grid:
    return recipes.grid(net, pictures, layers, icon=FAST, store=store, progress=False, **others)  # type: ignore[arg-type]


def test_areas_are_proportional_to_lengths(store: Path) -> None:
    pictures = torch.rand(2, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    layer = quick(toys.vision(4), pictures, "relu", store, size=4).layers[0]
    lengths = ph.models.capture(toys.vision(4), ["relu"], pictures)["relu"].detach().norm(dim=1).numpy()
    assert np.allclose(layer.norms, lengths, atol=1e-5)
    assert np.allclose(layer.sides**2, lengths / lengths.max(), atol=1e-5)


def test_equal_activations_have_equal_icons_and_silent_ones_none(store: Path) -> None:
    flat = torch.full((3, 8, 8), 0.5)
    layer = quick(toys.vision(8), flat, "relu", store, size=8).layers[0]
    inner = layer.icons[0, 3:5, 3:5].reshape(4, -1)
    assert (inner == inner[0]).all()
    net = toys.vision(8)
    with torch.no_grad():
        net.module.first[1].bias.fill_(-1e4)
    silent = quick(net, flat, "first", store, size=8).layers[0]
    assert not silent.sides.any()
    assert (silent.icons == 128).all()


def test_whitened_directions_are_others(store: Path) -> None:
    picture = torch.rand(3, 4, 4, generator=torch.Generator().manual_seed(3))
    plain = quick(toys.vision(4), picture, "relu", store, size=4)
    white = quick(toys.vision(4), picture, "relu", store, size=4, whiten=True)
    assert white.whitened
    assert not np.array_equal(plain.layers[0].icons, white.layers[0].icons)
    assert np.array_equal(plain.layers[0].vectors, white.layers[0].vectors)


def test_jointly_the_positions_make_one_picture(store: Path) -> None:
    found = quick(patterns(), halves(size=64), "block4", store, size=64, joint=16)
    assert found.layers[0].joint.shape == (1, 64, 64, 3)
    assert quick(patterns(), halves(size=64), "block4", store, size=64).layers[0].joint.shape == (1, 0, 0, 3)
    with pytest.raises(BadArgument, match="grid: joint is 0"):
        quick(patterns(), halves(size=64), "block4", store, size=64, joint=0)


@pytest.mark.slow
def test_on_drawn_halves_the_icons_show_what_is_drawn(store: Path) -> None:
    layer = recipes.grid(patterns(), halves(size=96), "block4", size=96, store=store, progress=False).layers[0]
    names = np.array(judged(layer.icons.reshape(-1, *layer.icons.shape[3:]))).reshape(layer.rows, layer.columns)
    assert np.char.startswith(names[:, :2], "stripes").mean() > 0.7
    assert (names[:, 4:] == "dots").mean() > 0.7
