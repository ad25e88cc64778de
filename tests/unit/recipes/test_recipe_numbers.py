"""The numbers of recipes, of two pictures that differ, against attribution of each picture and plain loops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import phosphene as ph
from phosphene import attribution, presets, recipes
from tests import toys

FAST = presets.icon(16, steps=2)
GOAL = "logit('dog') ** 2"  # whose slope is another one in each picture


def pictures(size: int = 16) -> torch.Tensor:
    return torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(0))


def attributed(net: ph.Vision, layer: str, shown: torch.Tensor, method: attribution.Method) -> torch.Tensor:
    """The values of each picture, looked at alone."""
    return torch.cat([ph.attribute(net, GOAL, one, wrt=layer, method=method).values for one in shown])


FIRST_ORDER = attribution.gradient_times_activation()
METHODS = [FIRST_ORDER, attribution.integrated_gradients(3, tolerance=None)]


def test_maps_of_a_dictionary_toward_an_objective_are_the_attribution(store: Path) -> None:
    net = toys.vision(16)
    found = recipes.dictionary(net, pictures(), "second", top=1, toward=GOAL, icon=FAST, store=store, progress=False)
    layer = found.layers[0]
    values = attributed(net, "second", pictures(), FIRST_ORDER).numpy()
    assert np.allclose(layer.maps, values[:, layer.units], atol=1e-7, rtol=1e-4)
    for picture, row, column in np.ndindex(2, 16, 16):
        place = layer.index[picture, row, column, 0]
        strongest = values[picture, :, row, column]
        assert abs(strongest[layer.units[place]]) >= abs(strongest).max() * (1 - 1e-4)
        assert layer.value[picture, row, column, 0] == layer.maps[picture, place, row, column]


@pytest.mark.parametrize("method", METHODS, ids=lambda one: type(one).__name__)
def test_maps_of_influences_are_the_attribution_of_the_channels_shown(method: attribution.Method, store: Path) -> None:
    net = toys.vision(16)
    found = recipes.influences(
        net, pictures(), "second", GOAL, method=method, top=1, icon=FAST, store=store, progress=False
    )
    layer = found.layers[0]
    values = attributed(net, "second", pictures(), method).numpy()
    assert list(layer.units) != list(range(len(layer.units))), "the channels shown are not simply the first ones"
    assert np.allclose(layer.maps, values[:, layer.units], atol=1e-6, rtol=1e-4)
    assert np.allclose(layer.spatial, values.sum(1), atol=1e-6, rtol=1e-4)
    for picture in range(2):
        totals = layer.maps[picture][layer.index[picture]].sum((1, 2))
        assert np.allclose(layer.value[picture], totals, atol=1e-5, rtol=1e-4)


def test_links_are_what_places_add_to_places(store: Path) -> None:
    """Layers of the same size: an exchange of the lower one with the upper one would have the same shape."""
    net, shown, names = toys.vision(4), pictures(4), ["stem", "first", "relu"]
    found = recipes.influences(net, shown, names, GOAL, top=1, size=4, icon=FAST, store=store, progress=False)
    for link, (lower, upper) in zip(found.links, (("stem", "first"), ("first", "relu")), strict=True):
        assert (found.layers[link.lower].name, found.layers[link.upper].name) == (lower, upper)
        for number, one in enumerate(shown):
            expected = attribution.between(net, lower, upper, one)[0].numpy()
            assert np.allclose(link.matrix[number], expected, atol=1e-5, rtol=1e-4)
            assert not np.allclose(expected, expected.transpose(2, 3, 0, 1), atol=1e-2)


def test_groups_are_attributed_in_each_picture_by_its_own_slope(store: Path) -> None:
    net, shown = toys.vision(16), pictures()
    shown[1] /= 4
    layer = recipes.groups(net, shown, "relu", count=3, toward=GOAL, icon=FAST, store=store, progress=False).layers[0]
    assert layer.attribution.shape == (2, 3)
    for number, one in enumerate(shown):
        slope = ph.attribute(net, GOAL, one, wrt="relu").slope[0].double().numpy()
        for group, direction in enumerate(layer.directions):
            part = sum(
                layer.maps[number, group, y, x] * float(direction @ slope[:, y, x]) for y, x in np.ndindex(16, 16)
            )
            assert layer.attribution[number, group] == pytest.approx(part, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("name", ["second", "relu"])
def test_groups_explain_the_activations_with_0_for_what_is_negative(name: str, store: Path) -> None:
    net, shown = toys.vision(16), pictures()
    layer = recipes.groups(net, shown, name, count=3, icon=FAST, store=store, progress=False).layers[0]
    activation = ph.models.capture(net, [name], shown)[name].detach().double().numpy()
    kept = np.where(activation > 0, activation, 0)
    made = np.einsum("pgyx,gc->pcyx", layer.maps.astype(float), layer.directions.astype(float))
    assert layer.explained == pytest.approx(1 - ((made - kept) ** 2).sum() / (kept**2).sum(), abs=1e-4)
    assert layer.explained > 0.3
