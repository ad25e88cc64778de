"""Neuron groups: the sum of the groups is near to the activations; on drawn halves they are the halves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import phosphene as ph
from phosphene import presets, recipes
from phosphene.errors import BadArgument
from tests import toys
from tests.drawings import halves, patterns

FAST = presets.icon(16, steps=2)


def quick(net: ph.Vision, pictures: object, layers: object, store: Path, **others: object) -> ph.figures.Groups:
    return recipes.groups(net, pictures, layers, icon=FAST, store=store, progress=False, **others)  # type: ignore[arg-type]


def test_groups_make_up_the_activations(store: Path) -> None:
    pictures = torch.stack([halves(seed=s) for s in range(2)])
    layer = quick(patterns(), pictures, "block4", store, count=6, size=192).layers[0]
    activation = ph.models.capture(patterns(), ["block4"], pictures)["block4"].detach().numpy()
    made = np.einsum("pgyx,gc->pcyx", layer.maps, layer.directions)
    assert 1 - ((made - activation) ** 2).sum() / (activation**2).sum() == pytest.approx(layer.explained, abs=1e-3)
    assert layer.explained > 0.6
    assert np.allclose(layer.directions.sum(1), 1, atol=1e-5)
    assert (np.diff(layer.maps.sum((0, 2, 3))) <= 0).all()


def test_attributions_of_groups_are_linear(store: Path) -> None:
    """What groups and the rest of the activations add is what the activations add: gradient times activation."""
    picture = halves()
    layer = quick(patterns(), picture, "block4", store, count=4, size=192, toward="logit('dots')").layers[0]
    whole = ph.attribute(patterns(), "logit('dots')", picture, wrt="block4", size=192)
    made = torch.from_numpy(np.einsum("pgyx,gc->pcyx", layer.maps, layer.directions))
    rest = ((whole.activation - made) * whole.slope).sum()
    assert float(layer.attribution.sum() + rest) == pytest.approx(float(whole.values.sum()), rel=1e-4)


def test_negative_activations_count_as_zero_and_the_figure_says_so(store: Path) -> None:
    picture = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(0))
    assert "second" in quick(toys.vision(16), picture, "second", store, count=2).made["rectified"]
    assert "rectified" not in quick(toys.vision(16), picture, "relu", store, count=2).made


@pytest.mark.parametrize("count", [0, 7, 2.5])
def test_bad_counts(count: object, store: Path) -> None:
    with pytest.raises(BadArgument, match="count"):
        quick(toys.vision(16), torch.rand(3, 16, 16), "relu", store, count=count)


@pytest.mark.parametrize("layer", ["block3", "block4"])
def test_two_groups_of_drawn_halves_are_the_halves(layer: str, store: Path) -> None:
    for seed in range(4):
        maps = quick(patterns(), halves(seed=seed), layer, store, count=2, size=192).layers[0].maps[0]
        first = maps[0] / maps[0].max() > maps[1] / maps[1].max()
        left = np.zeros_like(first)
        left[:, : left.shape[1] // 2] = True
        overlap = max((mask & left).sum() / (mask | left).sum() for mask in (first, ~first))
        assert overlap >= 0.8
