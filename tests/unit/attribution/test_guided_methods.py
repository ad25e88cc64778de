"""Guided backpropagation and deconvolution: explicit constructions, counts on networks, and what is refused."""

from __future__ import annotations

import pytest
import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional as F
from torch.testing import assert_close

import phosphene as ph
from phosphene import attribution as at
from phosphene import objectives as obj
from phosphene import transforms as tf
from phosphene.errors import BadArgument, RuleUnmatched, UnknownLayer
from phosphene.models import rules
from tests import toys

NET = toys.vision(double=True)


def pictures(count: int = 2, height: int = 16, width: int = 16) -> Tensor:
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def plain(module: nn.Module) -> ph.Vision:
    return ph.Vision(module.double().eval(), [0.0] * 3, [1.0] * 3, name="net")


class Tower(nn.Module):
    """Two convolutions with ReLUs, a module used twice, and max pooling, then one linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Conv2d(3, 5, 3, padding=1), nn.Conv2d(5, 6, 3)
        self.relu, self.head = nn.ReLU(), nn.Linear(6 * 3 * 4, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(self.relu(self.one(x)), 2)
        logits: Tensor = self.head(self.relu(self.two(x)).flatten(1))
        return logits


def tower() -> ph.Vision:
    with torch.random.fork_rng():
        torch.manual_seed(2)
        return plain(Tower())


def by_hand(net: Tower, x: Tensor, label: int, guided: bool) -> Tensor:
    """The way back as Zeiler and Fergus draw it: unpooling with switches, rectification, transposed filters."""
    with torch.no_grad():
        one = net.one(x)
        pooled, switches = F.max_pool2d(one.relu(), 2, return_indices=True)
        two = net.two(pooled)
        g = net.head.weight[label].expand(len(x), -1).view_as(two).relu()
        g = g * (two > 0) if guided else g
        g = F.conv_transpose2d(g, net.two.weight)
        g = F.max_unpool2d(g, switches, 2, output_size=one.shape[2:]).relu()
        g = g * (one > 0) if guided else g
        return F.conv_transpose2d(g, net.one.weight, padding=1)


@pytest.mark.parametrize("method", [at.deconvnet(), at.guided_backprop()], ids=repr)
def test_against_unpooling_and_transposed_convolutions(method):
    net, x = tower(), pictures(2, 10, 12)
    found = at.attribute(net, obj.logit(2), x, method=method)
    expected = by_hand(net.module, x, 2, isinstance(method, at.guided_backprop))
    assert_close(found.values, expected, atol=1e-14, rtol=1e-12)
    assert found.calls == {repr(method.rules): 2}
    assert f"{method.rules!r}: 2 calls changed" in repr(found)
    assert bool((found.values < 0).any())


def test_one_unit_through_the_deconvolutional_network():
    net, x = tower(), pictures(1, 10, 12)
    unit = obj.neuron("one", 3, y=4, x=5)
    found = at.attribute(net, obj.neuron("two", 1, y=1, x=2), x, method=at.deconvnet())
    assert found.calls == {"rules.deconv()": 1}
    alone = at.attribute(net, unit, x, method=at.gradient()).values
    assert_close(alone[0, :, 3:6, 4:7], net.module.one.weight[3].detach())


class ByHand(torch.autograd.Function):
    """A guided ReLU written into the network itself."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp_min(0)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g.clamp_min(0) * (x > 0)


class Functional(nn.Module):
    """ReLUs of all spellings, none of them a module of its own: functions, methods, in place, clamped."""

    def __init__(self, gate: bool = False) -> None:
        super().__init__()
        self.convs, self.gate = nn.ModuleList(nn.Conv2d(3, 3, 3, padding=1) for _ in range(6)), gate

    def forward(self, x: Tensor) -> Tensor:
        written = [
            F.relu,
            torch.relu,
            Tensor.relu,
            lambda x: x.relu_(),
            lambda x: x.clamp(min=0),
            lambda x: F.relu(x, inplace=True),
        ]
        for conv, relu in zip(self.convs, written, strict=True):
            x = ByHand.apply(conv(x)) if self.gate else relu(conv(x))
        return x.mean((2, 3))


def test_relus_that_are_no_modules():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net, explicit = plain(Functional()), plain(Functional(gate=True))
    explicit.module.load_state_dict(net.module.state_dict())
    x = pictures(2, 9, 7)
    found = at.attribute(net, obj.logit(1), x, method=at.guided_backprop())
    assert found.calls == {"rules.guided()": 6}
    assert_close(
        found.values, at.attribute(explicit, obj.logit(1), x, method=at.gradient()).values, atol=1e-15, rtol=1e-10
    )


def zoo(name: str, **options: object) -> ph.Vision:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return plain(getattr(torchvision.models, name)(weights=None, num_classes=5, **options))


def guided_by_module(net: ph.Vision, x: Tensor, label: int, monkeypatch: pytest.MonkeyPatch) -> Tensor:
    """The same with every spelling of ReLU in the network exchanged for one that is guided."""

    def relu6(x: Tensor, inplace: bool = False) -> Tensor:
        return 6 - ByHandBelow.apply(6 - ByHand.apply(x))

    with monkeypatch.context() as patch:
        patch.setattr(F, "relu", lambda x, inplace=False: ByHand.apply(x))
        patch.setattr(F, "relu6", relu6)
        patch.setattr(nn.ReLU6, "forward", lambda self, x: relu6(x))
        leaf = x.clone().requires_grad_()
        return torch.autograd.grad(net.module(leaf)[:, label].sum(), leaf)[0]


class ByHandBelow(torch.autograd.Function):
    """A ReLU that passes any gradient where it is open: the upper end of ReLU6."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp_min(0)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * (x > 0)


COUNTS = {"googlenet": 57, "inception_v3": 94, "mobilenet_v2": 35, "densenet121": 121}
# At smaller sizes max pooling in GoogLeNet meets equal maxima, of which either may have the gradient.
SIZES = {"inception_v3": (80, 80), "googlenet": (64, 64)}
OPTIONS = {
    "googlenet": {"aux_logits": False, "init_weights": False},
    "inception_v3": {"aux_logits": False, "init_weights": False},
}


@pytest.mark.parametrize("name", COUNTS)
def test_where_others_are_silent(name, monkeypatch):
    """Functional ReLUs, ReLU6 and reused modules: every call is counted, and the answer is that of a network built for it."""
    net, x = zoo(name, **OPTIONS.get(name, {})), pictures(1, *SIZES.get(name, (40, 48)))
    found = at.attribute(net, obj.logit(2), x, method=at.guided_backprop())
    assert sum(found.calls.values()) == COUNTS[name]
    expected = guided_by_module(net, x, 2, monkeypatch)
    scale = float(expected.abs().max())
    assert_close(found.values / scale, expected / scale, atol=1e-10, rtol=0)
    true = at.attribute(net, obj.logit(2), x, method=at.gradient()).values
    assert float((found.values - true).abs().max()) > 0.1 * float(true.abs().max())


def test_a_network_without_relus_is_refused_with_the_way_out():
    net, x = zoo("efficientnet_b0"), pictures(1, 32, 32)
    for method, word in ((at.guided_backprop(), "guided_backprop"), (at.deconvnet(), "deconvnet")):
        with pytest.raises(
            RuleUnmatched, match=rf"no ReLU and no ReLU6.*it has 49 SiLUs.*attribution\.{word}\(..., acts=\('silu',\)\)"
        ):
            at.attribute(net, obj.logit(2), x, method=method)
    found = at.attribute(net, obj.logit(2), x, method=at.guided_backprop(acts=("silu",)))
    assert found.calls == {"rules.guided(acts=('silu',))": 49}
    with pytest.raises(RuleUnmatched, match=r"matched nothing.*write method=attribution.gradient\(\)"):
        at.attribute(toys.linear(), obj.channel("output", 1), x, method=at.guided_backprop())
    with pytest.raises(RuleUnmatched, match=r"49 SiLUs.*write rules=rules.guided\(acts=\('silu',\)\)"):
        at.attribute(net, obj.logit(2), x, rules=rules.guided())


def test_a_rule_that_is_met_only_behind_the_layer_looked_at():
    with pytest.raises(RuleUnmatched, match=r"rules.guided\(\) for neuron\('stem', 0\)"):
        at.attribute(NET, obj.neuron("stem", 0), pictures(), method=at.guided_backprop())


@pytest.mark.parametrize("given", [rules.deconv(), rules.soft_pool(), (), "rules.passing()"], ids=repr)
def test_a_method_brings_its_own_rule(given):
    with pytest.raises(
        BadArgument, match=r"attribution.guided_backprop\(\), which brings rules.guided\(\).*leave rules out"
    ):
        at.attribute(NET, obj.logit(0), pictures(), method=at.guided_backprop(), rules=given)


def test_the_same_rule_twice_is_no_contradiction():
    x = pictures()
    one, two = (
        at.attribute(NET, obj.logit(0), x, method=method, rules=rules.guided()).values
        for method in (at.guided_backprop(), at.gradient())
    )
    assert torch.equal(one, two)


@pytest.mark.parametrize("mode", ["bilinear", "nearest"])
def test_guided_grad_cam_is_the_product_of_two(mode):
    net = ph.load("patterns")
    x = ph.models.patterns.draw("dots", seed=1, size=96)[..., :64].clone()
    goal = obj.logit("dots") - obj.logit("rings")
    found = at.attribute(net, goal, x, method=at.guided_grad_cam("block3", mode))
    guided = at.attribute(net, goal, x, method=at.guided_backprop()).values
    where = at.attribute(net, goal, x, "block3", at.grad_cam()).values.relu()
    up = F.interpolate(where, x.shape[-2:], mode=mode)
    assert_close(found.values, guided * up, atol=1e-7, rtol=1e-4)
    assert found.calls == at.attribute(net, goal, x, method=at.guided_backprop()).calls


@pytest.mark.parametrize(
    ("method", "wrt", "error", "match"),
    [
        (at.guided_grad_cam("first"), "stem", BadArgument, "for wrt='stem'.*write wrt='image'"),
        (
            at.guided_grad_cam("fist"),
            "image",
            UnknownLayer,
            r"guided_grad_cam\('fist'\) looks at layer 'fist'.*'first'",
        ),
    ],
    ids=["stem", "typo"],
)
def test_bad_layers_of_guided_grad_cam(method, wrt, error, match):
    with pytest.raises(error, match=match):
        at.attribute(NET, obj.logit(0), pictures(), wrt, method)


def test_guided_grad_cam_of_several_views_is_refused():
    goal = obj.logit(0) + obj.logit(0) @ tf.blur(1)
    with pytest.raises(BadArgument, match="several views"):
        at.attribute(NET, goal, pictures(), method=at.guided_grad_cam("first"))


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: at.deconvnet(acts=("tanh",)), r"acts is \('tanh',\).*'silu'.*write acts="),
        (lambda: at.guided_backprop(acts=()), r"acts is \(\)"),
        (lambda: at.guided_grad_cam("first", mode="cubic"), "mode is 'cubic'"),
    ],
)
def test_bad_arguments_of_guided_methods(make, match):
    with pytest.raises(BadArgument, match=match):
        make()
