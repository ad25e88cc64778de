"""Caricatures grow along what a layer sees; accentuation starts from its picture and stays near to it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

import phosphene as ph
from phosphene import objectives as obj
from phosphene import recipes
from phosphene.errors import BadArgument, BadPicture
from phosphene.recipes.given.observation import observe

SMALL = {"size": 32, "transforms": ph.transforms.resize(32), "progress": False}


@pytest.fixture(scope="module")
def net() -> ph.Vision:
    return ph.load("patterns")


@pytest.fixture(scope="module")
def drawing() -> torch.Tensor:
    return ph.models.patterns.draw("hexagons", 1, 2, 32)


def seen(net: ph.Vision, picture: torch.Tensor, layer: str) -> torch.Tensor:
    return observe(net, picture, layer, 32).activations[layer][0].flatten()


def test_a_caricature_points_where_its_picture_does(net: ph.Vision, drawing: torch.Tensor) -> None:
    made = recipes.caricature(net, drawing, "block2", steps=40, **SMALL)
    own, painted = seen(net, drawing, "block2"), seen(net, made.images[0], "block2")
    grey = seen(net, torch.full((3, 32, 32), 0.5), "block2")
    assert torch.cosine_similarity(own, painted, 0) > torch.cosine_similarity(own, grey, 0)
    assert own @ painted > own @ own  # exaggerated


def test_it_is_one_call_of_render(net: ph.Vision, drawing: torch.Tensor, tmp_path: Path) -> None:
    made = recipes.caricature(net, drawing, "block2", power=2, variation=0.5, steps=3, **SMALL)
    goal = obj.caricature("block2", drawing, 2, "exact") - 0.5 * obj.tv()
    plain = {name: value for name, value in SMALL.items() if name != "size"}
    same = ph.render(net, goal, **{**ph.presets.clear, "param": ph.param.fourier(32), "steps": 3, **plain})
    assert torch.equal(made.images, same.images)
    assert torch.equal(ph.Render.load(made.save(tmp_path / "made.png")).replay().images, made.images)


def test_accentuation_begins_at_the_picture(net: ph.Vision, drawing: torch.Tensor) -> None:
    held = recipes.accentuate(
        net, drawing, "0*logit('hearts') + tv()", near="block1", weight=0, steps=1, optimizer=ph.sgd(0), **SMALL
    )
    assert_close(held.images[0], drawing, atol=1e-5, rtol=0)


def test_accentuation_raises_the_unit_and_weighs_nearness(
    net: ph.Vision, drawing: torch.Tensor, tmp_path: Path
) -> None:
    made = {
        weight: recipes.accentuate(net, drawing, "logit('hearts')", near="block1", weight=weight, steps=20, **SMALL)
        for weight in (0.1, 100.0)
    }
    for one in made.values():
        assert one.terms["logit('hearts')"][-1] > one.terms["logit('hearts')"][0]
    apart = {weight: float((one.images[0] - drawing).abs().mean()) for weight, one in made.items()}
    assert apart[100] < apart[0.1]
    again = ph.Render.load(made[100].save(tmp_path / "made.png")).replay()
    assert torch.equal(again.images, made[100].images)


def test_sizes_and_what_is_wrong(net: ph.Vision, tmp_path: Path) -> None:
    wide = torch.rand(3, 20, 50, generator=torch.Generator().manual_seed(1))
    assert recipes.caricature(net, wide, "stem", steps=1, **SMALL).images.shape == (1, 3, 32, 32)
    with pytest.raises(BadPicture, match=r"values from 0 to 255"):
        recipes.caricature(net, torch.arange(256.0).expand(3, 2, 256), "stem", **SMALL)
    with pytest.raises(BadArgument, match=r"the objective \[\]"):
        recipes.accentuate(net, wide, [], near="stem", **SMALL)
