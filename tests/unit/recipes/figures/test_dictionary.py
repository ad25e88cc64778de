"""Semantic dictionaries: the channels of each place, in order; on drawn halves their icons show what is drawn there."""

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


def quick(net: ph.Vision, pictures: object, layers: object, store: Path, **others: object) -> ph.figures.Dictionary:
    return recipes.dictionary(net, pictures, layers, icon=FAST, store=store, progress=False, **others)  # type: ignore[arg-type]


def test_channels_are_the_largest_in_order(store: Path) -> None:
    pictures = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    layer = quick(toys.vision(16), pictures, "second", store, top=4).layers[0]
    activations = ph.models.capture(toys.vision(16), ["second"], pictures)["second"].detach()
    expected = activations.topk(4, dim=1)
    assert torch.allclose(torch.from_numpy(layer.value).permute(0, 3, 1, 2), expected.values, atol=1e-6)
    shown = layer.units[layer.index]
    assert np.array_equal(shown.transpose(0, 3, 1, 2), expected.indices.numpy())
    assert np.allclose(layer.maps, activations[:, layer.units].numpy(), atol=1e-6)
    assert layer.icons.shape == (len(layer.units), 16, 16, 3)


def test_toward_an_objective_channels_are_ordered_by_what_they_add(store: Path) -> None:
    picture = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(0))
    found = quick(toys.vision(16), picture, "relu", store, top=6, toward="logit('egg')")
    layer = found.layers[0]
    value = ph.attribute(toys.vision(16), "logit('egg')", picture, wrt="relu").values[0].permute(1, 2, 0).numpy()
    order = np.take_along_axis(value, np.argsort(-abs(value), axis=-1, kind="stable"), axis=-1)
    assert np.allclose(layer.value[0], order, atol=1e-6)
    assert found.measure == "attribution to logit('egg')"


def test_a_layer_without_positions_is_one_row(store: Path) -> None:
    layer = quick(toys.vision(16), torch.rand(3, 16, 16), ["head"], store, top=5).layers[0]
    assert (layer.rows, layer.columns, layer.channels) == (1, 1, 5)
    assert layer.index.shape == (1, 1, 1, 5)


def test_one_icon_for_each_channel_that_is_shown(store: Path) -> None:
    found = quick(patterns(), halves(), ["block4"], store, top=1)
    assert set(found.layers[0].index.flatten()) == set(range(len(found.layers[0].units)))


@pytest.mark.parametrize("top", [0, 7, 1.5, True])
def test_bad_top(top: object, store: Path) -> None:
    with pytest.raises(BadArgument, match=r"dictionary: top is .* from 1 to 6"):
        quick(toys.vision(16), torch.rand(3, 16, 16), "second", store, top=top)


@pytest.mark.slow
@pytest.mark.parametrize("stripes", ["stripes 0", "stripes 45"])
def test_on_drawn_halves_the_icons_show_what_is_drawn(stripes: str, store: Path) -> None:
    pictures = [halves(stripes, seed=seed) for seed in range(2)]
    found = recipes.dictionary(patterns(), pictures, "block4", top=1, size=192, store=store, progress=False)
    layer = found.layers[0]
    names = np.array(judged(layer.icons))[layer.index]
    half = layer.columns // 2
    left, right = names[:, :, : half - 1], names[:, :, half + 1 :]
    assert np.char.startswith(left, "stripes").mean() >= 0.8
    assert (right == "dots").mean() >= 0.8
    assert np.char.startswith(right, "stripes").mean() <= 0.1
    assert (left == "dots").mean() <= 0.1
