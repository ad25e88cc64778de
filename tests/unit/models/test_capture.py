from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

from phosphene.errors import AmbiguousLayer, BadArgument, ModelState, ShapeMismatch, UnknownLayer
from phosphene.models import Capture, Vision, capture, frozen, guarded, layers, probe
from phosphene.models.capture import takes

HALF = (0.5, 0.5, 0.5)
LAYERS = {
    "googlenet": ["conv1.bn", "inception4a", "inception5b.branch1.conv"],
    "inception_v3": ["Conv2d_1a_3x3.bn", "Mixed_5b", "Mixed_6a.branch3x3.conv"],
    "resnet50": ["bn1", "layer2.0.conv1", "layer3.5"],
    "vgg16": ["features.0", "features.12", "features.28"],
    "mobilenet_v2": ["features.0.1", "features.7.conv.0.1", "features.18"],
    "efficientnet_b0": ["features.0.1", "features.4.1.block.2.fc2", "features.8"],
    "convnext_tiny": ["features.0", "features.1.1.block.3@bhwc", "features.7"],
    "vit_b_16": ["conv_proj", "encoder.layers.encoder_layer_3.mlp.0", "encoder.ln"],
    "swin_t": ["features.0@bhwc", "features.3.0.attn@bhwc", "norm@bhwc"],
}


def reference(vision: Vision, name: str, x: Tensor) -> Tensor:
    """The activation of one layer, cloned by a plain hook."""
    kept: list[Tensor] = []
    layer, _, axes = name.partition("@")
    handle = vision.module.get_submodule(layer).register_forward_hook(lambda m, a, y: kept.append(y.clone()))
    with torch.no_grad():
        vision(x)
    handle.remove()
    (y,) = kept
    return y.permute(0, 3, 1, 2) if axes == "bhwc" else y.transpose(1, 2) if y.ndim == 3 else y


@pytest.mark.parametrize("name", LAYERS)
def test_what_is_captured(network, picture, name):
    vision, x = network(name), picture(name)
    size = tuple(x.shape[2:])
    with guarded(vision), torch.no_grad():
        found = capture(vision, [*LAYERS[name], "input", "output"], x)
        shapes = probe(vision, [*LAYERS[name], "input", "output"], size)
        for layer in LAYERS[name]:
            assert torch.allclose(found[layer], reference(vision, layer, x), atol=1e-5), layer
        assert torch.allclose(found["output"], vision(x), atol=1e-5)
    assert found["input"] is x
    assert {layer: tuple(a.shape) for layer, a in found.items()} == {layer: tuple(s) for layer, s in shapes.items()}
    assert not any(module._forward_hooks for module in vision.module.modules())


def test_a_call_in_place_does_not_reach_what_is_captured(network, picture):
    vision, x = network("resnet50"), picture(64)
    net = vision.module
    assert net.relu.inplace
    with torch.no_grad():
        expected = net.bn1(net.conv1(vision.normalize(x)))
        for names in (["bn1"], ["bn1", "layer1.0.conv1"], ["layer1.0.conv1", "bn1", "relu"], ["bn1", "output"]):
            assert torch.equal(capture(vision, names, x)["bn1"], expected), names
        found = capture(vision, ["bn1", "relu"], x)
        assert torch.equal(found["relu"], expected.relu())
        assert torch.equal(capture(vision, ["bn1", "output"], x)["output"], vision(x))


def test_gradients_are_those_of_the_network(tiny, picture):
    x = picture(8, 2).requires_grad_()
    found = capture(tiny, ["0", "1", "2"], x)
    total = found["0"].sum() + found["1"].square().sum() + found["2"].sum()
    (g,) = torch.autograd.grad(total, x)
    z = torch.nn.functional.conv2d(x * 2 - 1, tiny.module[0].weight, tiny.module[0].bias)
    (h,) = torch.autograd.grad(z.sum() + z.relu().square().sum() + z.relu().sum(), x)
    assert torch.allclose(g, h, atol=1e-5)


def test_the_pass_ends_at_the_deepest_layer(network, picture):
    vision, x = network("resnet50"), picture(64)
    met: list[str] = []
    handles = [
        module.register_forward_pre_hook(lambda m, a, name=name: met.append(name))
        for name, module in vision.module.named_modules()
    ]
    plan = Capture(vision, ["layer1.0.conv2", "bn1"])
    plan(x)
    assert met[-1] == "layer1.0.conv2"
    met.clear()
    Capture(vision, ["input"])(x)
    assert met == []
    for handle in handles:
        handle.remove()


def test_calls_are_counted(network, picture):
    vision, x = network("resnet50"), picture(64)
    with torch.no_grad():
        found = capture(vision, [f"layer1.0.relu#{k}" for k in range(3)], x)
        block = vision.module.layer1[0]
        start = vision.module.maxpool(vision.module.relu(vision.module.bn1(vision.module.conv1(vision.normalize(x)))))
        assert torch.equal(found["layer1.0.relu#0"], block.bn1(block.conv1(start)).relu())
        assert torch.equal(found["layer1.0.relu#2"], block(start))


@dataclass
class Record:
    logits: Tensor
    states: tuple[Tensor, ...]


class Nested(nn.Module):
    """Returns a record, from layers that return a tuple and a dict; `idle` is never called."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.pair = Pair()
        self.named = Named()
        self.idle = nn.Linear(2, 2)

    def forward(self, x):
        first, _ = self.pair(self.conv(x))
        named = self.named(first)
        return Record(named["mean"], (first, named["all"]))


class Pair(nn.Module):
    def forward(self, x):
        return x + 1, None


class Named(nn.Module):
    def forward(self, x):
        return OrderedDict(mean=x.mean((2, 3)), all=x)


@pytest.fixture
def nested() -> Vision:
    return Vision(Nested(), HALF, HALF, name="nested", size=8)


def test_parts(nested, picture):
    x = picture(8, 2)
    found = capture(nested, ["pair.0", "named.mean", "named.all@bhwc", "output.logits", "output.states.1", "conv"], x)
    assert torch.equal(found["pair.0"], found["conv"] + 1)
    assert torch.equal(found["named.mean"], found["output.logits"])
    assert torch.equal(found["named.all@bhwc"], found["output.states.1"].permute(0, 3, 1, 2))


OWNED = {
    "pair": (BadArgument, r"channel\('pair', 3\): 'pair' is tuple, not a tensor.*'0', '1' \(tuple\). write 'pair.0'"),
    "named": (BadArgument, r"the parts 'mean', 'all' \(OrderedDict\). write 'named.mean'"),
    "output": (BadArgument, r"'output' is Record.*write 'output.logits'"),
    "output.logit": (UnknownLayer, r"has no 'logit' in 'output'. 'output' has the parts 'logits', 'states' \(Record\)"),
    "pair.2": (UnknownLayer, "has no '2' in 'pair'"),
    "pair.1": (BadArgument, "NoneType"),
    "covn": (UnknownLayer, r"channel\('covn', 3\) looks at layer 'covn', which nested does not have. Nearest: 'conv'"),
    "conv.weights": (UnknownLayer, "does not have.*All names: ph.models.layers"),
    "idle": (UnknownLayer, "'idle', which a forward pass of nested never reaches"),
    "image": (UnknownLayer, "the picture before transforms.*write 'input'"),
    "": (UnknownLayer, "looks at layer ''"),
    "conv#1": (UnknownLayer, "call 1 of layer 'conv'. nested calls it 1 time, counted from 0. write 'conv#0'"),
    "input#1": (UnknownLayer, "a network is called once. write 'input'"),
    "conv@btc": (BadArgument, "'conv@btc' has 4 axes. a letter for each expected, not 'btc'. write 'conv@bchw'"),
    "conv@bcxx": (BadArgument, r"axes 'bcxx' in 'conv@bcxx'. b \(batch\) and c \(channels\)"),
    "conv@": (BadArgument, "axes ''"),
    "conv@bc#1": (BadArgument, "name, then #call, then @axes expected"),
}


@pytest.mark.parametrize("name", OWNED)
def test_wrong_names(nested, name):
    kind, message = OWNED[name]
    with pytest.raises(kind, match=message):
        probe(nested, {name: f"channel({name!r}, 3)"})
    assert not any(module._forward_hooks for module in nested.module.modules())


def test_a_network_that_can_be_loaded_names_its_listing(network):
    with pytest.raises(
        UnknownLayer, match=r"^channel\('mixed4x', 476\) looks at .* All names: phosphene layers resnet50"
    ):
        probe(network("resnet50"), {"mixed4x": "channel('mixed4x', 476)"}, 64)


def test_a_layer_called_more_than_once(network):
    with pytest.raises(
        AmbiguousLayer,
        match=r"'layer1.0.relu@bchw', which resnet50 calls 3 times.*'layer1.0.relu#0@bchw', '.*#1@bchw' ...",
    ):
        probe(network("resnet50"), ["layer1.0.relu@bchw"], 64)
    assert probe(network("resnet50"), ["layer1.0.relu#2"], 64) == {"layer1.0.relu#2": (1, 256, 16, 16)}


def test_other_mistakes(nested, picture):
    with pytest.raises(BadArgument, match="the name of a layer expected"):
        Capture(nested, [3])
    with pytest.raises(BadArgument, match=r"a bare network, Nested.*ph.models.Vision"):
        Capture(nested.module, ["conv"])
    with pytest.raises(UnknownLayer, match="never reaches"):
        capture(nested, ["idle"], picture(8))
    with pytest.raises(UnknownLayer, match="never reaches"):
        capture(nested, ["conv#4"], picture(8))
    with pytest.raises(ShapeMismatch, match=r"nested cannot take a picture of shape \(1, 3, 1, 1\).*\(8, 8\)"):
        probe(nested, ["conv"], 1)


class Sneaky(nn.Module):
    """Hides the errors of its layer."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        try:
            return self.conv(x)
        except Exception:
            raise AssertionError("a capture is not an error of the network") from None


def test_hooks_go_even_after_errors(picture):
    vision = Vision(Sneaky(), HALF, HALF)
    assert list(capture(vision, ["conv"], picture(8))) == ["conv"]
    with pytest.raises(AssertionError):
        capture(vision, ["conv"], torch.rand(1, 3, 1, 1))
    assert not any(module._forward_hooks for module in vision.module.modules())


def test_attention_goes_one_way_with_and_without_gradients():
    layer = nn.TransformerEncoderLayer(8, 2, batch_first=True, dropout=0)
    vision = Vision(nn.Sequential(nn.Flatten(2), nn.Linear(16, 8), layer).eval(), HALF, HALF, name="encoder")
    x = torch.rand(2, 3, 4, 4)
    with torch.no_grad():
        still = capture(vision, ["2.linear1"], x)
    assert torch.equal(still["2.linear1"], capture(vision, ["2.linear1"], x)["2.linear1"])
    assert torch.backends.mha.get_fastpath_enabled()


def test_flags_come_back(network, picture):
    vision, x = network("mobilenet_v2"), picture(64).requires_grad_()
    weights = list(vision.module.parameters())
    before = vision.digest()

    def run() -> None:
        with guarded(vision):
            assert not any(weight.requires_grad for weight in weights)
            capture(vision, ["features.4"], x)["features.4"].sum().backward()
            vision.module.train()
            raise ZeroDivisionError

    weights[3].requires_grad_(False)
    try:
        with pytest.raises(ZeroDivisionError):
            run()
        assert [weight.requires_grad for weight in weights] == [i != 3 for i in range(len(weights))]
    finally:
        weights[3].requires_grad_(True)
    assert x.grad is not None
    assert all(weight.grad is None for weight in weights)
    assert not any(module.training for module in vision.module.modules())
    assert vision.digest() == before
    with pytest.raises(ZeroDivisionError), frozen(vision.module):
        raise ZeroDivisionError
    assert weights[0].requires_grad


def test_train_mode_is_refused():
    for layer in (nn.BatchNorm2d(4), nn.Dropout(0.5), nn.Dropout2d(0.1)):
        vision = Vision(nn.Sequential(nn.Conv2d(3, 4, 3), layer), HALF, HALF, name="net")
        with (
            pytest.raises(ModelState, match=f"net has {type(layer).__name__} '1' in training mode.*write model.eval"),
            guarded(vision),
        ):
            pass
        vision.module[1].eval()
        with guarded(vision):
            assert vision.module.training
    with guarded(Vision(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Dropout(0.0), nn.GroupNorm(2, 4)), HALF, HALF)):
        pass


def test_a_dry_run_leaves_a_network_as_it_was():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.5))
    vision = Vision(net, HALF, HALF, size=8, name="net")
    before = vision.digest()
    for look in (lambda: probe(vision, ["1"]), lambda: layers(vision), lambda: takes(vision, (8, 8))):
        with pytest.raises(ModelState, match="BatchNorm2d '1' in training mode"):
            look()
    assert vision.digest() == before
    net.eval()
    assert probe(vision, ["1"])["1"] == (1, 4, 6, 6)
    assert all(weight.requires_grad for weight in net.parameters())


def test_a_network_takes_its_own_number_of_channels():
    for channels in (1, 3, 4):
        vision = Vision(nn.Conv2d(channels, 2, 5), [0.5] * channels, [0.5] * channels)
        assert takes(vision, (8, 8))
        assert not takes(vision, (4, 4))
    assert takes(Vision(nn.Conv2d(3, 2, 5), [0.5], [0.5]), (8, 8))
