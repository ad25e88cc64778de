"""What recipes refuse, before any icon is painted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import phosphene as ph
from phosphene import presets, recipes
from phosphene.errors import BadArgument, PhospheneError
from phosphene.models import Vision
from tests.drawings import halves, patterns

FAST = presets.icon(16, steps=1)
HALF = (0.5, 0.5, 0.5)
VIEWS = "expect(logit('dots'), tf.jitter(4), 2)"


def painted(store: Path) -> list[Path]:
    return list(store.glob("*/*.png"))


Recipe = Callable[..., Any]


@pytest.mark.parametrize(
    ("recipe", "layers", "given", "message"),
    [
        (recipes.dictionary, "block4", {"toward": VIEWS}, r"without views: @, expect\(\)"),
        (recipes.groups, "block4", {"toward": VIEWS}, r"without views"),
        (recipes.influences, "block4", {"toward": "logit('dots') @ tf.center_crop(48)"}, r"without views"),
        (recipes.groups, "block4", {"count": 13}, "groups: count is 13.*from 1 to 12"),
        (recipes.groups, ["block1", "block4"], {"count": 10, "size": 24}, r"10 groups of a matrix of shape \(1, 128\)"),
        (recipes.grid, "block4", {"joint": 0}, "grid: joint is 0"),
        (recipes.grid, "block4", {"joint": 2.5}, "grid: joint is 2.5"),
        (
            recipes.grid,
            ["block4", "output"],
            {"joint": 8},
            r"joint=8.* of layer 'output', which has no rows and columns",
        ),
        (recipes.grid, "block4", {"joint": 5000}, r"joint=5000.* write joint=682"),
        (recipes.dictionary, "block4", {"size": 0}, "size"),
        (recipes.dictionary, 5, {}, "layers 5. one layer or several"),
        (recipes.dictionary, [["block4"]], {}, "one layer or several"),
        (recipes.dictionary, "block4", {"at": 5}, r"the place 5"),
        (recipes.dictionary, "block4", {"icon": {}}, r"icon=\{\}.*write presets.icon\(64\)"),
        (recipes.dictionary, "block4", {"icon": 5}, r"icon=5"),
        (recipes.dictionary, "block4", {"icon": {**FAST, "param": ph.param.fourier((16, 24))}}, "square"),
        (recipes.groups, "block4", {"seed": -1}, "seed is -1"),
        (recipes.grid, "block4", {"seed": "a"}, "seed is 'a'"),
    ],
)
def test_refused_before_anything_is_painted(
    recipe: Recipe, layers: Any, given: dict[str, Any], message: str, tmp_path: Path
) -> None:
    arguments = {"icon": FAST, "store": tmp_path / "icons", "progress": False, "size": 96, **given}
    with pytest.raises(PhospheneError, match=message):
        recipe(patterns(), halves(size=96), layers, **arguments)
    assert not painted(tmp_path / "icons")


def test_names_of_arguments_are_checked_before_the_network_runs() -> None:
    def never(x: torch.Tensor) -> torch.Tensor:
        raise AssertionError

    net = nn.Conv2d(3, 4, 3)
    net.register_forward_pre_hook(lambda *_: never(torch.zeros(1)))
    with pytest.raises(TypeError, match="foo"):
        recipes.dictionary(Vision(net, HALF, HALF, size=16), torch.rand(3, 16, 16), "", foo=1)  # type: ignore[call-arg]


def test_a_layer_that_is_silent(tmp_path: Path) -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    nn.init.constant_(net[0].bias, -100)
    with pytest.raises(BadArgument, match="layer '1', whose activations are all 0"):
        recipes.dictionary(
            Vision(net.eval(), HALF, HALF, size=16), torch.rand(3, 16, 16), "1", icon=FAST, store=tmp_path
        )


def test_networks_of_other_pictures_than_rgb() -> None:
    grey = Vision(nn.Conv2d(1, 4, 3).eval(), (0.5,), (0.5,), size=16)
    with pytest.raises(BadArgument, match="a network of 1-channel pictures"):
        recipes.grid(grey, torch.rand(1, 16, 16), "output")


def test_a_network_without_any_call_that_rules_change_is_shown_too(tmp_path: Path) -> None:
    net = Vision(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Tanh()).eval(), HALF, HALF, size=16)
    found = recipes.dictionary(net, torch.rand(3, 16, 16), "1", top=1, icon=FAST, store=tmp_path / "i", progress=False)
    assert found.layers[0].icons.any()


def test_places_may_be_numpy_integers_and_batches_frozen(tmp_path: Path) -> None:
    batch = ph.param.picture(halves(size=96)[None])
    arguments: dict[str, Any] = {"icon": FAST, "store": tmp_path / "icons", "progress": False, "top": 1, "size": 96}
    found = recipes.dictionary(patterns(), batch, "block4", at=np.array([[3, 40]]), **arguments)
    assert np.allclose(found.pins, [[3.5 / 96, 40.5 / 96]])
