"""Several views, targets that move, and several networks: each against the same without them, or a loop."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from phosphene import attribution as at
from phosphene import objectives as obj
from phosphene import transforms as tf
from tests import toys

NET = toys.vision(double=True)
METHODS = [at.gradient_times_activation(), at.integrated_gradients(3, 0.25, tolerance=None)]
by_method = pytest.mark.parametrize("method", METHODS, ids=lambda one: type(one).__name__)


def pictures(count: int = 2) -> Tensor:
    return torch.rand(count, 3, 16, 16, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def flat(*levels: float) -> Tensor:
    """Pictures of one grey each: rolled they are the same ones."""
    return torch.tensor(levels, dtype=torch.float64).view(-1, 1, 1, 1).expand(-1, 3, 16, 16).contiguous()


@by_method
@pytest.mark.parametrize("wrt", ["image", "input", "stem", "second"])
def test_targets_seen_anew_through_random_views_stay_what_they_are(wrt, method):
    """Flat pictures through random rolls are what they are without them; only the target is then taken at each pass."""
    x, roll = flat(0.3, 0.8), tf.jitter(2, fill="wrap")
    goal = obj.content("relu", like=flat(0.5)[:1].float(), convention="gatys")
    still = at.attribute(NET, goal, x, wrt, method)
    moving = at.attribute(NET, obj.expect(goal, roll, 2), x, wrt, method)
    assert_close(moving.activation, still.activation, atol=1e-12, rtol=1e-10)
    assert_close(moving.scores, still.scores, atol=1e-10, rtol=1e-10)
    assert_close(moving.values.sum((2, 3)), still.values.sum((2, 3)), atol=1e-9, rtol=1e-9)
    if moving.baseline is not None:
        assert_close(moving.baseline, still.baseline, atol=1e-10, rtol=1e-10)


def steps(count: int, goal: obj.Objective, x: Tensor, wrt: str) -> at.Attribution:
    return at.attribute(NET, goal, x, wrt, at.integrated_gradients(count, tolerance=None))


@pytest.mark.parametrize("wrt", ["input", "stem"])
def test_parts_are_cut_for_the_pictures_that_ask_for_it_in_all_of_their_views(wrt):
    x, goal = pictures(4), obj.logit("dog") + 3 * obj.logit("dog") @ tf.blur(1)
    one, three, nine, all_parts = (steps(count, goal, x, wrt) for count in (1, 3, 9, 27))
    limit = float(one.missing.sort().values[1:3].mean())
    found = at.attribute(NET, goal, x, wrt, at.integrated_gradients(1, tolerance=limit))
    expected = []
    for i in range(4):
        fine = next((run for run in (one, three, nine) if run.missing[i] <= limit), all_parts)
        expected.append(fine.values[i])
    assert [bool(run) for run in one.missing <= limit].count(True) == 2
    assert_close(found.values, torch.stack(expected), atol=1e-11, rtol=1e-9)


@by_method
def test_each_picture_of_several_views_is_attributed_as_alone(method):
    x, goal = pictures(3), obj.logit("dog") + 3 * obj.logit("egg") @ tf.blur(1)
    whole = at.attribute(NET, goal, x, "stem", method)
    for i, picture in enumerate(x):
        alone = at.attribute(NET, goal, picture, "stem", method)
        assert_close(whole.values[i], alone.values[0], atol=1e-11, rtol=1e-9)
        assert_close(whole.activation[i], alone.activation[0], atol=1e-12, rtol=1e-10)


@by_method
def test_a_view_that_the_score_does_not_reach_the_layer_through_adds_nothing(method):
    """The second view is of another size, so it goes through the network by itself; its score is made before the head."""
    x, late = pictures(), obj.logit("dog") ** 2
    early = obj.channel("stem", 1) @ tf.resize(12)
    alone, both = (at.attribute(NET, goal, x, "head", method) for goal in (late, late + early))
    assert_close(both.slope, alone.slope, atol=1e-12, rtol=1e-10)
    assert_close(both.values, alone.values, atol=1e-12, rtol=1e-10)


@by_method
@pytest.mark.parametrize("wrt", ["b:input", "b:first", "a:input"])
def test_of_several_networks_only_the_one_that_is_named_is_changed(wrt, method):
    other, x = toys.vision(double=True, seed=3), pictures()
    goal = obj.logit(1, layer="a:output") + obj.logit(2, layer="b:output")
    found = at.attribute({"a": NET, "b": other}, goal, x, wrt, method)
    model, layer = wrt.split(":")
    alone = at.attribute(NET if model == "a" else other, obj.logit(1 if model == "a" else 2), x, layer, method)
    assert_close(found.activation, alone.activation, atol=1e-12, rtol=1e-10)
    assert_close(found.values, alone.values, atol=1e-11, rtol=1e-9)
    rest = (other if model == "a" else NET)(x).detach()[:, 2 if model == "a" else 1]
    assert_close(found.scores, alone.scores + rest, atol=1e-11, rtol=1e-9)
    if alone.baseline is not None:
        assert_close(found.baseline, alone.baseline + rest, atol=1e-11, rtol=1e-9)
