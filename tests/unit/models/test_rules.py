from __future__ import annotations

import pickle

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from phosphene.errors import BadArgument, BadOperation, RuleUnmatched
from phosphene.models import Vision, capture, guarded
from phosphene.models.rules import (
    applied,
    check,
    leaky_gate,
    sites,
    skip_gradient,
    soft_gate,
    soft_pool,
)
from phosphene.models.rules.gates import spread

HALF = (0.5, 0.5, 0.5)
RESIDUAL = {
    "resnet18": 8,
    "resnet50": 16,
    "mobilenet_v2": 10,
    "efficientnet_b0": 9,
    "convnext_tiny": 18,
    "vit_b_16": 24,
    "swin_t": 24,
}
PLAIN = ["googlenet", "shufflenet_v2_x0_5", "densenet121", "squeezenet1_0", "vgg11"]
BOTH = soft_gate() & skip_gradient()
CLEAR = BOTH | skip_gradient() | leaky_gate() & soft_pool() | leaky_gate()


@pytest.mark.parametrize("name", [*RESIDUAL, *PLAIN])
def test_matches_in_torchvisions_networks(network, picture, name):
    vision, x = network(name), picture(name)
    size = tuple(x.shape[2:])
    found = sites(vision, size)
    assert found["residual"] == RESIDUAL.get(name, 0)
    rule, counts = check(CLEAR, vision, size)
    assert all(counts.values())
    with guarded(vision):
        x = x.contiguous(memory_format=torch.channels_last).requires_grad_()
        expected = vision(x)
        with applied(rule) as seen:
            y = vision(x)
        assert torch.equal(y, expected), "what the network computes is the same, bit for bit"
        assert seen == counts
        (g,) = torch.autograd.grad(y.sum(), x)
        assert torch.isfinite(g).all()


def test_which_rules_fit(network):
    assert check(CLEAR, network("mobilenet_v2"), 64)[0] == BOTH
    assert check(CLEAR, network("convnext_tiny"), 64)[0] == skip_gradient()
    rule, counts = check(BOTH | leaky_gate() & soft_pool(), network("googlenet"), 64)
    assert rule == leaky_gate() & soft_pool()
    assert counts == {"rules.leaky_gate()": 57, "rules.soft_pool()": 13}


def test_a_rule_that_matches_nothing(network):
    with pytest.raises(
        RuleUnmatched,
        match=r"rules.skip_gradient\(\) matched nothing: googlenet has no residual addition. one match or more "
        r"expected; it has 57 ReLUs, 13 max poolings. write rules=rules.leaky_gate\(\) & rules.soft_pool\(\)",
    ):
        check(BOTH, network("googlenet"), 64)
    with pytest.raises(RuleUnmatched, match=r"no ReLU and no ReLU6.*write rules=rules.skip_gradient\(\)"):
        check(soft_gate(), network("convnext_tiny"), 64)
    plain = Vision(nn.Conv2d(3, 4, 3), HALF, HALF, size=8, name="plain")
    with pytest.raises(RuleUnmatched, match=r"plain has no .*none of the calls that rules change. write rules=\(\)"):
        check(CLEAR, plain)


def test_text():
    assert repr(CLEAR) == (
        "rules.soft_gate() & rules.skip_gradient() | rules.skip_gradient() | "
        "rules.leaky_gate() & rules.soft_pool() | rules.leaky_gate()"
    )
    nested = (soft_gate(k=1) | leaky_gate(slope=0.2)) & soft_pool(power=2)
    assert repr(nested) == "(rules.soft_gate(k=1) | rules.leaky_gate(slope=0.2)) & rules.soft_pool(power=2)"
    for rule in (CLEAR, nested, skip_gradient(0.7)):
        names = {"rules": __import__("phosphene.models.rules", fromlist=["rules"])}
        assert eval(repr(rule), names) == rule
        assert pickle.loads(pickle.dumps(rule)) == rule
        assert hash(rule) == hash(eval(repr(rule), names))
    assert (soft_gate() & skip_gradient()) & soft_pool() == soft_gate() & (skip_gradient() & soft_pool())


@pytest.mark.parametrize("wrong", [{"k": 0}, {"k": -1}, {"k": float("nan")}, {"k": "2"}, {"k": True}])
def test_numbers_out_of_range(wrong):
    with pytest.raises(BadArgument, match="k is "):
        soft_gate(**wrong)


def test_other_mistakes(network):
    with pytest.raises(BadArgument, match="slope is 2"):
        leaky_gate(slope=2)
    with pytest.raises(BadArgument, match="scale is -1"):
        skip_gradient(-1)
    with pytest.raises(BadArgument, match="power is -1"):
        soft_pool(power=-1)
    with pytest.raises(BadArgument, match=r"soft_gate\(\) & rules.leaky_gate\(\): both change ReLU. .*write \|"):
        soft_gate() & leaky_gate()
    with pytest.raises(BadOperation, match="a rule on both sides expected"):
        soft_gate() & 3
    with pytest.raises(BadOperation, match=r"neither. write & and"):
        soft_gate() and skip_gradient()
    with pytest.raises(BadArgument, match="resolve it first"), applied(soft_gate() | leaky_gate()):
        pass
    with pytest.raises(BadArgument, match="a gradient rule expected"):
        check("soft", network("resnet18"))
    assert check((), network("resnet18")) == (None, {})
    with applied(None) as counts:
        assert counts == {}


def backward(function, x: Tensor, rule) -> tuple[Tensor, Tensor]:
    """The value of a network that is a function, and the gradient of its weighted sum at the input."""
    x = x.detach().requires_grad_()
    net = Vision(Apply(function), (0.0,) * x.shape[1], (1.0,) * x.shape[1])
    with applied(rule):
        y = net(x)
    weights = torch.linspace(-1, 2, y.numel(), dtype=y.dtype).view(y.shape)
    return y.detach(), torch.autograd.grad((y * weights).sum(), x)[0]


class Apply(nn.Module):
    def __init__(self, function) -> None:
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def noise(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return 3 * torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(5))


RELUS = {
    "F.relu": F.relu,
    "torch.relu": torch.relu,
    "x.relu": lambda x: x.relu(),
    "module": nn.ReLU(),
    "clamp": lambda x: x.clamp(min=0),
    "clamp_min": lambda x: torch.clamp_min(x, 0),
    "in place": lambda x: F.relu(x * 1, inplace=True),
    "module in place": lambda x: nn.ReLU(inplace=True)(x * 1),
    "relu_": lambda x: torch.relu_(x * 1),
    "clamp_": lambda x: (x * 1).clamp_(min=0),
}
RELU6S = {
    "F.relu6": F.relu6,
    "module": nn.ReLU6(),
    "hardtanh": lambda x: F.hardtanh(x, 0, 6),
    "clamp": lambda x: torch.clamp(x, 0, 6),
    "in place": lambda x: F.relu6(x * 1, inplace=True),
    "hardtanh_": lambda x: F.hardtanh_(x * 1, 0, 6),
}


@pytest.mark.parametrize(
    ("function", "six"),
    [(f, False) for f in RELUS.values()] + [(f, True) for f in RELU6S.values()],
    ids=[*RELUS, *RELU6S],
)
def test_the_gates(function, six):
    x = noise(2, 3, 5, 5)
    weights = torch.linspace(-1, 2, x.numel(), dtype=x.dtype).view(x.shape)
    slope = 2 / x.flatten(1).std(1, correction=0).view(-1, 1, 1, 1)
    y, g = backward(function, x, soft_gate())
    assert torch.equal(y, x.clamp(0, 6 if six else None))
    gate = torch.sigmoid(slope * x) * (torch.sigmoid(slope * (6 - x)) if six else 1)
    assert torch.allclose(g, weights * gate, rtol=1e-9, atol=1e-12)

    y, g = backward(function, x, leaky_gate())
    assert torch.equal(y, x.clamp(0, 6 if six else None))
    gate = torch.where(x > 0, 1.0, 0.1) * (x < 6 if six else 1)
    assert torch.allclose(g, weights * gate)


def test_a_statement_in_place_still_writes():
    def net(x):
        x = x * 2
        F.relu(x, inplace=True)
        return x + 0.0

    y, g = backward(net, noise(1, 3, 4, 4), soft_gate())
    assert torch.equal(y, (noise(1, 3, 4, 4) * 2).relu())
    assert (g != 0).all()


def test_a_view_in_place_still_writes():
    def net(x):
        x = x * 2
        first = x[:, :2]
        first.relu_()
        first += x[:, 2:].tanh()
        return x

    x = noise(1, 4, 4, 4)
    expected = torch.cat([(2 * x[:, :2]).relu() + (2 * x[:, 2:]).tanh(), 2 * x[:, 2:]], 1)
    assert torch.allclose(backward(net, x, BOTH)[0], expected)


def test_gates_leave_other_limits_alone():
    x = noise(2, 3, 5, 5)
    for function in (lambda x: x.clamp(0, 1), F.hardtanh, lambda x: x.clamp(min=-1), F.hardswish, F.silu):
        assert torch.equal(backward(function, x, soft_gate())[1], backward(function, x, None)[1])


def test_a_picture_is_the_same_alone_and_in_a_batch():
    x = noise(4, 3, 40, 40)
    assert torch.allclose(spread(x)[2:3], spread(x[2:3]))
    net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU6()).double()
    x = x.requires_grad_()
    with applied(soft_gate()):
        together, alone = net(x), net(x[2:3])
    (g,) = torch.autograd.grad(together[2:3].sum(), x)
    (h,) = torch.autograd.grad(alone.sum(), x)
    assert torch.allclose(g, h)


def test_the_sample_of_positions_is_fair():
    x = noise(3, 64, 48, 48) * torch.tensor([0.5, 1, 4.0]).view(3, 1, 1, 1)
    exact = x.flatten(1).std(1)
    assert torch.allclose(spread(x).flatten(), exact, rtol=0.05)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_small_types_and_flat_activations(dtype):
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU6(), nn.MaxPool2d(2), nn.ReLU()).to(dtype)
    for x in (noise(2, 3, 10, 10).to(dtype), torch.zeros(2, 3, 10, 10, dtype=dtype)):
        x.requires_grad_()
        for rule in (soft_gate(), leaky_gate() & soft_pool()):
            with applied(rule):
                y = net(x)
            (g,) = torch.autograd.grad(y.sum(), x)
            assert torch.isfinite(g).all()
            assert g.dtype == dtype


def test_vectors_and_tokens_have_gates_too():
    for shape in ((2, 7), (2, 5, 7)):
        x = noise(*shape).requires_grad_()
        with applied(soft_gate()):
            y = F.relu(x)
        slope = 2 / x.detach().flatten(1).std(1, correction=0).view(-1, *(1,) * (x.ndim - 1))
        assert torch.allclose(torch.autograd.grad(y.sum(), x)[0], torch.sigmoid(slope * x))


class Block(nn.Module):
    """x + h(x), written in one of several ways."""

    def __init__(self, add) -> None:
        super().__init__()
        self.first, self.second, self.add = nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1), add

    def forward(self, x):
        x = self.first(x)
        return self.add(x, self.second(x).sin())


def _in_place(x, h):
    h += x
    return h


SUMS = {
    "x + h": lambda x, h: x + h,
    "h + x": lambda x, h: h + x,
    "torch.add": torch.add,
    "h += x": _in_place,
    "h.add_": lambda x, h: h.add_(x),
    "x.add": lambda x, h: x.add(h),
}


@pytest.mark.parametrize("add", SUMS.values(), ids=SUMS)
@pytest.mark.parametrize("scale", [0.5, 0.25])
def test_the_skip_gradient(add, scale):
    torch.manual_seed(3)
    net = Block(add).double()
    vision = Vision(net, HALF, HALF, size=4)
    x = noise(1, 3, 4, 4).requires_grad_()
    assert check(skip_gradient(scale), vision)[1] == {repr(skip_gradient(scale)): 1}
    with applied(skip_gradient(scale)):
        y = vision(x)
    assert torch.equal(y, vision(x))
    z = net.first(vision.normalize(x))
    (g,) = torch.autograd.grad(y.square().sum(), x)
    (h,) = torch.autograd.grad(z + scale * net.second(z).sin(), x, 2 * y)
    assert torch.allclose(g, h)


def test_what_is_no_residual_branch():
    table = nn.Parameter(torch.ones(1, 3, 4, 4))
    conv, other = nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)
    nets = {
        "a table of positions": lambda x: conv(x) + table,
        "a bias": lambda x: conv(x) + x.mean((2, 3), keepdim=True),
        "two branches of one depth": lambda x: conv(x) + other(x),
        "vectors": lambda x: conv(x).mean((2, 3)) + x.mean((2, 3)),
        "a number": lambda x: conv(x) + 1,
        "a weighted sum": lambda x: torch.add(x, conv(x), alpha=2),
    }
    for name, function in nets.items():
        assert sites(Vision(Apply(function), HALF, HALF, size=4))["residual"] == 0, name
    assert sites(Vision(Apply(lambda x: conv(x) + x), HALF, HALF, size=4))["residual"] == 1


@pytest.mark.parametrize(
    "options", [{}, {"stride": 1}, {"padding": 1}, {"ceil_mode": True}, {"padding": 1, "stride": 2, "ceil_mode": True}]
)
def test_soft_pooling(options):
    x = noise(2, 3, 8, 8)
    y, g = backward(lambda x: F.max_pool2d(x, 3, **options), x, soft_pool())
    assert torch.equal(y, F.max_pool2d(x, 3, **options))

    a = x.clone().requires_grad_()
    pad = options.get("padding", 0)
    stride = options.get("stride", 3)
    w = (x.clamp(min=0) + 1e-3) ** 3
    wide = [F.pad(t, (pad, pad + 3, pad, pad + 3)).unfold(2, 3, stride).unfold(3, 3, stride) for t in (w * a, w)]
    mean = (wide[0].sum((4, 5)) / wide[1].sum((4, 5)))[:, :, : y.shape[2], : y.shape[3]]
    weights = torch.linspace(-1, 2, y.numel(), dtype=y.dtype).view(y.shape)
    assert torch.allclose(g, torch.autograd.grad((mean * weights).sum(), a)[0])


def test_pools_with_holes_are_left_alone():
    holes = Vision(nn.MaxPool2d(3, dilation=2), HALF, HALF, size=16)
    assert sites(holes)["max_pool"] == 0


def test_the_way_back_is_linear(network, picture):
    vision, x = network("resnet18"), picture(64).requires_grad_()
    with guarded(vision), applied(BOTH):
        y = capture(vision, ["layer2"], x)["layer2"]
    one, two = (torch.randn(y.shape, generator=torch.Generator().manual_seed(seed)) for seed in (1, 2))
    first, second, both = (
        torch.autograd.grad(y, x, weight, retain_graph=True)[0] for weight in (one, two, 3 * one - two)
    )
    assert torch.allclose(both, 3 * first - second, rtol=1e-3, atol=1e-4 * float(both.abs().max()))


def test_rules_without_gradients(network, picture):
    vision, x = network("resnet18"), picture(64)
    with torch.no_grad(), applied(BOTH) as counts:
        y = vision(x)
    assert counts == {"rules.soft_gate()": 17, "rules.skip_gradient()": 8}
    assert not y.requires_grad


def test_the_network_is_as_it_was(network, picture):
    vision = network("resnet50")
    before = vision.digest()
    x = picture(64).requires_grad_()
    with guarded(vision), applied(BOTH):
        capture(vision, ["layer3"], x)["layer3"].sum().backward()
    assert vision.digest() == before
    assert all(weight.grad is None and weight.requires_grad for weight in vision.module.parameters())
    assert not any(vars(weight) for weight in vision.module.parameters())


def test_channels_last_goes_all_the_way(picture):
    net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU6(), nn.Conv2d(8, 8, 3), nn.ReLU())
    net.to(memory_format=torch.channels_last)
    seen: list[bool] = []
    x = picture(32, 2).contiguous(memory_format=torch.channels_last).requires_grad_()
    with applied(soft_gate()):
        y = x
        for layer in net:
            y = layer(y)
            y.register_hook(lambda g: seen.append(g.is_contiguous(memory_format=torch.channels_last)))
    y.square().sum().backward()
    assert seen == [True] * 4
