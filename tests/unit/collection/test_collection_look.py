"""A look at a batch: what Capture and class_attribution give at the sampled positions, whatever else is in the batch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from phosphene.collection import FINE, NONFINITE, class_attribution, position
from phosphene.collection.define import define
from phosphene.collection.look import Look, Seen
from phosphene.collection.steady import steady
from phosphene.errors import Detached, ModelState
from phosphene.models import Capture, Vision
from tests import toys

SIZE = 16
LAYERS = ("stem", "first.0", "first", "second")
NET = toys.vision(size=SIZE)
KEYS = [bytes([i]) * 16 for i in range(20)]


def pictures(count: int, seed: int = 0) -> Tensor:
    return torch.rand(count, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(seed))


def look(count: int = 8, net: Vision = NET, x: Tensor | None = None, **how: Any) -> dict[str, Seen]:
    made = define(net, how.pop("layers", LAYERS), **{"per_shard": 64, **how})
    prepared = Look(net, made)
    with steady(net):
        return prepared(pictures(count) if x is None else x, KEYS[:count])


def same(a: Seen, b: Seen) -> bool:
    return all(np.array_equal(one, other) for one, other in zip(a, b, strict=True))


def test_activations_are_those_of_capture() -> None:
    found = look()
    with steady(NET), torch.no_grad():
        own = Capture(NET, LAYERS)(pictures(8).contiguous(memory_format=torch.channels_last))
    for layer, seen in found.items():
        places = [position(0, key, SIZE, SIZE) for key in KEYS[:8]]
        expected = torch.stack([own[layer][i, :, y, x] for i, (y, x) in enumerate(places)])
        assert seen.yx.tolist() == [list(place) for place in places]
        assert np.array_equal(seen.activation, expected.numpy())
        assert (seen.state == FINE).all()


@pytest.mark.parametrize("kept", [1, 3, 16, -1])
def test_the_largest_attributions_in_order(kept: int) -> None:
    for layer, seen in look(attribution=kept).items():
        every = class_attribution(NET, pictures(8), layer, torch.from_numpy(seen.yx))
        value, top = torch.sort(every, dim=1, descending=True)
        count = 5 if kept == -1 else min(kept, 5)
        assert seen.value.shape == seen.top.shape == (8, count)
        assert seen.top.tolist() == top[:, :count].tolist()
        np.testing.assert_allclose(seen.value, value[:, :count].numpy(), rtol=1e-4, atol=1e-6)


def test_without_attribution() -> None:
    plain, full = look(attribution=0), look()
    for layer in LAYERS:
        assert plain[layer].top.shape == plain[layer].value.shape == (8, 0)
        assert np.array_equal(plain[layer].activation, full[layer].activation)


def test_a_layer_is_seen_alike_alone_and_with_others() -> None:
    together = look()
    for layer in LAYERS:
        assert same(look(layers=[layer])[layer], together[layer])


@given(st.integers(1, 8))
def test_filling_up_changes_no_row(count: int) -> None:
    full, some = look(8), look(count)
    for layer in LAYERS:
        assert same(some[layer], Seen(*(part[:count] for part in full[layer])))


def test_the_order_in_a_batch_changes_last_bits_at_most() -> None:
    order = [5, 2, 7, 0, 1, 3, 6, 4]
    made = Look(NET, define(NET, LAYERS))
    with steady(NET):
        straight, turned = made(pictures(8), KEYS[:8]), made(pictures(8)[order], [KEYS[i] for i in order])
    for layer in LAYERS:
        assert np.array_equal(turned[layer].yx, straight[layer].yx[order])
        np.testing.assert_allclose(turned[layer].activation, straight[layer].activation[order], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(turned[layer].value, straight[layer].value[order], rtol=1e-4, atol=1e-6)


def test_another_seed_looks_elsewhere() -> None:
    assert not np.array_equal(look(seed=1)["stem"].yx, look(seed=2)["stem"].yx)


def test_layers_without_positions() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5))
    net = Vision(module.eval(), [0.5] * 3, [0.5] * 3, size=SIZE)
    found = look(net=net, layers=["2", "output"])
    assert (found["2"].yx == 0).all()
    assert found["2"].activation.shape == (8, 4)
    np.testing.assert_array_equal(np.sort(found["output"].activation)[:, ::-1], found["output"].value)


class Nan(nn.Module):
    """NaN for dark pictures, infinity for bright ones, each at one channel of the layer after it."""

    def forward(self, x: Tensor) -> Tensor:
        mean = x.mean((1, 2, 3), keepdim=True)
        bad = torch.where(mean < -0.9, torch.nan, torch.where(mean > 0.9, torch.inf, 0.0))
        return torch.cat([x[:, :1] + bad, x[:, 1:]], 1)


def test_numbers_that_are_not_finite() -> None:
    module = nn.Sequential(Nan(), nn.Conv2d(3, 4, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5))
    net = Vision(module.eval(), [0.5] * 3, [0.5] * 3, size=SIZE)
    x = pictures(5)
    x[1], x[3] = 0.0, 1.0
    found = look(5, net, x, layers=["0", "1"])
    for seen in found.values():
        assert seen.state.tolist() == [FINE, NONFINITE, FINE, NONFINITE, FINE]
        assert not any(part[[1, 3]].any() for part in (seen.activation, seen.top, seen.value))
        assert seen.activation[[0, 2, 4]].any(1).all()
        assert all(np.isfinite(part).all() for part in (seen.activation, seen.value))


def test_settings_come_back() -> None:
    before = torch.get_num_threads(), torch.get_float32_matmul_precision()
    weights = {name: weight.data_ptr() for name, weight in NET.module.named_parameters()}
    with steady(NET, 2):
        assert torch.get_num_threads() == 2
    assert (torch.get_num_threads(), torch.get_float32_matmul_precision()) == before
    assert {name: weight.data_ptr() for name, weight in NET.module.named_parameters()} == weights


def test_autocast_around_it_changes_nothing() -> None:
    with torch.autocast("cpu"):
        inside = look()
    assert all(same(seen, inside[layer]) for layer, seen in look().items())


def test_training_mode_is_refused() -> None:
    net = Vision(toys.Residual().train(), [0.5] * 3, [0.5] * 3, size=SIZE)
    with pytest.raises(ModelState, match="in training mode"):
        define(net, "first")


def test_a_layer_beside_the_way_to_the_classes() -> None:
    class Beside(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.main, self.side = nn.Conv2d(3, 5, 3), nn.Conv2d(3, 5, 3)

        def forward(self, x: Tensor) -> Tensor:
            self.side(x)
            logits: Tensor = self.main(x).mean((2, 3))
            return logits

    net = Vision(Beside().eval(), [0.5] * 3, [0.5] * 3, size=SIZE)
    with pytest.raises(Detached, match=r"'side'.*write attribution=0"):
        Look(net, define(net, "side"))
    assert look(net=net, layers="side", attribution=0)["side"].activation.shape == (8, 5)
