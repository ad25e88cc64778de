"""What has no attribution: an error that says so, where others return zeros."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import phosphene as ph
from phosphene import attribution as at
from phosphene import objectives as obj
from phosphene.errors import BadArgument, Detached
from tests import toys

NET = toys.vision(double=True)
METHODS = [at.gradient(), at.grad_cam(), at.smooth_grad(2), at.guided_backprop()]


def pictures() -> Tensor:
    return torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


class Through(nn.Module):
    """A network with one more operation on the way."""

    def __init__(self, step) -> None:
        super().__init__()
        self.conv, self.step, self.head = nn.Conv2d(3, 4, 3), step, nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.step(self.conv(x)).mean((2, 3)))


def through(step) -> ph.Vision:
    return ph.Vision(Through(step).double().eval(), [0.5] * 3, [0.5] * 3, name="net")


@pytest.mark.parametrize("method", METHODS[:3], ids=repr)
def test_a_layer_behind_the_objective(method):
    with pytest.raises(Detached, match=r"channel\('first', 1\) does not depend on 'relu'.*write an earlier layer"):
        at.attribute(NET, obj.channel("first", 1), pictures(), "relu", method)


@pytest.mark.parametrize("goal", [-1 * obj.tv(), obj.channel("stem", 1), obj.l2() + obj.layer("stem")], ids=repr)
def test_an_objective_that_does_not_look_at_the_layer(goal):
    with pytest.raises(Detached, match="does not depend on 'first'"):
        at.attribute(NET, goal, pictures(), "first", at.gradient())


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (torch.round, "its gradient is 0 everywhere, behind torch.round"),
        (torch.floor, "behind torch.floor"),
        (torch.sign, "behind torch.sign"),
        (lambda x: (x > 0).double(), "does not depend on 'image'"),
        (lambda x: x.detach(), "does not depend on 'image'"),
        (lambda x: x.argmax(1, keepdim=True).double().expand_as(x), "does not depend on 'image'"),
        (lambda x: torch.igamma(x.abs() + 1, torch.ones_like(x)), "no gradient at 'image': .*igamma"),
    ],
    ids=["round", "floor", "sign", "above", "detach", "argmax", "igamma"],
)
def test_operations_without_a_gradient(step, why):
    with pytest.raises(Detached, match=why):
        at.attribute(through(step), obj.logit(1), pictures(), method=at.gradient())


def test_a_dead_unit_has_a_gradient_of_zero():
    net = through(torch.relu)
    with torch.no_grad():
        net.module.conv.bias -= 100
    assert not at.attribute(net, obj.logit(1), pictures(), method=at.gradient()).values.any()


def test_behind_the_steps_there_is_an_attribution():
    net = through(nn.Sequential(nn.Identity(), Rounded()))
    assert at.attribute(net, obj.logit(1), pictures(), "step", at.grad_cam()).values.any()


class Rounded(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.round()


def test_a_scripted_network():
    with pytest.warns(Warning, match="deprecated"):
        scripted = torch.jit.trace(NET.module, pictures())
    net = ph.Vision(scripted, NET.mean, NET.std, size=16, name="scripted")
    whole = at.attribute(net, obj.logit(1), pictures(), method=at.gradient())
    assert torch.allclose(whole.values, at.attribute(NET, obj.logit(1), pictures(), method=at.gradient()).values)
    for wrt, method in (("first", at.grad_cam()), ("image", at.guided_backprop())):
        with pytest.raises(BadArgument, match=r"torch\.jit.*give the network as it was before"):
            at.attribute(net, obj.logit(1), pictures(), wrt, method)


class Quantized(nn.Linear):
    """Stands for a layer of torch.ao: known by where its class was made."""


Quantized.__module__ = "torch.ao.nn.quantized.dynamic.modules.linear"


def test_a_quantized_network():
    net = ph.Vision(nn.Sequential(nn.Flatten(), Quantized(3 * 16 * 16, 2)).double(), [0.5] * 3, [0.5] * 3, name="small")
    with pytest.raises(BadArgument, match=r"small, of which '1' is Quantized in integers.*before it was quantized"):
        at.attribute(net, obj.logit(1), pictures())


def test_a_layer_that_was_exchanged_is_seen_anew():
    net = toys.vision(double=True)
    assert at.attribute(net, obj.logit(4), pictures()).values.any()
    with torch.random.fork_rng():
        net.module.head = nn.Linear(6, 3).double()
    with pytest.raises(ph.errors.ShapeMismatch, match="4"):
        at.attribute(net, obj.logit(4), pictures())
