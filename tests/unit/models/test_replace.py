from __future__ import annotations

import dataclasses
from collections import OrderedDict, namedtuple
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

from phosphene.errors import BadArgument, ShapeMismatch, UnknownLayer
from phosphene.models import Capture, Vision, capture, edited, guarded, replaced
from phosphene.models.rules import applied, check, skip_gradient
from tests import toys

HALF = (0.5, 0.5, 0.5)
Pair = namedtuple("Pair", "first second")


@dataclasses.dataclass(frozen=True)
class Record:
    first: Tensor
    second: Tensor


class Parts(nn.Module):
    """Returns its input in a container, among other things."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def forward(self, x: Tensor) -> Any:
        other = torch.zeros_like(x)
        return {
            "0": (x, other),
            "1": [other, x],
            "first": Pair(x, other),
            "second": Record(other, x),
            "deep.0": OrderedDict(deep=(x, other), rest=3),
            "": x,
        }[self.kind]


class Network(nn.Module):
    """A convolution, a container, and a sum over all tensors in it through an in-place ReLU."""

    def __init__(self, kind: str = "", axes: str = "bchw") -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.conv, self.parts = nn.Conv2d(3, 4, 3), Parts(kind)
        self.relu, self.axes, self.ident = nn.ReLU(inplace=True), axes, nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        x = self.ident(x.permute(0, 2, 3, 1) if self.axes == "bhwc" else x)
        found = self.parts(x)
        if isinstance(found, dict):
            found = found["deep"]
        if dataclasses.is_dataclass(found):
            found = (found.first, found.second)
        y = found if isinstance(found, Tensor) else found[0] + 2 * found[1]
        return self.relu(self.ident(y)).flatten(1).sum(1, keepdim=True)


def vision(kind: str = "", axes: str = "bchw") -> Vision:
    return Vision(Network(kind, axes).eval(), HALF, HALF, name="network")


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def hooks(net: Vision) -> list[int]:
    return [len(m._forward_hooks) + len(m._forward_pre_hooks) for m in net.module.modules()]


LAYERS = ["stem", "first", "first.0", "relu#0", "relu", "second", "head", "output", "input"]


@pytest.mark.parametrize("name", LAYERS)
def test_by_its_own_activation_nothing_changes(name):
    net, x = toys.vision(), random(2, 3, 16, 16)
    own, before = capture(net, [name], x)[name], hooks(net)
    with torch.no_grad():
        expected = net(x)
        with replaced(net, name, own):
            assert torch.equal(net(x), expected)
            assert torch.equal(net(x), expected), "every pass starts to count calls anew"
    assert hooks(net) == before


@pytest.mark.parametrize("name", LAYERS)
def test_layers_behind_see_it_and_gradients_flow_to_it(name):
    net, x = toys.vision(), random(2, 3, 16, 16)
    other = random(*capture(net, [name], x)[name].shape, seed=5).requires_grad_()
    kept = other.detach().clone()
    with guarded(net), replaced(net, name, other):
        found = Capture(net, [name, "output"])(x)
        (g,) = torch.autograd.grad(found["output"].square().sum(), other)
    assert g.abs().sum() > 0
    assert torch.equal(other.detach(), kept), "what follows in place writes into a copy"
    if name != "input":
        assert torch.equal(found[name].detach(), kept)
    assert not torch.equal(found["output"], net(x))


def test_what_is_before_it_is_as_ever():
    net, x = toys.vision(), random(1, 3, 16, 16)
    expected = capture(net, ["stem", "first"], x)
    with torch.no_grad(), replaced(net, "second", torch.zeros(1, 6, 16, 16)):
        found = capture(net, ["stem", "first", "output"], x)
    assert torch.equal(found["stem"], expected["stem"])
    assert torch.equal(found["first"], expected["first"])


def test_against_a_network_split_by_hand():
    net, x = toys.vision(double=True), random(2, 3, 16, 16).double()
    m, other = net.module, random(2, 6, 16, 16, seed=3).double()
    with torch.no_grad(), replaced(net, "second", other):
        found = net(x)
        y = m.stem(net.normalize(x))
        y = m.relu(y + m.first(y) + other)
        assert_close(found, m.head(y.mean((2, 3))), atol=1e-12, rtol=0)


@pytest.mark.parametrize("kind", ["0", "1", "first", "second", "deep.0"])
def test_parts_of_what_a_layer_returns(kind):
    net, x = vision(kind), random(2, 3, 6, 6)
    weight = 2 if kind in ("1", "second") else 1
    other = random(2, 4, 4, 4, seed=1)
    with replaced(net, f"parts.{kind}", other):
        assert_close(net(x)[:, 0], weight * other.flatten(1).sum(1))
        assert torch.equal(capture(net, [f"parts.{kind}"], x)[f"parts.{kind}"], other)


@pytest.mark.parametrize("call", [0, 1])
def test_calls_and_axes(call):
    net, x = vision(axes="bhwc"), random(2, 3, 6, 6)
    name = f"ident#{call}@bhwc"
    other = random(2, 4, 4, 4, seed=1) + torch.arange(4).view(1, 4, 1, 1)
    with replaced(net, name, other):
        found = capture(net, [name, "relu@bhwc"], x)
    assert torch.equal(found[name], other)
    assert_close(found["relu@bhwc"], other)


def test_edited_is_given_the_activation():
    net, x = toys.vision(), random(2, 3, 16, 16)
    own = capture(net, ["second"], x)["second"]
    with edited(net, "second", lambda a: 3 * a) as passes:
        assert_close(capture(net, ["second"], x)["second"], 3 * own)
        capture(net, ["stem"], x)
    assert (passes.made, passes.changed) == (2, 1)


def test_rules_behind_it_still_find_their_branches():
    net, x = toys.vision(), random(1, 3, 16, 16)
    rule, _ = check(skip_gradient(0), net)
    own = capture(net, ["first"], x)["first"].requires_grad_()
    with guarded(net), applied(rule, 0, net) as seen, replaced(net, "first", own):
        (g,) = torch.autograd.grad(net(x).sum(), own)
    assert seen == {"rules.skip_gradient(weight=0)": 2} or sum(seen.values()) == 2
    assert not g.abs().sum(), "the way back through the branch is closed"


def test_bad_input():
    net, x = toys.vision(), random(1, 3, 16, 16)
    before = hooks(net)
    with pytest.raises(UnknownLayer, match=r"looks at layer 'sten'.*Nearest: 'stem'"), replaced(net, "sten", x):
        pass
    with (
        pytest.raises(UnknownLayer, match="'unused', which no forward pass of toy has reached"),
        replaced(net, "unused", x),
    ):
        net(x)
    with pytest.raises(UnknownLayer, match="'relu#1', which no forward pass"), replaced(net, "relu#1", x):
        net(x)
    with (
        pytest.raises(ShapeMismatch, match=r"16\) for layer 'stem'.*\(1, 6, 16, 16\), expected"),
        replaced(net, "stem", x),
    ):
        net(x)
    with pytest.raises(ShapeMismatch, match="for layer 'input'"), replaced(net, "input", x[:, :, 1:]):
        net(x)
    with (
        pytest.raises(BadArgument, match=r"float64 on cpu.*float32 on cpu expected"),
        replaced(net, "stem", torch.zeros(1, 6, 16, 16).double()),
    ):
        net(x)
    with pytest.raises(BadArgument, match=r"list for layer 'stem'. a tensor expected"), replaced(net, "stem", [1]):
        pass
    with pytest.raises(BadArgument, match="change the pictures"), edited(net, "input", lambda a: a):
        pass
    with pytest.raises(BadArgument, match="a bare network"), replaced(net.module, "stem", x):
        pass
    with pytest.raises(ZeroDivisionError), replaced(net, "stem", torch.zeros(1, 6, 16, 16)):
        raise ZeroDivisionError
    assert hooks(net) == before
