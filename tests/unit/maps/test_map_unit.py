"""A unit in detail: its strongest place, and what leads back from there, against explicit constructions."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from phosphene import Vision, maps
from phosphene.errors import BadArgument, RuleUnmatched
from tests.mapped import noise, valid


@given(stride=st.integers(1, 2), channel=st.integers(0, 3), seed=st.integers(0, 30))
def test_the_gradient_of_a_convolution_is_its_kernel_at_the_strongest_place(
    stride: int, channel: int, seed: int
) -> None:
    net, frames = valid(stride), noise(2, 9, 11, seed)
    kernel = net.module[0].weight[channel].detach() / 0.25  # type: ignore[index]
    with torch.no_grad():
        every = net(frames)[:, channel]
    for number, one in enumerate(maps.details(net, "0", channel, iter(frames))):
        row, column = divmod(int(every[number].argmax()), every.shape[2])
        assert (one.number, one.place) == (number, (row, column))
        assert one.value == float(one.map.max())
        expected = torch.zeros_like(frames[0])
        expected[:, stride * row : stride * row + 3, stride * column : stride * column + 3] = kernel
        assert torch.allclose(one.back, expected, atol=1e-12)


def deep() -> tuple[Vision, list[nn.Conv2d]]:
    state = torch.random.get_rng_state()
    torch.manual_seed(3)
    first, second = nn.Conv2d(3, 5, 3).double(), nn.Conv2d(5, 4, 3).double()
    torch.random.set_rng_state(state)
    return Vision(nn.Sequential(first, nn.ReLU(), second, nn.ReLU()), [0.0] * 3, [1.0] * 3), [first, second]


def led_back(back: str, convolutions: list[nn.Conv2d], x: Tensor, channel: int, place: tuple[int, int]) -> Tensor:
    """Deconvnet, guided and gradient, layer by layer with transposed convolutions (Zeiler and Fergus 2013)."""
    first, second = convolutions
    hidden = first(x[None])
    top = second(F.relu(hidden))
    g = torch.zeros_like(top)
    g[(0, channel, *place)] = 1
    gates = {"gradient": lambda g, a: g * (a > 0), "deconvnet": lambda g, a: g.clamp_min(0)}
    gates["guided"] = lambda g, a: g.clamp_min(0) * (a > 0)
    g = gates[back](g, top)
    g = gates[back](F.conv_transpose2d(g, second.weight), hidden)
    return F.conv_transpose2d(g, first.weight)[0].detach()


@pytest.mark.parametrize("back", ["gradient", "deconvnet", "guided"])
def test_backward_modes_against_transposed_convolutions(back: str) -> None:
    net, convolutions = deep()
    for frame in noise(3, 8, 9):
        for channel in range(4):
            (one,) = maps.details(net, "3", channel, frame, back)
            if one.value > 0:
                expected = led_back(back, convolutions, frame, channel, one.place)
                assert torch.allclose(one.back, expected, atol=1e-12), (back, channel)


@pytest.mark.parametrize("back", ["gradient", "deconvnet", "guided"])
@pytest.mark.parametrize("size", [(12, 16), (300, 60)])
def test_sheets_of_any_size(back: str, size: tuple[int, int]) -> None:
    net, _ = deep()
    frames = list(maps.unit(net, "3", 1, noise(2, *size), back, scale="shared"))
    assert len({one.shape for one in frames}) == 1
    assert float(frames[0].min()) >= 0
    assert float(frames[0].max()) <= 1


def test_the_strongest_place_is_outlined() -> None:
    from phosphene.maps.unit import Detail, _outlined

    black = torch.zeros(8, 12, 3, dtype=torch.uint8).numpy()
    found = _outlined(black, Detail(0, torch.zeros(3, 8, 12), torch.zeros(2, 3), (1, 2), 0.0, torch.zeros(3, 8, 12)))
    light = (found[..., 0] == 255).nonzero()
    assert (light[0].min(), light[0].max(), light[1].min(), light[1].max()) == (4, 7, 8, 11)
    assert len(light[0]) == 12


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"channel": 9}, BadArgument, "layer '0': channel is 9"),
        ({"channel": 0, "back": "guide"}, BadArgument, "unit: back is 'guide'"),
        ({"channel": 0, "back": "deconvnet"}, RuleUnmatched, "rules.deconv"),
    ],
)
@pytest.mark.parametrize("function", [maps.details, maps.unit], ids=["details", "unit"])
def test_bad_arguments_come_first(function: Any, arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        function(valid(), "0", frames=noise(1, 8, 8), **arguments)
