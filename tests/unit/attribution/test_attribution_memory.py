"""What is left behind: no hook, no mode, no flag, also after exceptions, and no memory after a thousand answers."""

from __future__ import annotations

import gc
import resource
import sys
import weakref
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import phosphene as ph
from phosphene import attribution as at
from phosphene import objectives as obj
from phosphene.errors import PhospheneError, ShapeMismatch
from phosphene.models import rules
from tests import toys


class Moody(nn.Module):
    """Passes what it is given, and fails at one of its calls."""

    def __init__(self) -> None:
        super().__init__()
        self.fails_at = self.calls = -1

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        if self.calls == self.fails_at:
            raise RuntimeError("in the middle of the network")
        return x


class Net(nn.Module):
    """A convolution, a moody layer, and a head."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.stem, self.moody, self.relu = nn.Conv2d(3, 4, 3), Moody(), nn.ReLU()
            self.head = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.relu(self.moody(self.stem(x))).mean((2, 3)))
        return logits


class Failing(at.Method, room="example", abstract=True):
    """A method that asks something, and fails."""

    def values(self, tail: at.Tail) -> Tensor:
        """Nothing."""
        tail.slope_at(2 * tail.activation)
        raise RuntimeError("in the middle of the method")


@obj.term
def failing_inside(activation: Tensor, *, above: float) -> Tensor:
    """The mean, where it is small."""
    found = activation.flatten(1).mean(1)
    if float(found.detach().abs().max()) >= above:
        raise RuntimeError("in the middle of the objective")
    return found


def pictures(count: int = 1) -> Tensor:
    return torch.rand(count, 3, 12, 12, generator=torch.Generator().manual_seed(0))


def traces(module: nn.Module) -> list[object]:
    """What a run could leave in a network and in torch."""
    hooks = [
        hook
        for part in module.modules()
        for kind in (part._forward_hooks, part._forward_pre_hooks, part._backward_hooks, part._backward_pre_hooks)
        for hook in kind.values()
    ]
    modes = list(torch.overrides._get_current_function_mode_stack())
    flags = [p.requires_grad for p in module.parameters()] + [part.training for part in module.modules()]
    return [hooks, modes, flags, torch.is_grad_enabled(), torch.backends.mha.get_fastpath_enabled()]


METHODS = [
    at.gradient_times_activation(),
    at.integrated_gradients(3),
    at.guided_backprop(),
    at.smooth_grad(samples=2),
    at.occlusion(),
]


@pytest.mark.parametrize("method", METHODS, ids=repr)
@pytest.mark.parametrize("wrt", ["image", "input", "stem", "relu"])
def test_nothing_is_left_wherever_the_network_fails(method: at.Method, wrt: str) -> None:
    if isinstance(method, at.guided_backprop) and wrt == "relu":
        pytest.skip("no call of the rule behind the layer")
    net = ph.Vision(Net().eval(), [0.5] * 3, [0.5] * 3, name="moody")
    before, moody = traces(net.module), net.module.moody
    at.attribute(net, [obj.logit(0), obj.logit(1)], pictures(), wrt, method)
    assert traces(net.module) == before
    calls, failures = moody.calls + 1, 0
    for fails_at in range(min(calls, 8)):
        moody.calls, moody.fails_at = -1, fails_at
        try:
            at.attribute(net, [obj.logit(0), obj.logit(1)], pictures(), wrt, method)
        except (RuntimeError, PhospheneError):
            failures += 1
        assert traces(net.module) == before
    assert failures


@pytest.mark.parametrize("rule", [None, rules.guided()], ids=["plain", "guided"])
@pytest.mark.parametrize("wrt", ["image", "stem"])
def test_nothing_is_left_where_the_method_or_the_objective_fails(wrt: str, rule: rules.Rule | None) -> None:
    net = ph.Vision(Net().eval(), [0.5] * 3, [0.5] * 3, name="moody")
    before = traces(net.module)
    with pytest.raises(RuntimeError, match="in the middle of the method"):
        at.attribute(net, obj.logit(0), pictures(), wrt, Failing(), rules=rule)
    assert traces(net.module) == before
    for goal in (failing_inside("relu", 0), obj.logit(1) + obj.l2(layer=obj.grad(failing_inside("relu", 0), "stem"))):
        with pytest.raises(ShapeMismatch, match="in the middle of the objective"):
            at.attribute(net, goal, pictures(), wrt, rules=rule)
        assert traces(net.module) == before
    with pytest.raises(ShapeMismatch, match="in the middle of the objective"):
        at.attribute(net, [obj.logit(0), failing_inside("relu", 0)], pictures(), wrt, rules=rule)
    assert traces(net.module) == before
    assert torch.equal(at.attribute(net, obj.logit(0), pictures(), wrt).scores, net(pictures())[:, 0].detach())


def test_the_network_is_let_go() -> None:
    module = Net().eval()
    net = ph.Vision(module, [0.5] * 3, [0.5] * 3, name="moody")
    found = at.attribute(net, [obj.logit(0), obj.l2(layer=obj.grad(obj.prob(1), "relu"))], pictures(), "stem")
    gone = weakref.ref(module)
    del net, module
    gc.collect()
    assert gone() is None
    assert all(one.values.grad_fn is None and not one.values.requires_grad for one in found)


def test_tensors_do_not_pile_up() -> None:
    net, x = toys.vision(), torch.rand(1, 3, 16, 16)
    goals = [obj.logit("dog"), obj.l2(layer=obj.grad(obj.prob("egg"), "second"))]

    def alive() -> int:
        gc.collect()
        return sum(1 for thing in gc.get_objects() if type(thing) is Tensor)

    counts = []
    for _ in range(4):
        for method in METHODS[:4]:
            at.attribute(net, goals, x, "stem", method)
        counts.append(alive())
    assert counts[1] == counts[2] == counts[3]


def megabytes() -> float:
    """Of the process, now."""
    if sys.platform == "linux":
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


@pytest.mark.slow
def test_memory_stays_flat_over_a_thousand_answers() -> None:
    net, x = toys.vision(), torch.rand(2, 3, 32, 32)
    goals = [obj.logit("dog"), obj.logit("egg") - obj.logit("cat"), obj.l2(layer=obj.grad(obj.prob("egg"), "second"))]
    methods = [at.gradient(), at.gradient_times_activation(), at.guided_backprop(), at.grad_cam()]
    start = 0.0
    for number in range(1200):
        wrt = "second" if number % 2 else "stem"
        goal = goals if number % 10 == 0 else goals[number % 3] + number * obj.channel("relu", number % 6)
        at.attribute(net, goal, x, wrt, methods[number % 4])
        if number == 199:
            gc.collect()
            start = megabytes()
    gc.collect()
    assert megabytes() - start < 10
