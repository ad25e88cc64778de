"""Several objectives at once: the answers of one by one, in fewer passes."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

import phosphene as ph
from phosphene import attribution as at
from phosphene import objectives as obj
from phosphene import transforms as tf
from phosphene.attribution.tail import Tail
from phosphene.errors import BadArgument, Detached, Nonfinite, UnknownLabel
from phosphene.testing.attribution import METHODS
from tests import toys

NET = toys.vision(double=True)
PATH = at.integrated_gradients(3, 0.25, tolerance=None)
TERMS = [
    obj.logit("dog"),
    -obj.logit("dog"),
    obj.logit(0) * obj.channel("second", 1),
    obj.each(obj.logit(1), obj.logit(2)),
    obj.expect(obj.logit(0), tf.jitter(2), 2),
    obj.logit("egg") @ tf.blur(1) + obj.logit("egg"),
    obj.content("relu", like=torch.full((1, 3, 16, 16), 0.25), convention="gatys"),
    obj.logit(3) - 0.1 * obj.diversity("second"),
    obj.facet("second", obj.logit(2), torch.arange(6.0)),
    obj.l2(layer=obj.grad(obj.prob(2), "relu")),
    2 * obj.logit(3) + 1,
]
EVERY = [
    pytest.param(method, id=f"{word} {number}")
    for word, examples in METHODS.items()
    if isinstance(examples[0], at.Method)
    for number, method in enumerate(examples)
]


def pictures(count: int = 2) -> Tensor:
    return torch.rand(count, 3, 16, 16, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def same(one: at.Attribution, other: at.Attribution, exactly: bool = True) -> None:
    """The same question and the same tensors."""
    for name in ("wrt", "objective", "method", "coupled", "calls"):
        assert getattr(one, name) == getattr(other, name)
    for name in ("values", "activation", "slope", "scores", "baseline"):
        a, b = getattr(one, name), getattr(other, name)
        assert_close(a, b, atol=0 if exactly else 1e-11, rtol=0 if exactly else 1e-9)


@given(
    st.lists(st.sampled_from(TERMS), min_size=1, max_size=4),
    st.sampled_from(["image", "input", "stem"]),
    st.sampled_from([at.gradient_times_activation(), PATH]),
    st.sampled_from([None, 1]),
)
def test_one_by_one(goals, wrt, method, chunk):
    chunk = None if any(map(obj.couples_batch, goals)) else chunk
    x = pictures()
    found = at.attribute(NET, goals, x, wrt, method, chunk=chunk)
    assert isinstance(found, tuple)
    views = len({one.path for goal in goals for one in ph.objectives.sites(goal) if one.layer != "image"}) > 1
    for one, goal in zip(found, goals, strict=True):
        alone = at.attribute(NET, goal, x, wrt, method, chunk=chunk)
        if views:  # the mean activation is that of all views that any of them has
            one, alone = (dataclasses.replace(answer, activation=alone.activation) for answer in (one, alone))
        same(one, alone, exactly=False)


@pytest.mark.parametrize("method", EVERY)
@pytest.mark.parametrize("wrt", ["image", "second"])
def test_every_method(method, wrt):
    x, goals = pictures(), [obj.logit("dog"), obj.logit(0) - obj.logit("egg")]
    try:
        alone = [at.attribute(NET, goal, x, wrt, method) for goal in goals]
    except ph.errors.PhospheneError:
        pytest.skip("not of this layer")
    for one, other in zip(at.attribute(NET, goals, x, wrt, method), alone, strict=True):
        same(one, other, exactly=False)


@pytest.mark.parametrize("method", [at.gradient_times_activation(), PATH], ids=["first", "path"])
@pytest.mark.parametrize("wrt", ["image", "stem", "second"])
def test_of_one_pass_the_answers_are_the_same_to_the_last_bit(method, wrt):
    x, goals = pictures(), [obj.logit(label) for label in range(5)]
    for one, goal in zip(at.attribute(NET, goals, x, wrt, method), goals, strict=True):
        same(one, at.attribute(NET, goal, x, wrt, method))


def test_by_name_and_as_text():
    x = pictures()
    found = at.attribute(NET, {"why": "logit('dog')", "not": obj.logit("egg")}, x, "second")
    assert list(found) == ["why", "not"]
    same(found["why"], at.attribute(NET, "logit('dog')", x, "second"))
    assert found["not"].objective == "logit('egg')"


def test_each_path_is_cut_where_its_own_tolerance_asks_for_it():
    x, goals = pictures(4), [obj.logit("dog"), obj.logit("egg") ** 2, obj.logit(3) - 0.1 * obj.diversity("second")]
    method = at.integrated_gradients(1, tolerance=0.05)
    alone = [at.attribute(NET, goal, x, "stem", method) for goal in goals]
    for one, other in zip(at.attribute(NET, goals, x, "stem", method), alone, strict=True):
        same(one, other, exactly=False)


@pytest.mark.parametrize("count", [1, 5])
def test_the_networks_are_passed_once_for_all(count, monkeypatch):
    goals, passes = [obj.logit(label) for label in range(count)], []
    at.attribute(NET, goals, pictures(), "second", PATH)
    seen = Tail._seen
    monkeypatch.setattr(Tail, "_seen", lambda self, x: passes.append(len(x)) or seen(self, x))
    at.attribute(NET, goals, pictures(), "second", PATH)
    assert passes == [2] * 4  # the start, and three steps


def test_bad_input():
    x = pictures()
    for empty in ([], {}, ()):
        with pytest.raises(BadArgument, match=r"objective is .*at least one objective expected.*\[logit\('dots'\)\]"):
            at.attribute(NET, empty, x)
    with pytest.raises(UnknownLabel, match="unicorn"):
        at.attribute(NET, [obj.logit("dog"), obj.logit("unicorn")], x)
    with pytest.raises(Detached, match=r"channel\('stem', 1\) does not depend on 'second'"):
        at.attribute(NET, [obj.logit("dog"), obj.channel("stem", 1)], x, "second")
    with pytest.raises(Nonfinite, match="log"):
        at.attribute(NET, [obj.logit("dog"), (obj.logit("dog") - 1000).map("log")], x)
    with pytest.raises(BadArgument, match="chunk=1 for an objective that couples"):
        at.attribute(NET, [obj.logit("dog"), obj.diversity("second")], x, chunk=1)
    with pytest.raises(BadArgument, match=r"the objective 3\. an objective or its text expected"):
        at.attribute(NET, [obj.logit("dog"), 3], x)
