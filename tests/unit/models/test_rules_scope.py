"""Rules within some modules: `rule.at("layer4")`."""

from __future__ import annotations

from collections import OrderedDict

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from phosphene.errors import BadArgument, ParseError, RuleUnmatched, UnknownLayer
from phosphene.language import parse
from phosphene.models import Vision, capture
from phosphene.models.rules import applied, check, deconv, guided, passing, redirected, report, skip_gradient, soft_pool

HALF = (0.5, 0.5, 0.5)


class Stack(nn.Module):
    """A stem, a list of blocks that never runs as such, a tail that is called twice, and a rectifier of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU())
        self.blocks = nn.ModuleList([nn.Sequential(nn.Conv2d(4, 4, 1), nn.ReLU(inplace=True)) for _ in range(3)])
        self.tail = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return F.relu(self.tail(self.tail(x - 0.1) - 0.1))


@pytest.fixture
def stack() -> Vision:
    with torch.random.fork_rng():
        torch.manual_seed(2)
        return Vision(Stack(), HALF, HALF, size=6, name="stack")


COUNTS = {
    ("stem",): 1,
    ("stem.1",): 1,
    ("blocks",): 3,
    ("blocks.1",): 1,
    ("blocks.1", "stem"): 2,
    ("blocks", "blocks.1"): 3,
    ("tail",): 2,
}


@pytest.mark.parametrize("names", COUNTS, ids="-".join)
def test_counts_within_modules(stack, names):
    rule = guided().at(*names)
    found, counts = check(rule, stack)
    assert found == rule
    assert counts == {repr(rule): COUNTS[names]}
    with applied(rule, vision=stack) as seen:
        stack(torch.rand(1, 3, 6, 6))
        stack(torch.rand(1, 3, 6, 6))
    assert list(seen.values()) == [2 * COUNTS[names]]
    assert str(report(rule, stack)[0]).endswith(f": {COUNTS[names]} ReLU call{'s' * (COUNTS[names] > 1)}")


def test_only_there(stack):
    x = torch.rand(2, 3, 6, 6)
    stem = stack.module.stem[0]

    def found(rule) -> Tensor:
        z = x.clone().requires_grad_()
        with applied(rule, vision=stack):
            y = stack(z)
        return torch.autograd.grad(y.sum(), z)[0]

    z = x.clone().requires_grad_()
    a = stem(stack.normalize(z))
    b = F.relu(a).detach().requires_grad_()
    c = b
    for block in stack.module.blocks:
        c = block(c)
    y = F.relu(stack.module.tail(stack.module.tail(c - 0.1) - 0.1))
    (g,) = torch.autograd.grad(y.sum(), b)
    expected = torch.autograd.grad(a, z, g * (a > 0) * (g > 0))[0]
    assert torch.allclose(found(guided().at("stem")), expected, atol=1e-7)
    assert not torch.allclose(found(guided()), expected, atol=1e-7)
    assert torch.equal(found(guided().at("stem", "blocks", "tail")), found(guided().at("blocks", "stem", "tail")))


def test_two_rules_for_one_kind_of_call(stack):
    rule = guided().at("stem") & deconv().at("blocks", "tail")
    assert check(rule, stack)[1] == {"rules.guided().at('stem')": 1, "rules.deconv().at('blocks', 'tail')": 5}
    with pytest.raises(BadArgument, match=r"both change ReLU. one rule for each call expected. .*\.at\("):
        guided().at("blocks") & deconv().at("blocks.1")
    with pytest.raises(BadArgument, match="both change ReLU"):
        guided().at("blocks.1") & (passing().at("stem") & deconv().at("blocks"))
    guided().at("blocks.1") & deconv().at("blocks.10", "block")


def test_modules_that_call_each_other_are_not_apart():
    class Caller(nn.Module):
        def __init__(self, other: nn.Module) -> None:
            super().__init__()
            self.others = [other]

        def forward(self, x: Tensor) -> Tensor:
            return self.others[0](x)

    inner = nn.ReLU()
    network = nn.Sequential(OrderedDict(inner=inner, outer=Caller(inner)))
    vision = Vision(network, HALF, HALF, size=4)
    rule = guided().at("inner") & deconv().at("outer")
    with pytest.raises(BadArgument, match="both change ReLU"):
        check(rule, vision)
    with pytest.raises(BadArgument, match="both change ReLU"), applied(rule, vision=vision):
        vision(torch.rand(1, 3, 4, 4).requires_grad_())
    assert not inner._forward_hooks


def test_a_pass_that_is_cut_short_leaves_no_module_running(stack):
    with applied(guided().at("stem"), vision=stack) as counts:
        capture(stack, ["stem.0"], torch.rand(1, 3, 6, 6))
        capture(stack, ["blocks.2"], torch.rand(1, 3, 6, 6))
    assert counts == {"rules.guided().at('stem')": 1}


def test_scopes_within_scopes(stack):
    rule = guided().at("blocks").at("blocks.0", "stem")
    assert repr(rule) == "rules.guided().at('blocks').at('blocks.0', 'stem')"
    assert list(check(rule, stack)[1].values()) == [1]
    assert (guided() & soft_pool()).at("a") == guided().at("a") & soft_pool().at("a")
    assert (guided() | soft_pool()).at("a") == guided().at("a") | soft_pool().at("a")
    assert redirected(until=2).at("stem").active(1)
    assert not redirected(until=2).at("stem").active(2)
    with applied(redirected(until=2).at("no such"), 2) as counts:
        assert counts == {}


def test_residual_branches_within_a_block(network):
    found = check(skip_gradient().at("layer4") & skip_gradient(0.7).at("layer1", "layer2.0"), network("resnet18"), 64)[
        1
    ]
    assert list(found.values()) == [2, 3]


def test_wrong_names(stack, network):
    with pytest.raises(
        UnknownLayer,
        match=r"rules.guided\(\).at\('blokcs'\) looks at layer 'blokcs', which stack does not have. Nearest: 'blocks'",
    ):
        check(guided().at("blokcs"), stack)
    with pytest.raises(UnknownLayer, match="'nowhere'"), applied(guided().at("nowhere"), vision=stack):
        pass
    assert check(guided().at("layer4") | guided().at("tail"), stack)[0] == guided().at("tail")
    with pytest.raises(UnknownLayer, match="'layer4'"):
        check(guided().at("layer4") | soft_pool(), stack)
    with pytest.raises(
        RuleUnmatched,
        match=r"rules.guided\(\).at\('stem.0'\) matched nothing: stack has no ReLU in 'stem.0' and no ReLU6 in "
        r"'stem.0'. one match or more expected; it has 7 ReLUs. write rules=rules.guided\(\)",
    ):
        check(guided().at("stem.0"), stack)
    message = r"applied\(rules.guided\(\).at\('stem'\)\).*write applied\(rule, vision=model"
    with pytest.raises(BadArgument, match=message), applied(guided().at("stem")):
        pass
    for names in ((), (3,), ("",)):
        with pytest.raises(BadArgument, match="the names of modules expected"):
            guided().at(*names)


def test_text():
    for text in (
        "rules.guided().at('features', 'layer4.1')",
        "rules.guided().at('a') & rules.deconv(acts=('silu',)).at('b') | rules.average_pool(forward=True).at('c')",
    ):
        assert repr(parse(text)) == text
    assert parse("(rules.guided() | rules.soft_pool()).at('a')") == (guided() | soft_pool()).at("a")
    with pytest.raises(ParseError, match="the names of modules expected"):
        parse("rules.guided().at(3)")
