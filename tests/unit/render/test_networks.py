"""Channel, neuron, layer and logit objectives render on the usual networks, with random weights."""

from __future__ import annotations

import pytest
import torch

import phosphene as ph
from phosphene import objectives as obj
from phosphene import param

NETWORKS = {
    "googlenet": "inception4a",
    "inception_v3": "Mixed_5d",
    "resnet50": "layer3",
    "vgg16": "features.16",
    "mobilenet_v2": "features.14",
    "efficientnet_b0": "features.5",
    "convnext_tiny": "features.3",
    "vit_b_16": "encoder.layers.encoder_layer_3@btc",
    "swin_t": "features.3@bhwc",
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_usual_objectives_render(name: str) -> None:
    layer = NETWORKS[name]
    net = ph.load(name, weights="random")
    goal = obj.channel(layer, 3) + obj.neuron(layer, 5) + obj.layer(layer) + obj.logit(17)
    paint = param.fourier(64)
    made = ph.render(net, goal, paint, **{**ph.presets.clear, "steps": 1})
    assert made.images.shape == (1, 3, 64, 64)
    assert torch.isfinite(made.scores).all()
    assert len(made.terms) == 4
    assert not torch.equal(made.images, paint.decode(paint.init([0])))
