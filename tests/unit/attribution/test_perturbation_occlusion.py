"""Occlusion against a loop over windows, against captum, and against what it must be where the network is linear."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.testing import assert_close

import phosphene as ph
from phosphene import attribution as at
from phosphene import objectives as obj
from phosphene import transforms as tf
from phosphene.attribution.methods import masking
from phosphene.errors import BadArgument, ShapeMismatch
from tests import toys

NET = toys.vision(double=True)
FREE = toys.vision(None, double=True)
FAST = [at.occlusion(0.5), at.rise(12), at.lime(at.superpixels.grid(2, 3), samples=12)]
by_method = pytest.mark.parametrize("method", FAST, ids=lambda one: type(one).__name__)


def pictures(count: int = 2, size: tuple[int, int] = (16, 16)) -> Tensor:
    return torch.rand(count, 3, *size, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def by_hand(x: Tensor, score, window, stride, fill) -> Tensor:
    """Each window by itself, and the mean over those that cover a pixel: (B, H, W)."""
    (rows, columns), (down, across) = window, stride
    size = x.shape[2:]
    total, times = torch.zeros(len(x), *size, dtype=x.dtype), torch.zeros(size)
    for top in range(0, size[0] - rows + down, down):
        for left in range(0, size[1] - columns + across, across):
            y = x.clone()
            place = (slice(top, top + rows), slice(left, left + columns))
            y[:, :, place[0], place[1]] = x.mean((2, 3), keepdim=True) if fill == "mean" else fill
            total[:, place[0], place[1]] += (score(x) - score(y))[:, None, None]
            times[place] += 1
    assert times.min() > 0
    return total / times


@given(
    st.tuples(st.integers(2, 9), st.integers(2, 9)),
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    st.sampled_from(["mean", 0, 0.75]),
)
def test_the_mean_over_the_windows_that_cover_a_place(size, window, stride, fill):
    window = tuple(map(min, window, size))
    stride = tuple(map(min, stride, window))
    x = pictures(2, size)
    found = at.attribute(FREE, "logit('dog') ** 2", x, method=at.occlusion(window, stride, fill))
    expected = by_hand(x, lambda y: FREE(y)[:, 1].detach() ** 2, window, stride, fill)
    assert found.values.shape == (2, 1, *size)
    assert_close(found.spatial(), expected, atol=1e-11, rtol=1e-9)


@pytest.mark.parametrize("window", [(4, 4), (5, 7), (16, 3)])
@pytest.mark.parametrize("wrt", ["stem", "first", "second"])
def test_at_inner_layers_against_a_loop_with_the_layer_replaced(wrt, window):
    x = pictures(2)
    own = ph.models.capture(NET, [wrt], x)[wrt].detach()

    def score(y: Tensor) -> Tensor:
        with ph.models.guarded(NET), ph.models.replaced(NET, wrt, y):
            return NET(x)[:, 4].detach()

    stride = tuple(-(-one // 2) for one in window)
    found = at.attribute(NET, "logit('egg')", x, wrt, at.occlusion(window, fill=0.1))
    assert_close(found.spatial(), by_hand(own, score, window, stride, 0.1), atol=1e-11, rtol=1e-9)


@pytest.mark.parametrize(
    ("window", "stride"), [((4, 4), (2, 2)), ((5, 7), (3, 4)), ((16, 3), (1, 3)), ((6, 6), (5, 4))]
)
@pytest.mark.parametrize("fill", [0, 0.4])
def test_captums_occlusion(window, stride, fill):
    attr = pytest.importorskip("captum.attr")
    x = pictures(2)
    asked = {"sliding_window_shapes": (3, *window), "strides": (3, *stride), "baselines": fill, "target": 1}
    theirs = attr.Occlusion(NET).attribute(x, **asked)
    ours = at.attribute(NET, "logit('dog')", x, method=at.occlusion(window, stride, fill))
    # captum adds up in float32.
    assert_close(ours.values.expand_as(theirs), theirs.detach().double(), atol=1e-6, rtol=1e-6)


def test_where_the_network_is_linear_a_window_takes_what_its_pixels_add():
    net = toys.linear()
    x = pictures(1, (9, 12)).float()
    goal = obj.channel("conv", 2)
    adds = at.attribute(net, goal, x).spatial()[0]
    found = at.attribute(net, goal, x, method=at.occlusion((3, 4), (3, 4), fill=0)).spatial()[0]
    blocks = adds.unflatten(0, (3, 3)).unflatten(2, (3, 4)).sum((1, 3))
    assert_close(found, blocks.repeat_interleave(3, 0).repeat_interleave(4, 1))


def test_the_default_is_a_quarter_of_the_sides_every_eighth():
    assert len(at.occlusion().windows((96, 64))) == 49
    assert at.occlusion().windows((96, 64))[-1] == (72, 48, 24, 16)
    assert at.occlusion(2).windows((1, 5)) == [(0, left, 1, 2) for left in range(4)]


# What all methods of perturbation have in common.


@by_method
@pytest.mark.parametrize("wrt", ["image", "input", "stem", "second"])
def test_how_many_go_through_together_changes_nothing(wrt, method, monkeypatch):
    x, goal = pictures(3), obj.logit("dog") + 3 * obj.logit("egg") @ tf.blur(1)
    found = at.attribute(NET, goal, x, wrt, method)
    for together in (1, 40, 1000):
        monkeypatch.setattr(masking, "TOGETHER", together)
        assert_close(at.attribute(NET, goal, x, wrt, method).values, found.values, atol=1e-11, rtol=1e-9)


@by_method
def test_pictures_are_explained_by_themselves(method):
    x = pictures(3, (12, 20))
    goal = obj.each(obj.logit("dog"), obj.logit("egg"), obj.channel("first", 2))
    whole = at.attribute(FREE, goal, x, method=method)
    for i, alone in enumerate((obj.logit("dog"), obj.logit("egg"), obj.channel("first", 2))):
        one = at.attribute(FREE, alone, x[i], method=method)
        assert_close(one.values[0], whole.values[i], atol=1e-11, rtol=1e-9)
    parts = at.attribute(FREE, goal, x, method=method, chunk=2)
    assert_close(parts.values, whole.values, atol=1e-11, rtol=1e-9)


@by_method
@pytest.mark.parametrize("wrt", ["input", "stem"])
def test_linear_in_the_objective_and_so_in_its_views(wrt, method):
    x = pictures(2)
    one, two = obj.logit("dog"), obj.logit("egg") @ tf.blur(1)
    found = [
        at.attribute(NET, goal, x, wrt, method).values for goal in (one, obj.logit("egg"), one - 2 * obj.logit("egg"))
    ]
    assert_close(found[2], found[0] - 2 * found[1], atol=1e-11, rtol=1e-9)
    if type(method) is at.lime and wrt == "input":
        return  # what is hidden shows the mean of each view's own superpixels; the sum is tested by occlusion
    seen = [at.attribute(NET, goal, x, wrt, method).values for goal in (two, one + 3 * two)]
    assert_close(seen[1], found[0] + 3 * seen[0], atol=1e-11, rtol=1e-9)


@by_method
def test_several_networks_and_several_objectives(method):
    other, x = toys.vision(double=True, seed=3), pictures(2)
    goal = obj.logit(1, layer="a:output") * obj.logit(2, layer="b:output")
    found = at.attribute({"a": NET, "b": other}, goal, x, "b:first", method)
    alone = at.attribute(other, obj.logit(2), x, "first", method)
    assert_close(found.values, alone.values * NET(x)[:, 1].detach().view(-1, 1, 1, 1), atol=1e-11, rtol=1e-9)
    goals = [obj.logit("dog"), obj.logit("egg") ** 2]
    for one, together in zip(goals, at.attribute(NET, goals, x, "stem", method), strict=True):
        assert_close(together.values, at.attribute(NET, one, x, "stem", method).values, atol=1e-11, rtol=1e-9)


@by_method
def test_targets_random_views_and_slopes_as_they_are(method):
    x, like = pictures(2), pictures(1, (16, 16)) * 0.5
    for goal in (
        obj.content("relu", like=like.float(), convention="mse"),
        obj.expect(obj.logit("dog"), tf.jitter(2), 3),
        obj.expect(obj.content("relu", like=like.float(), convention="mse"), tf.jitter(1), 2),
    ):
        whole = at.attribute(NET, goal, x, "stem", method)
        for i in range(2):
            alone = at.attribute(NET, goal, x[i], "stem", method)
            assert_close(whole.values[i], alone.values[0], atol=1e-10, rtol=1e-8)


class Tokens(nn.Module):
    """Patches of 4 pixels as tokens (B, T, C) after a class token, mixed by a linear map, and a mean over all."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.patch, self.mix, self.head = nn.Conv2d(3, 5, 4, 4), nn.Linear(5, 5), nn.Linear(5, 4)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patch(x).flatten(2).transpose(1, 2)
        tokens = self.mix(torch.cat([tokens.mean(1, keepdim=True), tokens], 1))
        logits: Tensor = self.head(tokens.relu().mean(1))
        return logits


@by_method
def test_tokens_are_covered_by_their_places_in_the_picture(method):
    net = ph.Vision(Tokens().double().eval(), [0.5] * 3, [0.25] * 3, size=(16, 24))
    x = pictures(2, (16, 24))
    found = at.attribute(net, obj.logit(1), x, "mix@btc", method)
    assert found.activation.shape == (2, 5, 25)
    assert found.values.shape == (2, 1, 4, 6)
    if type(method) is not at.occlusion:
        return
    one = at.attribute(net, obj.logit(1), x, "mix@btc", at.occlusion(1, 1, fill=0))
    rest = (found.activation.relu() - 0).mean(2)
    gone = found.activation.relu()[..., 1:] / 25
    scores = torch.einsum("kc,bct->bkt", net.module.head.weight, rest[..., None] - gone)[:, 1]
    expected = found.scores[:, None] - scores - net.module.head.bias[1]
    assert_close(one.spatial().flatten(1), expected.detach(), atol=1e-12, rtol=1e-10)


@by_method
def test_nothing_random_is_touched_and_nothing_is_left_behind(method):
    state, numbers = torch.random.get_rng_state(), np.random.get_state()[1].copy()
    first, again = (at.attribute(NET, "logit('dog')", pictures(1), "stem", method).values for _ in range(2))
    assert torch.equal(first, again)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert (np.random.get_state()[1] == numbers).all()
    assert not any(child._forward_hooks or child._forward_pre_hooks for child in NET.module.modules())
    assert not first.requires_grad


@by_method
def test_pictures_with_one_score_together_are_refused(method):
    with pytest.raises(BadArgument, match=r"one score together.*score for each picture.*integrated_gradients"):
        at.attribute(NET, obj.diversity("first"), pictures(2), method=method)


@by_method
def test_layers_without_places_are_refused(method):
    with pytest.raises(ShapeMismatch, match=r"layer of shape \(5,\).*with places.*earlier layer"):
        at.attribute(NET, "logit('dog')", pictures(1), "head", method)


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"window": 0}, "window is 0.*at least 1.*write window=16"),
        ({"window": 2.5}, "window is 2.5"),
        ({"window": (3, -1)}, "window is"),
        ({"window": (1, 2, 3)}, r"window is \(1, 2, 3\).*\(rows, columns\)"),
        ({"window": "all"}, "window is 'all'"),
        ({"window": math.nan}, "window is nan"),
        ({"stride": 0}, "stride is 0.*at least 1.*write stride=8"),
        ({"stride": 1.5}, "stride is 1.5"),
        ({"fill": "black"}, "fill, if it is not 'mean', is 'black'"),
        ({"fill": math.inf}, "fill"),
    ],
    ids=str,
)
def test_bad_windows(asked, problem):
    with pytest.raises(BadArgument, match=problem):
        at.occlusion(**asked)


def test_windows_that_do_not_go_with_the_layer():
    with pytest.raises(ShapeMismatch, match=r"layer of 16 x 16 places.*fits into the layer.*window=0\.25"):
        at.attribute(NET, "logit('dog')", pictures(1), "stem", at.occlusion((4, 17)))
    with pytest.raises(BadArgument, match=r"a window of 4 every 5 places.*no place is left out.*stride=4"):
        at.attribute(NET, "logit('dog')", pictures(1), "stem", at.occlusion(4, 5))
