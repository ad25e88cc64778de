"""The size at which networks see, what couples pictures, and what may not be left behind or kept."""

from __future__ import annotations

import sys
import weakref
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

import phosphene as ph
from phosphene import attribution as at
from phosphene import objectives as obj
from phosphene import transforms as tf
from phosphene.attribution.tail import Tail
from phosphene.errors import ModelState, Nonfinite, ShapeMismatch
from phosphene.models import capture
from tests import toys

between_module = sys.modules["phosphene.attribution.between"]  # the function has the name of its module
NET = toys.vision(double=True)
GOAL = obj.logit("dog")


def pictures(count: int = 2, size: int = 16) -> Tensor:
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def picky(channels: int = 3) -> ph.Vision:
    """A network that takes pictures of 8 x 8 px and of nothing smaller."""
    module = nn.Sequential(nn.Conv2d(channels, 4, 5), nn.MaxPool2d(4), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return ph.Vision(module.double(), [0.5] * channels, [0.5] * channels, size=12)


@pytest.mark.parametrize("net", [picky(), {"a": picky()}], ids=["one", "named"])
def test_a_size_that_the_network_cannot_take_is_refused(net: Any) -> None:
    layer = "a:1" if isinstance(net, dict) else "1"
    assert at.attribute(net, obj.channel(layer, 0), pictures(), layer, size=9).values.shape == (2, 4, 1, 1)
    for call in (
        lambda: at.attribute(net, obj.channel(layer, 0), pictures(), layer, size=6),
        lambda: at.between(net, layer.replace("1", "0"), layer, pictures(), size=6),
    ):
        with pytest.raises(ShapeMismatch, match=r"cannot take a picture of shape \(1, 3, 6, 6\).*it was made for"):
            call()


def test_a_network_of_grey_pictures_sees_the_size_too() -> None:
    assert at.attribute(picky(1), obj.channel("0", 0), pictures()[:, :1], "0", size=10).values.shape == (2, 4, 6, 6)


@pytest.mark.parametrize(
    "goal",
    [
        GOAL,
        obj.expect(GOAL, tf.jitter(4, fill="wrap"), 1),
        obj.expect(GOAL, tf.jitter(4), 1),
        GOAL @ tf.blur(1),
        obj.content("relu", like=pictures(1, 30).float(), convention="gatys"),
    ],
    ids=repr,
)
def test_every_view_is_seen_at_the_size(goal: Any) -> None:
    for size in (12, (12, 20), 16):
        height, width = (size, size) if isinstance(size, int) else size
        assert at.attribute(NET, goal, pictures(), "stem", size=size).values.shape == (2, 6, height, width)
        assert at.attribute(NET, goal, pictures(), "input", size=size).values.shape == (2, 3, height, width)


def test_a_size_is_that_of_pictures_resized_beforehand() -> None:
    small = tf.resize((12, 12)).apply(pictures(), [None, None])
    one, two = at.attribute(NET, GOAL, pictures(), "stem", size=12), at.attribute(NET, GOAL, small, "stem", size=12)
    assert_close(one.values, two.values, atol=1e-12, rtol=1e-10)
    assert_close(two.activation, capture(NET, ["stem"], small)["stem"].detach(), atol=1e-12, rtol=0)
    assert NET.size == (16, 16)


def test_of_coupled_pictures_the_batch_adds_up() -> None:
    goal = GOAL - 0.3 * obj.diversity("relu")
    found = at.attribute(NET, goal, pictures(3), "stem", at.integrated_gradients())
    assert found.coupled
    change = (found.scores - found.baseline).sum()
    assert_close(found.values.sum(), change, atol=0, rtol=0.01)
    assert (found.missing <= 0.01).all()
    assert len(found.missing.unique()) == 1
    alone = at.attribute(NET, GOAL, pictures(3), "stem", at.integrated_gradients(1, tolerance=None))
    assert not alone.coupled
    assert len(alone.missing.unique()) == 3


def test_the_scores_at_the_start_of_a_path_are_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    seen = Tail._seen

    def counted(self: Tail, activation: Tensor) -> dict[Any, Tensor]:
        calls.append(activation)
        return seen(self, activation)

    monkeypatch.setattr(Tail, "_seen", counted)
    found = at.attribute(NET, GOAL, pictures(), "stem", at.integrated_gradients(4, tolerance=None))
    assert len(calls) == 4 + 1
    assert found.baseline is not None


@pytest.mark.parametrize("spoiled", ["upper", "lower"])
def test_between_refuses_nan(spoiled: str) -> None:
    net = toys.vision(double=True)
    weight = (net.module.first if spoiled == "upper" else net.module.stem).parameters()
    with torch.no_grad():
        next(weight)[0, 0, 0, 0] = torch.nan
    with pytest.raises(Nonfinite, match=r"between\('stem', 'relu'\) with NaN or infinity.*mend the network"):
        at.between(net, "stem", "relu", pictures(1))


def test_between_keeps_one_gradient_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    alive: list[Any] = []
    most = []
    gradients = between_module.gradients

    def noted(*given: Any, **more: Any) -> Tensor:
        most.append(sum(one() is not None for one in alive))
        slope = gradients(*given, **more)
        alive.append(weakref.ref(slope))
        return slope

    monkeypatch.setattr(between_module, "gradients", noted)
    at.between(NET, "stem", "relu", pictures(1))
    assert len(most) == 256
    assert max(most) == 0


def test_a_network_in_training_mode_is_refused_and_left_as_it_was() -> None:
    net = toys.vision(double=True)
    net.module.train()
    before = net.digest()
    for call in (
        lambda: at.attribute(net, GOAL, pictures(), "stem", size=12),
        lambda: at.between(net, "stem", "relu", pictures(), size=12),
    ):
        with pytest.raises(ModelState, match="in training mode"):
            call()
    assert net.digest() == before
