"""Rules on torchvision's networks: how many calls they find, and captum's answers where captum is right."""

from __future__ import annotations

import warnings

import pytest
import torch
from torch import Tensor, nn

from phosphene.errors import RuleUnmatched
from phosphene.models import Vision, guarded
from phosphene.models.rules import Rule, applied, average_pool, check, deconv, guided, linearize, report, sites

RELUS = {
    "vgg11": 10,
    "resnet18": 17,
    "googlenet": 57,
    "densenet121": 121,
    "inception_v3": 94,
    "mobilenet_v2": 35,
}
SMOOTH = {"efficientnet_b0": ("silu", 49), "convnext_tiny": ("gelu", 18), "vit_b_16": ("gelu", 12)}
POOLS = {"vgg11": 5, "resnet18": 1, "googlenet": 13, "densenet121": 1, "inception_v3": 4, "mobilenet_v2": 0}


def gradient(vision: Vision, x: Tensor, rule: Rule | None = None) -> tuple[Tensor, Tensor]:
    """The scores, and the gradient of class 3's."""
    x = x.clone().requires_grad_()
    with guarded(vision):
        with applied(rule):
            y = vision(x)
        return y.detach(), torch.autograd.grad(y[:, 3].sum(), x)[0]


@pytest.mark.parametrize("name", RELUS)
def test_every_rectifier_is_found_and_changed(network, picture, name):
    vision, x = network(name), picture(name)
    rule, counts = check(guided(), vision, x.shape[2:])
    assert counts == {"rules.guided()": RELUS[name]}
    assert sites(vision, x.shape[2:])["max_pool"] == POOLS[name]
    plain, true = gradient(vision, x)
    value, found = gradient(vision, x, rule)
    assert torch.equal(value, plain), "scores are those of the unchanged network"
    assert torch.isfinite(found).all()
    assert (found - true).norm() > 0.1 * true.norm()


@pytest.mark.parametrize("name", SMOOTH)
def test_networks_without_rectifiers(network, picture, name):
    vision, size = network(name), picture(name).shape[2:]
    act, count = SMOOTH[name]
    with pytest.raises(
        RuleUnmatched,
        match=rf"rules.guided\(\) matched nothing: {name} has no ReLU and no ReLU6. one match or more expected; it has "
        rf"{count} \w+s.*write rules=rules.guided\(acts=\('{act}',\)\)",
    ):
        check(guided(), vision, size)
    assert check(guided(acts=[act]), vision, size)[1] == {f"rules.guided(acts=('{act}',))": count}


def test_the_report(network):
    assert repr(report(guided(), network("googlenet"), 64)) == "rules.guided(): 57 ReLU calls"
    found = report(guided() & average_pool(), network("resnet18"), 64)
    assert repr(found) == "rules.guided(): 17 ReLU calls\nrules.average_pool(): 1 max pooling call"
    assert found.counts == check(guided() & average_pool(), network("resnet18"), 64)[1]
    assert repr(report(linearize(), network("vgg11"), 64)) == (
        "rules.linearize(): 10 ReLU calls\nrules.linearize(): 5 max pooling calls"
    )
    assert repr(report(None, network("vgg11"))) == "no rule"


@pytest.mark.parametrize("name", ["vgg11", "resnet18"])
@pytest.mark.parametrize(("rule", "theirs"), [(guided(), "GuidedBackprop"), (deconv(), "Deconvolution")])
def test_captums_answers(network, picture, name, rule, theirs):
    attr = pytest.importorskip("captum.attr")
    vision, x = network(name), picture(name)
    z = vision.normalize(x).requires_grad_()
    with applied(rule):
        y = vision.module(z)
    (found,) = torch.autograd.grad(y[:, 3].sum(), z)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = getattr(attr, theirs)(vision.module).attribute(z.detach(), target=3)
    assert torch.equal(found, expected)
    for parameter in vision.module.parameters():
        parameter.grad = None


@pytest.mark.parametrize("name", ["vgg11", "resnet18"])
def test_average_pooling_is_surgery_without_the_surgeon(network, picture, name):
    vision, x = network(name), picture(name)
    value, found = gradient(vision, x, average_pool(forward=True))
    pools = [
        (parent, part, child)
        for parent in vision.module.modules()
        for part, child in parent.named_children()
        if isinstance(child, nn.MaxPool2d)
    ]
    try:
        for parent, part, child in pools:
            setattr(parent, part, nn.AvgPool2d(child.kernel_size, child.stride, child.padding, child.ceil_mode))
        expected, gradients = gradient(vision, x)
    finally:
        for parent, part, child in pools:
            setattr(parent, part, child)
    assert torch.equal(value, expected)
    assert torch.equal(found, gradients)
    assert not torch.equal(value, gradient(vision, x)[0]), "and it is another network"
