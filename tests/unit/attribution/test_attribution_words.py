"""The words of the room: each in the table, each printed as the text that makes it again."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch
from hypothesis import given

import phosphene as ph
from phosphene import attribution as at
from phosphene.errors import BadArgument, ShapeMismatch
from phosphene.testing.attribution import METHODS, methods
from phosphene.values import hold, words
from tests import toys

EVERY = [pytest.param(method, id=repr(method)) for examples in METHODS.values() for method in examples]


def test_every_word_is_in_the_registry():
    assert set(METHODS) == {name for name in words if name.startswith("attribution.")}
    assert all(type(method).word == word for word, examples in METHODS.items() for method in examples)


@given(methods())
def test_methods_read_back(method):
    assert ph.parse(repr(method)) == method
    for made in (copy.deepcopy(method), pickle.loads(pickle.dumps(method))):
        assert made == method
        assert hash(made) == hash(method)


@pytest.mark.parametrize("method", EVERY)
@pytest.mark.parametrize("wrt", ["image", "input", "second", "output"])
def test_every_method_at_every_kind_of_layer(method, wrt):
    net, x = toys.vision(), torch.rand(2, 3, 20, 12, generator=torch.Generator().manual_seed(0))
    needs = {at.cam: "output", at.guided_grad_cam: "image"}.get(type(method), wrt)
    if needs != wrt:
        with pytest.raises(BadArgument, match=r"method=attribution\.grad_cam|write wrt='image'"):
            at.attribute(net, "logit('egg')", x, wrt, method)
        return
    if wrt == "output" and isinstance(method, (at.occlusion, at.rise, at.lime)):
        with pytest.raises(ShapeMismatch, match="an activation with places"):
            at.attribute(net, "logit('egg')", x, wrt, method)
        return
    found = at.attribute(net, "logit('egg')", x, wrt, method)
    assert found.activation.shape == found.slope.shape
    assert found.values.shape[1] in (1, found.activation.shape[1])
    assert found.values[0, 0].numel() == found.activation[0, 0].numel()
    assert found.scores.shape == (2,)
    assert torch.isfinite(found.values).all()
    assert repr(method) in repr(found)


def test_a_method_of_your_own():
    class slope(at.Method, room="example"):
        power: int = 1

        def values(self, tail: at.Tail) -> torch.Tensor:
            return tail.slope**self.power

    found = at.attribute(toys.vision(), "logit('egg')", torch.rand(1, 3, 16, 16), "second", slope(2))
    assert torch.equal(found.values, found.slope**2)
    assert ph.parse("example.slope(power=2)") == slope(2)


def test_tensors_as_baselines_are_held():
    start = torch.full((6, 16, 16), 0.5)
    assert at.integrated_gradients(baseline=start) == at.integrated_gradients(baseline=hold(start))
    net, x = toys.vision(), torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    one, two = (at.attribute(net, "logit('egg')", x, "second", at.integrated_gradients(4, b)) for b in (start, 0.5))
    assert torch.equal(one.values, two.values)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"steps": 0}, "steps is 0"),
        ({"steps": 1.5}, "steps is 1.5"),
        ({"baseline": "black"}, "baseline is 'black'"),
        ({"baseline": float("nan")}, "baseline is nan"),
        ({"tolerance": -1}, "tolerance is -1"),
    ],
)
def test_bad_arguments(arguments, match):
    with pytest.raises(BadArgument, match=match):
        at.integrated_gradients(**arguments)
