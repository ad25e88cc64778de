"""Every icon of a recipe is the one that the store paints for its own goal, with the seed that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

import phosphene as ph
from phosphene import icons, presets, recipes
from phosphene import objectives as obj
from phosphene.objectives import Objective
from tests import toys

FAST = presets.icon(16, steps=2)
SEED = 3


def pictures(count: int = 2, size: int = 16) -> torch.Tensor:
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(0))


def alone(net: ph.Vision, goals: Sequence[Objective], store: Path, seed: int = SEED) -> np.ndarray:
    """The icon of each goal, asked for by itself."""
    kept = icons.Store(store)
    return np.concatenate([kept.paint(net, [goal], seed=seed, progress=False, **FAST).images for goal in goals])


def check(found: np.ndarray, expected: np.ndarray) -> None:
    """The same icons, but for the last bits of goals that were computed in another way; no two of them alike."""
    off = np.abs(found[:, None].astype(int) - expected[None]).mean((2, 3, 4))
    assert np.diag(off).max() <= 0.1
    assert (off[~np.eye(len(off), dtype=bool)] > 0.4).all()


@pytest.mark.parametrize("toward", [None, "logit('egg')"])
def test_icons_of_a_dictionary_are_those_of_its_channels(toward: str | None, store: Path) -> None:
    net = toys.vision(16)
    found = recipes.dictionary(
        net, pictures(), "second", top=2, toward=toward, icon=FAST, store=store, seed=SEED, progress=False
    )
    layer = found.layers[0]
    assert len(layer.units) > 2
    check(layer.icons, alone(net, [obj.channel("second", int(unit)) for unit in layer.units], store))


def test_icons_of_influences_are_those_of_its_channels(store: Path) -> None:
    net = toys.vision(16)
    options = {"icon": FAST, "store": store, "seed": SEED, "progress": False}
    layer = recipes.influences(net, pictures(), "second", "logit('dog') ** 2", top=1, **options).layers[0]  # type: ignore[arg-type]
    assert 1 < len(layer.units) < 6
    check(layer.icons, alone(net, [obj.channel("second", int(unit)) for unit in layer.units], store))


def test_icons_of_a_grid_are_those_of_the_activations_at_their_places(store: Path) -> None:
    """Two rows and three columns, in each of two pictures."""
    net = toys.vision(None)
    shown = torch.rand(2, 3, 2, 3, generator=torch.Generator().manual_seed(0))
    found = recipes.grid(net, shown, "second", size=(2, 3), icon=FAST, store=store, seed=SEED, progress=False)
    layer = found.layers[0]
    activation = ph.models.capture(net, ["second"], shown)["second"].detach()
    goals = []
    for picture, row, column in np.ndindex(2, 2, 3):
        vector = activation[picture, :, row, column]
        goals.append(obj.direction("second", vector / vector.norm()))
    assert layer.icons.shape[:3] == (2, 2, 3)
    check(layer.icons.reshape(-1, 16, 16, 3), alone(net, goals, store))


def test_silent_places_do_not_shift_the_icons_of_others(store: Path) -> None:
    net = toys.vision(None)
    with torch.no_grad():
        net.module.stem.weight.zero_()
        net.module.stem.bias.zero_()
        net.module.stem.weight[:, 0, 1, 1] = torch.tensor([1.0, -1.0, 2.0, -2.0, 3.0, -3.0])
    shown = torch.full((3, 2, 2), 0.5)  # the grey of this network, at which its stem is silent
    shown[0, 0, 1], shown[0, 1, 0] = 1, 0
    layer = recipes.grid(net, shown, "stem", size=2, icon=FAST, store=store, seed=SEED, progress=False).layers[0]
    assert (layer.sides[0] > 0).tolist() == [[False, True], [True, False]]
    assert (layer.icons[0, 0, 0] == 128).all()
    assert (layer.icons[0, 1, 1] == 128).all()
    activation = ph.models.capture(net, ["stem"], shown[None])["stem"].detach()[0]
    goals = [obj.direction("stem", activation[:, y, x] / activation[:, y, x].norm()) for y, x in ((0, 1), (1, 0))]
    check(layer.icons[0, [0, 1], [1, 0]], alone(net, goals, store))


def test_icons_of_groups_are_those_of_their_directions(store: Path) -> None:
    net = toys.vision(16)
    found = recipes.groups(net, pictures(), "relu", count=3, icon=FAST, store=store, seed=SEED, progress=False)
    layer = found.layers[0]
    check(layer.icons, alone(net, [obj.direction("relu", torch.from_numpy(d)) for d in layer.directions], store))


def test_another_seed_is_another_icon(store: Path) -> None:
    net = toys.vision(16)
    made = [
        recipes.dictionary(net, pictures(1), "second", top=6, icon=FAST, store=store, seed=seed, progress=False)
        for seed in (0, SEED)
    ]
    goals = [obj.channel("second", unit) for unit in range(6)]
    for seed, one in zip((0, SEED), made, strict=True):
        assert np.array_equal(one.layers[0].icons, alone(net, goals, store, seed))
    off = np.abs(made[0].layers[0].icons.astype(int) - made[1].layers[0].icons).mean((1, 2, 3))
    assert (off > 0.4).all()
