"""Attributions beside captum's and zennit's: where theirs are silently others, and the time that all take, as ratios.

    python benchmarks/attribution.py            both tables
    python benchmarks/attribution.py speed      the second one

Needs captum and torchvision; zennit where it is installed. The first table has guided backpropagation and deconvolution of
networks with random weights: how many calls ours changed, and how far each answer is from an explicit construction, the same
network with every spelling of ReLU exchanged for a bent one. The second has the processor time of one question, the best of
several in turn, ours over captum's.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import captum.attr as ca
import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional as F

import phosphene as ph
from phosphene import attribution as at
from phosphene import objectives as obj

LABEL = 2
SIZES = {"inception_v3": 112, "googlenet": 96}
OPTIONS = {name: {"aux_logits": False, "init_weights": False} for name in ("googlenet", "inception_v3")}
WRONG = ["vgg11", "resnet18", "googlenet", "inception_v3", "mobilenet_v2", "densenet121", "efficientnet_b0"]


def network(name: str, double: bool = True) -> ph.Vision:
    """A network of torchvision with random weights."""
    torch.manual_seed(0)
    module = getattr(torchvision.models, name)(weights=None, num_classes=10, **OPTIONS.get(name, {})).eval()
    return ph.Vision(module.double() if double else module, [0.0] * 3, [1.0] * 3, name=name)


class _Bent(torch.autograd.Function):
    """max(x, 0), and on the way back max(g, 0), where x > 0 if guided."""

    guided = True

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.clamp_min(0)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (g,), (x,) = gradients, ctx.saved_tensors
        return g.clamp_min(0) * (x > 0) if _Bent.guided else g.clamp_min(0)


def _relu(x: Tensor, inplace: bool = False) -> Tensor:
    return _Bent.apply(x)


class _Six(torch.autograd.Function):
    """min(max(x, 0), 6) with the same way back."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.clamp(0, 6)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (g,), (x,) = gradients, ctx.saved_tensors
        return g.clamp_min(0) * ((x > 0) & (x < 6)) if _Bent.guided else g.clamp_min(0)


@contextmanager
def exchanged(guided: bool) -> Iterator[None]:
    """Every ReLU and ReLU6 of torch is a bent one while this is open."""
    kept = F.relu, nn.ReLU6.forward
    _Bent.guided = guided
    F.relu, nn.ReLU6.forward = _relu, lambda self, x: _Six.apply(x)  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        F.relu, nn.ReLU6.forward = kept  # type: ignore[method-assign]


def slope(module: nn.Module, x: Tensor) -> Tensor:
    """The gradient of a logit at pictures."""
    leaf = x.clone().requires_grad_()
    return torch.autograd.grad(module(leaf)[:, LABEL].sum(), leaf)[0]


def from_zennit(net: ph.Vision, x: Tensor, guided: bool) -> Tensor:
    """Zennit's composites."""
    from zennit.attribution import Gradient
    from zennit.composites import DeconvNet, GuidedBackprop

    with Gradient(model=net.module, composite=GuidedBackprop() if guided else DeconvNet()) as attributor:
        _, found = attributor(x.clone(), torch.eye(10, dtype=x.dtype)[[LABEL] * len(x)])
    return found.detach()


def away(make: Callable[[], Tensor], truth: Tensor) -> str:
    """How far an answer is from the truth, in parts of its largest number; or how it is refused."""
    try:
        return f"{float((make() - truth).abs().max() / truth.abs().max()):.1e}"
    except ph.errors.RuleUnmatched:
        return "refused"
    except Exception as error:
        return type(error).__name__


def row(name: str, guided: bool) -> tuple[int, list[str]]:
    """The calls that are changed, and how far ours, captum's, zennit's and the plain gradient are from the truth."""
    net, size = network(name), SIZES.get(name, 64)
    x, goal = torch.rand(1, 3, size, size, dtype=torch.float64), obj.logit(LABEL)
    method = at.guided_backprop if guided else at.deconvnet
    acts = ("silu",) if name == "efficientnet_b0" else ("relu", "relu6")
    asked = at.attribute(net, goal, x, method=method(acts))
    with exchanged(guided):
        # Where there is no ReLU to exchange, the truth is the answer that is given when SiLUs are asked for.
        truth = asked.values if acts == ("silu",) else slope(net.module, x)
    theirs = (ca.GuidedBackprop if guided else ca.Deconvolution)(network(name).module)
    found = [
        away(lambda: at.attribute(net, goal, x, method=method()).values, truth),
        away(lambda: theirs.attribute(x.clone().requires_grad_(), target=LABEL), truth),
        away(lambda: from_zennit(network(name), x, guided), truth),
        away(lambda: slope(net.module, x), truth),
    ]
    return sum(asked.calls.values()), found


def table_of_differences() -> None:
    """Where they are wrong."""
    print(f"{'network':16} {'method':8} {'calls':>5} {'ours':>9} {'captum':>9} {'zennit':>9} {'plain':>9}")
    for name in WRONG:
        for guided in (True, False):
            calls, found = row(name, guided)
            method = "guided" if guided else "deconv"
            print(f"{name:16} {method:8} {calls:5} " + " ".join(f"{cell:>9}" for cell in found), flush=True)


def ratio(ours: Callable[[], Any], theirs: Callable[[], Any], times: int) -> tuple[float, float]:
    """Seconds of processor time, the best of several in turn."""
    best = [float("inf")] * 2
    for number in range(times + 1):
        for i, run in enumerate((ours, theirs)):
            start = time.process_time()
            run()
            if number:
                best[i] = min(best[i], time.process_time() - start)
    return best[0], best[1]


def questions(name: str, layer: str, x: Tensor) -> dict[str, tuple[Callable[[], Any], Callable[[], Any]]]:
    """The same questions, asked here and of captum."""
    net, goal = network(name, double=False), obj.logit(LABEL)
    module, at_layer = net.module, dict(net.module.named_modules())[layer]

    def ours(method: at.Method, wrt: str = "image") -> Callable[[], Any]:
        return lambda: at.attribute(net, goal, x, wrt, method)

    def theirs(method: Any, **options: Any) -> Callable[[], Any]:
        return lambda: method.attribute(x.clone().requires_grad_(), target=LABEL, **options)

    path, steps = at.integrated_gradients(32, tolerance=None), {"n_steps": 32, "internal_batch_size": len(x)}
    pairs = {
        "gradient": (ours(at.gradient()), theirs(ca.Saliency(module))),
        "gradient x input": (ours(at.gradient_times_activation()), theirs(ca.InputXGradient(module))),
        "grad_cam": (ours(at.grad_cam(), layer), theirs(ca.LayerGradCam(module, at_layer))),
        "integrated, 32 steps": (ours(path), theirs(ca.IntegratedGradients(module), **steps)),
    }
    if name != "mobilenet_v2":
        bent = ca.GuidedBackprop(network(name, double=False).module)
        pairs["guided_backprop"] = ours(at.guided_backprop()), theirs(bent)
    return pairs


def table_of_times(times: int = 7) -> None:
    """The same questions at 224 x 224 px."""
    print(f"{'network':14} {'pictures':>8} {'method':22} {'ours s':>7} {'captum s':>8} {'ratio':>6}")
    for name, layer in (("resnet18", "layer4"), ("mobilenet_v2", "features.18"), ("vgg11", "features.19")):
        for count in (1, 4):
            for method, pair in questions(name, layer, torch.rand(count, 3, 224, 224)).items():
                one, two = ratio(*pair, times)
                print(f"{name:14} {count:8} {method:22} {one:7.3f} {two:8.3f} {one / two:6.2f}", flush=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    if "speed" not in sys.argv[1:]:
        table_of_differences()
    table_of_times()
