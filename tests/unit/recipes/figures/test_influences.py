"""Influences: sums over places and channels agree, and what speaks for the dots is where the dots are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import phosphene as ph
from phosphene import attribution, presets, recipes
from phosphene.errors import BadArgument, PhospheneError, UnknownLabel
from tests import toys
from tests.drawings import halves, patterns

FAST = presets.icon(16, steps=2)


def quick(
    net: ph.Vision, pictures: object, layers: object, toward: object, store: Path, **others: object
) -> ph.figures.Influences:
    return recipes.influences(net, pictures, layers, toward, icon=FAST, store=store, progress=False, **others)  # type: ignore[arg-type]


def test_channels_stand_from_for_to_against(store: Path) -> None:
    picture = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    found = quick(toys.vision(16), picture, ["relu"], "logit('egg')", store, top=2)
    layer = found.layers[0]
    totals = ph.attribute(toys.vision(16), "logit('egg')", picture, wrt="relu").channels().numpy()
    for number, row in enumerate(totals):
        order = np.sort(row)[::-1]
        assert np.allclose(layer.value[number], [*order[:2], *order[-2:]], atol=1e-6)
        assert np.allclose(row[layer.units[layer.index[number]]], layer.value[number], atol=1e-6)
    assert np.allclose(layer.spatial.sum((1, 2)), totals.sum(1), atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("method", [attribution.gradient_times_activation(), attribution.integrated_gradients()])
def test_what_speaks_for_dots_is_where_the_dots_are(method: attribution.Method, seed: int, store: Path) -> None:
    found = quick(
        patterns(), halves(seed=seed), ["block3", "block4"], "logit('dots')", store, top=1, size=192, method=method
    )
    for layer in found.layers:
        positive = layer.spatial[0].clip(0)
        assert positive[:, layer.columns // 2 :].sum() / positive.sum() >= 0.8
    if method == attribution.integrated_gradients():
        assert (found.missing < 0.01).all()


def test_links_join_layers_that_follow_each_other(store: Path) -> None:
    found = quick(patterns(), halves(), ["block2", "block3", "block4"], "logit('dots')", store, top=1, size=192)
    assert [(link.lower, link.upper) for link in found.links] == [(0, 1), (1, 2)]
    assert found.links[1].matrix.shape == (1, 12, 12, 24, 24)
    assert np.isfinite(found.links[0].matrix).all()


def test_bad_input(store: Path) -> None:
    net, picture = toys.vision(16), torch.rand(3, 16, 16)
    with pytest.raises(UnknownLabel, match="'eg'"):
        quick(net, picture, "relu", "logit('eg')", store)
    with pytest.raises(BadArgument, match="top is 9"):
        quick(net, picture, "relu", "logit('egg')", store, top=9)
    with pytest.raises(PhospheneError, match="relu"):
        quick(net, picture, "relu", "channel('first', 0)", store)
