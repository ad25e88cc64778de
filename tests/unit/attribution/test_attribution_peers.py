"""The answers of captum, torchcam and pytorch-grad-cam for the same questions, where they are installed."""

from __future__ import annotations

import pytest
import torch
import torchvision
from torch import Tensor, nn
from torch.testing import assert_close

import phosphene as ph
from phosphene import attribution as at
from phosphene import objectives as obj
from phosphene.seeds import stream

pytestmark = pytest.mark.filterwarnings("ignore")
LAYERS = {"vgg": "6", "resnet": "layer2"}


def pictures(count: int = 2) -> Tensor:
    return torch.rand(count, 3, 32, 40, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def network(name: str) -> ph.Vision:
    """Small ones of two kinds: ReLUs that are modules, and ReLU modules that are used twice in a pass."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        if name == "vgg":
            parts = [
                nn.Conv2d(3, 8, 3),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Conv2d(8, 8, 3),
                nn.ReLU(),
                nn.Conv2d(8, 8, 3),
                nn.ReLU(),
            ]
            module: nn.Module = nn.Sequential(*parts, nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Linear(72, 4))
        else:
            module = torchvision.models.ResNet(torchvision.models.resnet.BasicBlock, [1, 1, 1, 1], num_classes=4)
            nn.init.normal_(module.fc.weight, std=10.0)
    return ph.Vision(module.double().eval(), [0.0] * 3, [1.0] * 3, name=name)


def close(ours: Tensor, theirs: Tensor, limit: float = 1e-10) -> None:
    scale = theirs.abs().max()
    assert_close(ours / scale, theirs.detach().to(ours) / scale, atol=limit, rtol=0)


@pytest.mark.parametrize("name", LAYERS)
def test_captum(name):
    ca = pytest.importorskip("captum.attr")
    net, x, goal = network(name), pictures(), obj.logit(2)
    layer = dict(net.module.named_modules())[LAYERS[name]]

    def ours(method: at.Method, wrt: str = "image") -> Tensor:
        return at.attribute(net, goal, x, wrt, method).values

    def theirs(method: object) -> Tensor:
        return method.attribute(x.clone().requires_grad_(), target=2)

    close(ours(at.gradient()).abs(), theirs(ca.Saliency(net.module)))
    close(ours(at.gradient()), ca.Saliency(net.module).attribute(x.clone().requires_grad_(), target=2, abs=False))
    close(ours(at.saliency()), theirs(ca.Saliency(net.module)).amax(1, keepdim=True))
    close(ours(at.gradient_times_activation()), theirs(ca.InputXGradient(net.module)))
    close(ours(at.deconvnet()), theirs(ca.Deconvolution(net.module)))
    close(ours(at.guided_backprop()), theirs(ca.GuidedBackprop(net.module)))
    close(ours(at.grad_cam(), LAYERS[name]), theirs(ca.LayerGradCam(net.module, layer)))
    close(ours(at.guided_grad_cam(LAYERS[name], "nearest")), theirs(ca.GuidedGradCam(net.module, layer)))
    shown = ca.LayerAttribution.interpolate(theirs(ca.LayerGradCam(net.module, layer)), (70, 80))[:, 0]
    close(at.attribute(net, goal, x, LAYERS[name], at.grad_cam()).map((70, 80), "captum"), shown)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize(("method", "word"), [(at.grad_cam(), "GradCAM"), (at.layer_cam(), "LayerCAM")], ids=repr)
def test_torchcam(name, method, word):
    cams = pytest.importorskip("torchcam.methods")
    net, x = network(name), pictures()
    with getattr(cams, word)(net.module, LAYERS[name]) as extractor:
        (theirs,) = extractor([1, 3], net.module(x))
    found = at.attribute(net, obj.each(obj.logit(1), obj.logit(3)), x, LAYERS[name], method)
    close(found.map(tuple(found.values.shape[2:]), "torchcam"), theirs, 1e-7)


def test_torchcams_cam():
    cams = pytest.importorskip("torchcam.methods")
    net, x = network("resnet"), pictures()
    with cams.CAM(net.module, "layer4", "fc") as extractor:
        (theirs,) = extractor([1, 1], net.module(x), normalized=False)
    close(at.attribute(net, obj.logit(1), x, "layer4", at.cam()).values[:, 0], theirs)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize(
    ("method", "word"),
    [(at.grad_cam(), "GradCAM"), (at.layer_cam(), "LayerCAM"), (at.grad_cam_plus_plus(), "GradCAMPlusPlus")],
    ids=repr,
)
def test_pytorch_grad_cam(name, method, word):
    """Three pictures with three different targets, after its own steps; it computes these in single precision."""
    cams = pytest.importorskip("pytorch_grad_cam")
    targets = pytest.importorskip("pytorch_grad_cam.utils.model_targets")
    net, x = network(name), pictures(3)
    head = net.module.fc if name == "resnet" else net.module[-1]
    with torch.no_grad():
        head.weight *= 1e5  # beside which the 1e-6 that it adds below the fraction of Grad-CAM++ is nothing
    wanted = [targets.ClassifierOutputTarget(label) for label in (0, 2, 3)]
    with getattr(cams, word)(net.module, [dict(net.module.named_modules())[LAYERS[name]]]) as extractor:
        theirs = torch.from_numpy(extractor(x, wanted))
    goal = obj.each(obj.logit(0), obj.logit(2), obj.logit(3))
    found = at.attribute(net, goal, x, LAYERS[name], method)
    close(found.map(post="pytorch_grad_cam"), theirs, 2e-6)


def test_captums_mean_under_noise():
    """Of its gradients at the same draws: its own tunnel takes them from the global random state."""
    ca = pytest.importorskip("captum.attr")
    net, x = network("vgg"), 0.4 + 0.2 * pictures(1)
    spread = 0.15 * float(x.max() - x.min())
    draws = [torch.randn(x.shape[1:], generator=stream(0, "attribution under noise", k)).double() for k in range(4)]
    near = [x + spread * draw for draw in draws]
    each = torch.stack([ca.Saliency(net.module).attribute(one.requires_grad_(), target=2, abs=False) for one in near])
    close(at.attribute(net, obj.logit(2), x, method=at.smooth_grad(4)).values, each.mean(0))
    close(at.attribute(net, obj.logit(2), x, method=at.var_grad(4)).values, each.var(0, unbiased=False), 1e-8)
