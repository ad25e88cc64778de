"""Pixels: where they start."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import phosphene as ph
from phosphene import param
from phosphene.errors import BadArgument


@given(colors=st.lists(st.floats(-2, 2), min_size=1, max_size=4), seed=st.integers(0, 99))
def test_a_mean_for_each_channel_is_added_to_the_same_noise(colors: list[float], seed: int) -> None:
    count = len(colors)
    one = param.pixels(3, count, mean=colors)
    plain = param.pixels(3, count).init([seed], torch.float64)["pixels"]
    shift = one.init([seed], torch.float64)["pixels"] - plain
    assert torch.allclose(shift, torch.tensor(colors, dtype=torch.float64)[:, None, None].expand(count, 3, 3))
    assert ph.parse(repr(one)) == one == param.pixels(3, count, mean=tuple(colors))


def test_a_mean_that_is_none() -> None:
    with pytest.raises(BadArgument, match=r"pixels: mean is \(0.5, 0.5\). a number, or one for each of 3 channels"):
        param.pixels(3, mean=(0.5, 0.5))
    with pytest.raises(BadArgument, match=r"pixels: mean is nan"):
        param.pixels(3, mean=(0.5, float("nan"), 0.5))
