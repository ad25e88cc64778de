"""What units see: the field's place and size against convolutions, and units painted inside it alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

import phosphene as ph
from phosphene import recipes
from phosphene.errors import BadArgument, UnknownLayer


@given(st.lists(st.tuples(st.sampled_from([1, 3, 5]), st.integers(1, 2)), min_size=1, max_size=3))
def test_the_field_is_that_of_the_arithmetic(stack: list[tuple[int, int]]) -> None:
    """kernel by kernel: it grows by (k - 1) times the steps so far, and begins at the steps' multiple of the position"""
    torch.manual_seed(0)
    layers = [nn.Conv2d(3, 3, kernel, stride) for kernel, stride in stack]
    net = ph.Vision(nn.Sequential(*layers).eval(), [0.5] * 3, [0.5] * 3, name="stack")
    size, sees, every, left = 40, 1, 1, 40
    for kernel, stride in stack:
        sees, every, left = sees + (kernel - 1) * every, every * stride, (left - kernel) // stride + 1
    top = left // 2 * every
    assert recipes.receptive_field(net, str(len(stack) - 1), size) == (top, top, sees, sees)


@pytest.mark.parametrize("layer", ["stem", "block1", "block2"])
def test_the_field_is_as_large_as_the_network_says(layer: str) -> None:
    net = ph.load("patterns")
    sees = {one.name: one.receptive_field for one in ph.models.layers(net)}[layer]
    assert sees is not None
    assert recipes.receptive_field(net, layer, 96)[2:] == (sees[0], sees[0])


def test_what_lies_outside_is_not_seen() -> None:
    net = ph.load("patterns")
    top, left, height, width = recipes.receptive_field(net, "block1", 32)
    picture = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(3))
    other = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(4))
    other[..., top : top + height, left : left + width] = picture[..., top : top + height, left : left + width]
    a, b = (
        recipes.given.observation.observe(net, one, "block1", 32).activations["block1"][0, :, 8, 8]
        for one in (picture, other)
    )
    torch.testing.assert_close(a, b, atol=1e-6, rtol=0)


def test_units_stand_in_their_own_size() -> None:
    table = recipes.receptive_fields(ph.load("patterns"), ["stem", "block1"], [3, 5], most=32, steps=3, progress=False)
    assert table.rows == ("stem, 5 px", "block1, 13 px")
    assert table.images.shape == (2, 2, 13, 13, 3)
    rim = table.images[0].copy()
    rim[:, 4:9, 4:9] = 128
    assert (rim == 128).all()
    assert not (table.images[0, :, 4:9, 4:9] == 128).all()
    assert len(np.unique(table.images[1])) > 10


def test_what_is_wrong_is_said() -> None:
    with pytest.raises(BadArgument, match=r"without units.*units=range\(6\)"):
        recipes.receptive_fields(ph.load("patterns"), ["stem"], [])
    with pytest.raises(UnknownLayer, match="Nearest: 'stem"):
        recipes.receptive_field(ph.load("patterns"), "sten", 32)
