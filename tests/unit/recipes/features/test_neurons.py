"""Rows between units, against a unit, several faces of one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

import phosphene as ph
from phosphene import objectives as obj
from phosphene import optimizers, param, recipes
from phosphene.errors import BadArgument, UnknownLabel, UnknownLayer
from phosphene.objectives import diversity
from phosphene.seeds import stream
from phosphene.transforms import identity

SMALL = {"param": ph.param.fourier(32), "transforms": ph.transforms.resize(32), "progress": False}
PLAIN = {"transforms": identity, "rules": None, "progress": False}


def linear() -> ph.Vision:
    """A network that is one matrix over the pixels."""
    layer = nn.Conv2d(3, 4, 8, bias=False).double()
    with torch.no_grad():
        layer.weight.copy_(torch.rand(4, 3, 8, 8, generator=stream(1, "linear")) - 0.5)
    return ph.Vision(nn.Sequential(layer).eval(), [0.0] * 3, [1.0] * 3, name="linear")


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_linear_unit_has_a_closed_form(count: int) -> None:
    """max (1 - t) <w1, x> + t <w2, x> - weight |x|^2 is at ((1 - t) w1 + t w2) / (2 weight); a row of one is its beginning"""
    net, weight = linear(), 3.0
    first, second = (obj.channel("0", n) - weight * obj.lp(2, reduction="sum") for n in (0, 1))
    made = recipes.interpolation(
        net,
        first,
        second,
        count=count,
        steps=60,
        param=param.pixels(8) >> param.unbounded(),
        optimizer=optimizers.sgd(1 / (2 * weight)),
        **PLAIN,
    )
    w = net.module[0].weight.detach()
    t = torch.linspace(0, 1, count, dtype=torch.float64)[:, None, None, None]
    assert_close(made.images, ((1 - t) * w[0] + t * w[1]) / (2 * weight), atol=1e-14, rtol=1e-12)


def test_neighbours_are_nearer_where_they_are_aligned() -> None:
    net, goals = ph.load("patterns"), (obj.logit("hexagons"), obj.logit("spiral"))

    def apart(weight: float) -> float:
        made = recipes.interpolation(net, *goals, align="image", weight=weight, count=4, steps=16, **SMALL)
        return float((made.images[1:] - made.images[:-1]).square().mean())

    assert apart(300) < 0.5 * apart(0)


def test_aligned_pictures_begin_alike() -> None:
    made = recipes.interpolation(
        ph.load("patterns"), "logit('dots')", "logit('dots')", align="block2", steps=3, **SMALL
    )
    assert_close(made.images, made.images[:1].expand(6, -1, -1, -1), atol=1e-5, rtol=0)
    free = recipes.interpolation(ph.load("patterns"), "logit('dots')", "logit('dots')", steps=3, **SMALL)
    assert float((free.images[1] - free.images[0]).abs().max()) > 0.01


def test_against_and_for() -> None:
    net, goal = ph.load("patterns"), obj.logit("stars")
    made = recipes.negative(net, goal, steps=12, **SMALL)
    low, high = ph.render(net, -goal, seed=0, **_clear(12)), ph.render(net, goal, seed=1, **_clear(12))
    assert_close(made.images, torch.cat([low.images, high.images]), atol=2e-4, rtol=0)
    assert (made.scores[-1] > made.scores[0]).all()


def _clear(steps: int) -> dict[str, Any]:
    return {**ph.presets.clear, **SMALL, "steps": steps}


@given(st.integers(2, 5), st.integers(0, 99))
def test_diversity_is_the_published_sum(count: int, seed: int) -> None:
    """1/B of the sum over pairs of cosines between flattened Gram matrices is Lucid's penalty; ours is that of each picture"""
    a = np.random.default_rng(seed).random((count, 3, 4, 5))
    grams = np.einsum("bcij,bdij->bcd", a, a).reshape(count, -1)
    unit = grams / np.linalg.norm(grams, axis=1, keepdims=True)
    cosines = unit @ unit.T
    penalty = (cosines.sum() - np.trace(cosines)) / count
    assert_close(float(diversity.function(torch.from_numpy(a)).mean()), penalty, rtol=1e-12, atol=0)


def test_equal_pictures_and_disjoint_ones() -> None:
    same = torch.rand(1, 4, 3, 3, generator=stream(2, "same")).expand(4, -1, -1, -1)
    assert_close(diversity.function(same), torch.full((4,), 3.0))
    apart = torch.eye(4)[:, :, None, None].expand(4, 4, 3, 3)
    assert diversity.function(apart).tolist() == [0, 0, 0, 0]


def test_faces_differ_more_than_pictures_of_four_seeds(tmp_path: Path) -> None:
    net = ph.load("patterns")

    def alike(weight: float) -> float:
        made = recipes.faces(net, "logit('dots')", layer="block2", weight=weight, count=3, steps=16, **SMALL)
        (tmp_path / "made.png").unlink(missing_ok=True)
        again = ph.Render.load(made.save(tmp_path / "made.png")).replay()
        assert torch.equal(again.images, made.images)
        activation = recipes.given.observation.observe(net, made.images, "block2", 32).activations["block2"]
        return float(diversity.function(activation).mean())

    assert alike(2) < alike(0)


def test_what_is_wrong_is_said() -> None:
    net = ph.load("patterns")
    with pytest.raises(UnknownLabel, match="'stars'"):
        recipes.negative(net, "logit('star')", **SMALL)
    with pytest.raises(UnknownLayer, match="blok2"):
        recipes.faces(net, "logit('stars')", layer="blok2", **SMALL)
    with pytest.raises(BadArgument, match="interpolation: count is 0"):
        recipes.interpolation(net, "logit('stars')", "logit('dots')", count=0)
    with pytest.raises(BadArgument, match="faces: weight is -1"):
        recipes.faces(net, "logit('stars')", layer="block2", weight=-1)
