"""Components as colors: the numbers of a plain decomposition, whatever way the frames come, one meaning through a clip."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from phosphene import Vision, maps
from phosphene.errors import BadArgument
from phosphene.maps.components import Components
from tests.mapped import noise, valid


def rows(frames: Any, net: Any) -> Any:
    with torch.no_grad():
        return net(frames).movedim(1, -1).flatten(0, -2).numpy()


@given(count=st.integers(1, 4), channels=st.integers(1, 6), seed=st.integers(0, 30))
def test_sums_over_frames_are_a_decomposition_of_all_rows(count: int, channels: int, seed: int) -> None:
    net, frames = valid(channels=channels), noise(count, 7, 9, seed)
    found = maps.principal(net, "0", iter(frames))
    every = rows(frames, net)
    centred = every - every.mean(0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    kept = min(3, channels)
    assert np.allclose(found.mean, every.mean(0), atol=1e-12)
    assert np.allclose(np.abs((found.axes[:kept] * axes[:kept]).sum(1)), 1, atol=1e-7)
    assert np.allclose(found.spread[:kept], sizes[:kept] / len(every) ** 0.5, atol=1e-9)
    assert np.allclose(found.share[:kept], sizes[:kept] ** 2 / (sizes**2).sum(), atol=1e-9)
    assert not found.axes[kept:].any()
    for axis in found.axes[:kept]:
        assert axis[np.abs(axis).argmax()] > 0
    with torch.no_grad():
        scores = found.scores(net(frames)[0])
    assert np.allclose(scores.reshape(3, -1).T, centred[: scores[0].size] @ found.axes.T, atol=1e-12)


def test_large_means_do_not_drown_small_differences() -> None:
    x = 1e6 + noise(2, 6, 6).float()
    from phosphene.maps.components import _principal

    found = _principal("x", x)
    flat = x.double().movedim(1, -1).flatten(0, -2).numpy()
    assert np.allclose(found.spread**2, np.sort(np.linalg.eigvalsh(np.cov(flat.T, bias=True)))[::-1], rtol=1e-6)


@given(order=st.permutations(range(3)))
def test_the_order_of_frames_changes_no_color(order: list[int]) -> None:
    net, frames = valid(), noise(3, 8, 8)
    first = list(maps.components(net, "0", frames))
    second = list(maps.components(net, "0", frames[order]))
    for place, number in enumerate(order):
        assert float((second[place] - first[number]).abs().max()) <= 1 / 255 + 1e-6


def test_colors_mean_the_same_in_another_clip() -> None:
    net, frames = valid(), noise(4, 8, 8)
    fit = maps.principal(net, "0", frames[:2])
    alone = next(maps.components(net, "0", frames[3], fit))
    later = list(maps.components(net, "0", iter(frames), fit))[3]
    assert torch.equal(alone, later)
    first = list(maps.components(net, "0", iter(frames), fit=1))
    assert torch.equal(first[0], next(maps.components(net, "0", frames[0])))


def test_the_mean_is_grey_and_deviations_are_colors() -> None:
    axes = np.eye(3, 4)
    found = Components("x", np.arange(4.0), axes, np.array([1.0, 2.0, 0.0]), np.array([0.2, 0.8, 0.0]))
    activation = torch.arange(4.0)[:, None, None].expand(4, 1, 3).clone()
    activation[0, 0, 1], activation[1, 0, 2] = 2.5, 1 - 100
    assert found.colors(activation).tolist() == [[[128] * 3, [255, 128, 128], [128, 0, 128]]]


def test_refusals() -> None:
    net = valid()
    with pytest.raises(BadArgument, match="the same at every position"):
        maps.components(net, "0", torch.full((2, 3, 8, 8), 0.25))
    with pytest.raises(BadArgument, match="an iterator of frames, and components of more than the first"):
        maps.components(net, "0", iter(noise(2, 8, 8)))
    with pytest.raises(BadArgument, match="components: fit is 0"):
        maps.components(net, "0", noise(2, 8, 8), fit=0)
    other = maps.principal(valid(channels=5), "0", noise(1, 8, 8))
    with pytest.raises(BadArgument, match="components of 4 channels expected"):
        maps.components(net, "0", noise(2, 8, 8), fit=other)


def test_a_layer_of_one_channel_has_one_component() -> None:
    net = Vision(nn.Conv2d(3, 1, 1).double(), [0.5] * 3, [0.5] * 3)
    found = maps.principal(net, "output", noise(1, 5, 5))
    assert found.share.tolist() == [1, 0, 0]
    assert repr(found) == "Components('output', 1 channels, 100%, 0%, 0% of the variance)"
