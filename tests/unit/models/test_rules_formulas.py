"""Each rule against its formula, written out in plain tensors, for every spelling of the calls that it changes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from phosphene.errors import BadArgument
from phosphene.models.rules import (
    applied,
    average_pool,
    deconv,
    guided,
    linearize,
    passing,
    redirected,
    soft_pool,
    softplus,
)

RELUS = {
    "F.relu": F.relu,
    "torch.relu": torch.relu,
    "x.relu": lambda x: x.relu(),
    "nn.ReLU": nn.ReLU(),
    "x.relu_": lambda x: (x * 1).relu_(),
    "F.relu_": lambda x: F.relu_(x * 1),
    "torch.relu_": lambda x: torch.relu_(x * 1),
    "nn.ReLU in place": lambda x: nn.ReLU(inplace=True)(x * 1),
    "F.relu in place": lambda x: F.relu(x * 1, True),
    "clamp": lambda x: x.clamp(min=0),
    "clamp, by position": lambda x: torch.clamp(x, 0),
    "clamp_": lambda x: (x * 1).clamp_(min=0),
    "clip": lambda x: x.clip(min=0),
    "torch.clip": lambda x: torch.clip(x, 0),
    "clip_": lambda x: (x * 1).clip_(0),
    "clamp_min": lambda x: x.clamp_min(0),
    "clamp_min_": lambda x: (x * 1).clamp_min_(0),
    "F.threshold": lambda x: F.threshold(x, 0, 0),
    "F.threshold_": lambda x: F.threshold_(x * 1, 0, 0),
    "torch.threshold": lambda x: torch.threshold(x, 0, 0),
    "nn.Threshold": nn.Threshold(0, 0),
    "nn.Threshold in place": lambda x: nn.Threshold(0, 0, inplace=True)(x * 1),
}
RELU6S = {
    "F.relu6": F.relu6,
    "F.relu6 in place": lambda x: F.relu6(x * 1, inplace=True),
    "nn.ReLU6": nn.ReLU6(),
    "nn.ReLU6 in place": lambda x: nn.ReLU6(inplace=True)(x * 1),
    "F.hardtanh": lambda x: F.hardtanh(x, 0, 6),
    "F.hardtanh_": lambda x: F.hardtanh_(x * 1, 0, 6),
    "nn.Hardtanh": nn.Hardtanh(0, 6),
    "clamp to 6": lambda x: x.clamp(0, 6),
    "clip to 6": lambda x: torch.clip(x, min=0, max=6),
}
SMOOTH = {"silu": F.silu, "gelu": F.gelu, "hardswish": F.hardswish}


def noise(*shape: int, seed: int = 5, scale: float = 4) -> Tensor:
    return scale * torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def back(function, rule, x: Tensor, g: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """The value, the gradient at the value, and the gradient at x, under a rule that must match once."""
    x = x.clone().requires_grad_()
    with applied(rule) as counts:
        y = function(x)
    assert list(counts.values()) == [1]
    g = noise(*y.shape, seed=6) if g is None else g
    return y.detach(), g, torch.autograd.grad(y, x, g)[0]


@pytest.mark.parametrize(
    ("function", "six"),
    [(f, False) for f in RELUS.values()] + [(f, True) for f in RELU6S.values()],
    ids=[*RELUS, *RELU6S],
)
def test_rules_for_rectifiers(function, six):
    x = noise(2, 3, 5, 5)
    x[0, 0, 0, :2] = torch.tensor([0.0, 6.0])
    top = 6 if six else float("inf")
    gate = (x > 0) & (x < top)
    surrogate = x.clone().requires_grad_()
    bent = F.softplus(surrogate, 2) - (F.softplus(surrogate - 6, 2) if six else 0)
    formulas = {
        guided(): lambda g: g * gate * (g > 0),
        deconv(): lambda g: g.clamp(min=0),
        passing(): lambda g: g,
        linearize(): lambda g: g,
        redirected(): lambda g: g * (x >= 0) * (x <= top),
        softplus(beta=2): lambda g: torch.autograd.grad(bent, surrogate, g)[0],
    }
    for rule, formula in formulas.items():
        y, g, found = back(function, rule, x)
        assert torch.equal(y, x.clamp(0, top)), rule
        assert torch.allclose(found, formula(g), rtol=1e-9, atol=1e-8), rule


@pytest.mark.parametrize("act", SMOOTH)
def test_smooth_activations_are_treated_as_relus_where_asked(act):
    x, function = noise(2, 3, 4, 4), SMOOTH[act]
    for rule, formula in (
        (guided(acts=(act,)), lambda g: g * (x > 0) * (g > 0)),
        (deconv(acts=[act]), lambda g: g.clamp(min=0)),
        (passing(acts=act), lambda g: g),
    ):
        y, g, found = back(function, rule, x)
        assert torch.equal(y, function(x))
        assert torch.equal(found, formula(g))
    with applied(guided()) as counts:
        function(x)
    assert counts == {"rules.guided()": 0}


def test_other_limits_are_no_rectifiers():
    x = noise(2, 3)
    calls = (
        lambda: F.threshold(x, 0.1, 0),
        lambda: F.threshold(x, 0, -1),
        lambda: x.clamp(min=1),
        lambda: x.clamp(0, 1),
        lambda: x.clamp(min=x),
        lambda: x.clamp(max=6),
        lambda: F.hardtanh(x),
    )
    with applied(guided()) as counts:
        for call in calls:
            call()
    assert counts == {"rules.guided()": 0}


def test_whole_numbers_are_not_activations():
    with applied(guided()) as counts:
        torch.arange(-3, 3).clamp(min=0)
    assert counts == {"rules.guided()": 0}


def lucid(x: np.ndarray, loss: np.ndarray, step: int, six: bool, until: int = 17) -> np.ndarray:
    """Lucid's rule as it is written there, for the gradient of a loss."""
    inside = (x >= 0) & (x <= 6) if six else x >= 0
    relu = np.where(inside, loss, 0)
    if step >= until:
        return relu
    wrong = (x < 0) & (loss > 0)
    if six:
        wrong |= (x > 6) & (loss < 0)
    redirect = np.where(wrong, 0, loss)
    norm = np.sqrt((relu.reshape(len(x), -1) ** 2).sum(1))
    return np.where((norm > 0).reshape(-1, *(1,) * (x.ndim - 1)), relu, redirect)


@given(
    seed=st.integers(0, 10**6),
    shape=st.sampled_from([(4, 3), (4, 2, 3), (4, 2, 2, 2)]),
    six=st.booleans(),
    step=st.sampled_from([0, 16]),
    blocked=st.lists(
        st.sampled_from(["below", "above", "as it is", "at the corners", "no gradient"]), min_size=4, max_size=4
    ),
)
def test_redirected_is_lucids_rule(seed, shape, six, step, blocked):
    x, score = noise(*shape, seed=seed), noise(*shape, seed=seed + 1)
    for i, kind in enumerate(blocked):
        x[i] = {"below": -x[i].abs() - 0.1, "above": x[i].abs() + 6.1}.get(kind, x[i])
        if kind == "at the corners":
            x[i].view(-1)[::2], x[i].view(-1)[1::2] = 0, 6
        score[i] = 0 if kind == "no gradient" else score[i]
    rule = redirected()
    z = x.clone().requires_grad_()
    with applied(rule, step) as counts:
        y = F.relu6(z) if six else F.relu(z)
    assert counts == {"rules.redirected()": 1}
    found = torch.autograd.grad(y, z, score)[0].numpy()
    # A score is a loss with the other sign: so are the gradients that go in and come out.
    assert np.array_equal(found, -lucid(x.numpy(), -score.numpy(), step, six))


def test_redirected_ends_with_its_updates():
    x, g = -noise(1, 8).abs(), noise(1, 8).abs()
    assert torch.equal(back(F.relu, redirected(), x, g)[2], g)
    for rule, last in ((redirected(), 16), (redirected(until=3), 2)):
        for step, name in ((last, [repr(rule)]), (last + 1, [])):
            z = x.clone().requires_grad_()
            with applied(rule, step) as counts:
                y = F.relu(z)
            assert list(counts) == name
            assert bool(torch.autograd.grad(y, z, g)[0].any()) == bool(name)
    with applied(redirected(until=3) & soft_pool(), 3) as counts:
        F.max_pool2d(F.relu(noise(1, 1, 4, 4)), 2)
    assert counts == {"rules.soft_pool()": 1}, "the rest of a rule goes on"


POOLS = {
    "F.max_pool2d": (lambda x: F.max_pool2d(x, 3, 2, 1), nn.AvgPool2d(3, 2, 1), 4),
    "torch.max_pool2d": (lambda x: torch.max_pool2d(x, 2), nn.AvgPool2d(2), 4),
    "nn.MaxPool2d": (nn.MaxPool2d(3, 2, ceil_mode=True), nn.AvgPool2d(3, 2, ceil_mode=True), 4),
    "oblong": (nn.MaxPool2d((2, 3), (1, 2), (1, 0)), nn.AvgPool2d((2, 3), (1, 2), (1, 0)), 4),
    "return_indices": (
        lambda x: F.max_pool2d(x, 2, return_indices=True)[0],
        nn.AvgPool2d(2),
        4,
    ),
    "nn.MaxPool2d return_indices": (lambda x: nn.MaxPool2d(2, return_indices=True)(x)[0], nn.AvgPool2d(2), 4),
    "F.max_pool1d": (lambda x: F.max_pool1d(x, 2), nn.AvgPool1d(2), 3),
    "F.max_pool3d": (lambda x: F.max_pool3d(x, 2, 1), nn.AvgPool3d(2, 1), 5),
    "F.adaptive_max_pool2d": (lambda x: F.adaptive_max_pool2d(x, (3, 2)), nn.AdaptiveAvgPool2d((3, 2)), 4),
    "nn.AdaptiveMaxPool2d": (nn.AdaptiveMaxPool2d(1), nn.AdaptiveAvgPool2d(1), 4),
    "adaptive, return_indices": (
        lambda x: F.adaptive_max_pool2d(x, 4, return_indices=True)[0],
        nn.AdaptiveAvgPool2d(4),
        4,
    ),
    "F.adaptive_max_pool1d": (lambda x: F.adaptive_max_pool1d(x, 3), nn.AdaptiveAvgPool1d(3), 3),
    "torch.adaptive_max_pool1d": (lambda x: torch.adaptive_max_pool1d(x, 3)[0], nn.AdaptiveAvgPool1d(3), 3),
}


@pytest.mark.parametrize("name", POOLS)
def test_rules_for_max_pooling(name):
    pool, mean, ndim = POOLS[name]
    x = noise(*(2, 3, 8, 7, 6)[:ndim])
    for rule in (average_pool(), linearize(), average_pool(forward=True)):
        y, g, found = back(pool, rule, x)
        z = x.clone().requires_grad_()
        average = mean(z)
        assert torch.equal(y, average if rule == average_pool(forward=True) else pool(x))
        assert torch.equal(found, torch.autograd.grad(average, z, g)[0])
    y, g, found = back(pool, soft_pool(), x)
    assert torch.equal(y, pool(x))
    z = x.clone().requires_grad_()
    w = (x.clamp(min=0) + 1e-3) ** 3
    assert torch.allclose(found, torch.autograd.grad(mean(w * z) / mean(w), z, g)[0])


def test_indices_are_those_of_the_maxima():
    x = noise(1, 2, 6, 6)
    expected = F.max_pool2d(x, 2, return_indices=True)
    for rule in (average_pool(), soft_pool(), average_pool(forward=True)):
        with applied(rule):
            value, indices = F.max_pool2d(x.clone().requires_grad_(), 2, return_indices=True)
        assert torch.equal(indices, expected[1])
        assert not indices.requires_grad
        assert torch.equal(value, F.avg_pool2d(x, 2) if rule.replaces else expected[0])


def test_averages_without_gradients():
    x = noise(1, 2, 6, 6)
    with torch.no_grad(), applied(average_pool(forward=True)):
        assert torch.equal(F.max_pool2d(x, 2), F.avg_pool2d(x, 2))
    with torch.no_grad(), applied(average_pool()):
        assert torch.equal(F.max_pool2d(x, 2), F.max_pool2d(x, 2))


def test_a_rectifier_in_place_behind_a_pooling():
    x = noise(1, 2, 6, 6)
    for rule in (average_pool(), soft_pool(), average_pool(forward=True)):
        z = x.clone().requires_grad_()
        with applied(rule):
            y = F.relu_(F.max_pool2d(z, 2))
        mean = F.avg_pool2d(x, 2)
        assert torch.equal(y, (mean if rule.replaces else F.max_pool2d(x, 2)).relu())
        assert torch.isfinite(torch.autograd.grad(y.sum(), z)[0]).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: guided(acts="tanh"), r"guided: acts is \('tanh',\). some of 'relu', .*write rules.guided\(acts="),
        (lambda: deconv(acts=()), r"deconv: acts is \(\)"),
        (lambda: passing(acts=3), r"passing: acts is \(3,\)"),
        (lambda: softplus(beta=0), "beta is 0"),
        (lambda: redirected(until=0), "until is 0"),
        (lambda: redirected(until=1.5), "until is 1.5"),
        (lambda: average_pool(forward=1), "forward=True or forward=False expected"),
        (lambda: guided() & deconv(), r"both change ReLU. .*write \|"),
        (lambda: linearize() & soft_pool(), "both change max pooling"),
    ],
)
def test_mistakes(make, message):
    with pytest.raises(BadArgument, match=message):
        make()
