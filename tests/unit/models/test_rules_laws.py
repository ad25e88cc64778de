"""Law 74, for every rule: unmatched raises, matches are counted, the network comes out as it went in."""

from __future__ import annotations

import pickle
from functools import partial

import pytest
import torch
from hypothesis import given
from torch import Tensor, nn
from torch.nn import functional as F

from phosphene.errors import BadArgument, RuleUnmatched
from phosphene.language import parse
from phosphene.models import Vision, guarded
from phosphene.models.rules import Rule, applied, check, deconv, exact, guided, report, sites, soft_gate
from phosphene.testing.rules import RULES, rules
from phosphene.values import words

HALF = (0.5, 0.5, 0.5)
EVERY = [pytest.param(rule, id=repr(rule)) for examples in RULES.values() for rule in examples if rule.sites]
CALLS = {"relu": 4, "relu6": 1, "silu": 1, "gelu": 1, "hardswish": 1, "max_pool": 2, "residual": 1}


WHERE = {"relu": "relu", "silu": "smooth", "gelu": "smooth", "max_pool": "pool", "residual": "block"}


class Block(nn.Module):
    """A residual branch."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Conv2d(4, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x - 0.1).clamp(min=0) + self.body(x)


class Everything(nn.Module):
    """All kinds of calls, in modules, functions and methods; one module is called twice, one writes in place."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.norm, self.block = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), Block()
        self.smooth = nn.Sequential(nn.SiLU(), nn.GELU(), nn.Hardswish())
        self.relu, self.inplace, self.pool, self.drop = nn.ReLU(), nn.ReLU6(inplace=True), nn.MaxPool2d(2), nn.Dropout()

    def forward(self, x: Tensor) -> Tensor:
        x = self.inplace(self.norm(self.stem(x)) + 1)
        x = self.relu(x - 0.5)
        x = self.pool(self.smooth(self.block(x))) - 0.1
        return self.drop(F.adaptive_max_pool2d(self.relu(x), 2)).flatten(1)


@pytest.fixture
def everything() -> Vision:
    with torch.random.fork_rng():
        torch.manual_seed(4)
        module = Everything().eval()
    module.block.body.weight.requires_grad_(False)
    module.stem.register_forward_hook(lambda *_: None)
    return Vision(module, HALF, HALF, size=12, name="everything")


def state(vision: Vision) -> tuple[object, ...]:
    """All of a network that a run could change, and what is in force around it."""
    modules = list(vision.module.modules())
    hooks = [(len(m._forward_hooks), len(m._forward_pre_hooks), len(m._backward_hooks)) for m in modules]
    others = [(dict(m._forward_hooks_always_called), dict(m._forward_pre_hooks_with_kwargs)) for m in modules]
    flags = [(p.requires_grad, p.grad is None, vars(p)) for p in vision.module.parameters()]
    inside = [{name: v for name, v in vars(m).items() if isinstance(v, (bool, int, str, type(None)))} for m in modules]
    forwards = ["forward" in vars(m) for m in modules]
    modes = torch._C._len_torch_function_stack()
    return vision.digest(), hooks, others, flags, inside, forwards, modes, torch.is_grad_enabled()


def test_every_word_is_in_the_registry():
    assert set(RULES) == {name for name in words if name.startswith("rules.")}
    assert all(type(rule).word == word for word, examples in RULES.items() for rule in examples)


def test_the_network_of_these_tests(everything):
    assert sites(everything) == CALLS


@pytest.mark.parametrize("rule", EVERY)
def test_unmatched_raises(rule):
    nothing = Vision(nn.Conv2d(3, 4, 1), HALF, HALF, size=8, name="nothing")
    with pytest.raises(RuleUnmatched, match=r"matched nothing: nothing has no .*none of the calls that rules change"):
        check(rule, nothing)


def test_the_exact_gradient_fits_every_network(everything):
    nothing = Vision(nn.Conv2d(3, 4, 1), HALF, HALF, size=8, name="nothing")
    for vision in (nothing, everything):
        assert check(exact(), vision) == (None, {})
    assert check(soft_gate() | exact(), nothing) == (None, {})
    assert check(soft_gate() | exact(), everything) == check(soft_gate(), everything)
    assert check(soft_gate() & exact(), everything) == check(soft_gate(), everything)


@pytest.mark.parametrize("scoped", [False, True])
@pytest.mark.parametrize("rule", EVERY)
def test_counted_and_the_network_is_as_before(everything, rule, scoped):
    rule = rule.at(WHERE[rule.sites[0]]) if scoped else rule
    x = torch.rand(2, 3, 12, 12, generator=torch.Generator().manual_seed(3))
    expected = everything(x)
    before = state(everything)
    found, counts = check(rule, everything)
    assert state(everything) == before
    assert found == rule
    assert counts == report(rule, everything).counts
    if not scoped:
        assert counts == {repr(rule): sum(CALLS[site] for site in rule.sites)}
    x.requires_grad_()
    with guarded(everything), applied(rule, vision=everything) as seen:
        y = everything(x)
    assert seen == counts
    assert torch.equal(y, expected) != rule.replaces
    (g,) = torch.autograd.grad(y.square().sum(), x)
    assert torch.isfinite(g).all()
    assert g.any()
    assert state(everything) == before
    assert torch.equal(everything(x), expected)


@pytest.mark.parametrize("rule", EVERY)
def test_an_exception_inside_leaves_nothing_behind(everything, rule):
    before = state(everything)
    scoped = rule.at("relu", "pool")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    for one in (rule, scoped):
        handle = everything.module.pool.register_forward_hook(stop)
        with pytest.raises(KeyboardInterrupt), guarded(everything), applied(one, vision=everything):
            everything(torch.rand(1, 3, 12, 12).requires_grad_())
        with pytest.raises(KeyboardInterrupt):
            check(one, everything)
        handle.remove()
        assert state(everything) == before


@given(rules())
def test_text_hash_and_pickle(rule: Rule):
    assert parse(repr(rule)) == rule
    assert repr(parse(repr(rule))) == repr(rule)
    copy = pickle.loads(pickle.dumps(rule))
    assert copy == rule
    assert hash(copy) == hash(rule)
    for alternative in rule.alternatives():
        assert not any(one.alternatives() != ((one,),) for one in alternative)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("made", ["torch.jit.script", "torch.jit.trace", "torch.compile", "compiled in place"])
def test_networks_whose_calls_are_unseen(made):
    net = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU())
    inner = net
    if made == "torch.jit.script":
        inner = torch.jit.script(net)
    elif made == "torch.jit.trace":
        inner = torch.jit.trace(net, torch.rand(1, 3, 4, 4))
    elif made == "torch.compile":
        inner = torch.compile(net)
    else:
        net[1].compile()
    for module in (inner, nn.Sequential(inner)):
        vision = Vision(module, HALF, HALF, size=4, name="fast")
        for look in (partial(check, guided()), sites, partial(report, deconv())):
            with pytest.raises(
                BadArgument, match=r"rules for fast, of which .* made by torch.*not supported.*give the"
            ):
                look(vision)
        assert check(None, vision) == (None, {})


def test_deconv_is_the_transposed_network():
    """Zeiler and Fergus written out: unpooling, rectification, transposed filters."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        first, second = nn.Conv2d(3, 6, 3).double(), nn.Conv2d(6, 5, 3).double()
    x = torch.rand(1, 3, 12, 12, dtype=torch.float64, generator=torch.Generator().manual_seed(1)).requires_grad_()
    with applied(deconv()):
        y = F.relu(second(F.max_pool2d(F.relu(first(x)), 2)))
    seed = torch.zeros_like(y)
    seed[0, 2, 1, 1] = y[0, 2].detach().max() + 1
    (found,) = torch.autograd.grad(y, x, seed)

    hidden = F.relu(first(x))
    pooled, switches = F.max_pool2d(hidden, 2, return_indices=True)
    down = F.conv_transpose2d(F.relu(seed), second.weight)
    up = F.max_unpool2d(down, switches, 2, output_size=hidden.shape[2:])
    expected = F.conv_transpose2d(F.relu(up), first.weight)
    assert pooled.shape == down.shape
    assert torch.equal(found, expected)
