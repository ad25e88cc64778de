from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from phosphene.errors import BadArgument, ShapeMismatch
from phosphene.models import Vision, layers, probe

HALF = (0.5, 0.5, 0.5)


def test_resnet(network):
    rows = {layer.name: layer for layer in layers(network("resnet18"), 96)}
    assert list(rows)[:3] == ["image", "input", "conv1"]
    assert list(rows)[-1] == "output"
    assert rows["layer3.1.conv2"] == ("layer3.1.conv2", "Conv2d", (256, 6, 6), 1, (211, 16))
    assert rows["layer1.0.relu"].calls == 2
    assert rows["layer4"].receptive_field == (435, 32)
    assert rows["fc"].receptive_field is None


@pytest.mark.parametrize("name", ["googlenet", "convnext_tiny", "vit_b_16", "swin_t", "mobilenet_v2"])
def test_every_name_can_be_probed(network, name):
    listed = layers(network(name), 224 if name == "vit_b_16" else 64)
    once = [layer.name for layer in listed[1:] if layer.calls == 1 and len(layer.shape) < 5]
    shapes = probe(network(name), once, 224 if name == "vit_b_16" else 64)
    assert list(shapes) == once


class Windows(nn.Module):
    """Convolutions with holes and steps, poolings, a branch, a permuted linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, (5, 3), stride=2, padding=2)
        self.holes = nn.Conv2d(4, 4, 3, dilation=2, padding=2)
        self.branch = nn.Conv2d(4, 4, 1)
        self.mix = nn.Linear(4, 4)
        self.last = nn.Conv2d(4, 4, 3, stride=2)

    def forward(self, x):
        x = F.avg_pool2d(self.first(x), 2, 1)
        x = torch.cat([self.holes(x), self.branch(x)], 1)[:, :4]
        x = self.mix(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return self.last(F.avg_pool2d(x, 3, stride=2))


def test_the_field_is_what_the_gradient_reaches():
    vision = Vision(Windows(), HALF, HALF, name="windows")
    rows = {layer.name: layer for layer in layers(vision, 96)}
    x = torch.rand(1, 3, 96, 96, requires_grad=True)
    y = vision(x)
    spans = []
    for column in (4, 5):
        (g,) = torch.autograd.grad(y[0, :, 4, column].sum(), x, retain_graph=True)
        reached = g.abs().sum((0, 1))
        spans.append([torch.nonzero(reached.sum(axis)).flatten() for axis in (1, 0)])
    sees = max(int(span[-1] - span[0]) + 1 for span in spans[0])
    every = int(spans[1][1][0] - spans[0][1][0])
    assert rows["output"].receptive_field == (sees, every) == (27, 8)
    assert rows["holes"].receptive_field == (15, 2)
    assert rows["mix"].receptive_field == (15, 2)


def test_the_table_and_tuples(network):
    listed = layers(network("vit_b_16"))
    assert "encoder.layers.encoder_layer_0.self_attention.0" in listed.names
    lines = repr(listed).splitlines()
    assert lines[0].split() == ["layer", "kind", "shape", "calls", "sees", "every"]
    assert len(lines) == len(listed) + 1
    assert lines[3].split() == ["conv_proj", "Conv2d", "768", "x", "14", "x", "14", "1", "16", "px", "16", "px"]


def test_nothing_is_left_behind(network):
    vision = network("resnet18")
    before = vision.digest()
    layers(vision, 64)
    assert vision.digest() == before
    assert not any(module._forward_hooks for module in vision.module.modules())


def test_errors(network):
    with pytest.raises(BadArgument, match=r"write ph.models.Vision\(module"):
        layers(nn.Flatten())
    with pytest.raises(ShapeMismatch, match=r"vit_b_16 cannot take a picture of shape \(1, 3, 96, 96\).*\(224, 224\)"):
        layers(network("vit_b_16"), 96)
