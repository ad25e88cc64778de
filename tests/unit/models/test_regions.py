"""Masks that follow a picture through networks: against explicit averages, and by laws on any graph."""

import itertools
import warnings

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import torchvision
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from phosphene.errors import BadPicture, ShapeMismatch, UnknownLayer
from phosphene.models import RegionWarning, Vision, propagate
from phosphene.models.regions import follow
from phosphene.seeds import stream
from tests import toys


def vision(*modules, size=12):
    return Vision(nn.Sequential(*modules).eval(), [0.5] * 3, [0.5] * 3, size=size, name="net")


def masks(size, seed=0):
    """A soft mask, what is left of it, everything, nothing, and the left half."""
    soft = torch.rand(1, 1, size, size, generator=stream(seed, "masks"))
    left = torch.zeros(1, 1, size, size)
    left[..., : size // 2] = 1
    return torch.cat([soft, 1 - soft, torch.ones_like(soft), torch.zeros_like(soft), left])


def check_laws(found):
    """What holds of every layer: [0, 1]; everything stays 1, nothing 0; a mask and its complement are everything."""
    assert found
    for name, x in found.items():
        assert x.shape[:2] == (5, 1), name
        assert x.min() >= 0, name
        assert x.max() <= 1, name
        assert (x[2] == 1).all(), name
        assert (x[3] == 0).all(), name
        assert_close(x[0] + x[1], x[2], atol=1e-6, rtol=0, msg=name)


def averaged(x, kernel, stride=1, padding=0, ceil_mode=False):
    return F.avg_pool2d(x, kernel, stride, padding, ceil_mode, count_include_pad=False)


def test_a_sequential_network_by_explicit_averages():
    net = vision(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2, 1, ceil_mode=True),
        nn.Conv2d(4, 5, 1),
        nn.Conv2d(5, 5, (3, 5), stride=2, padding=(1, 2), groups=5),
        nn.Dropout(),
        nn.AvgPool2d(2, 1, count_include_pad=False),
        nn.Upsample(scale_factor=3, mode="bilinear"),
        nn.AdaptiveAvgPool2d(2),
    )
    m = masks(13)
    found = follow(net, m, ["input", *map(str, range(10))])
    assert torch.equal(found["input"], m)
    one = averaged(m, 3, 1, 1)
    two = averaged(one, 3, 2, 1, ceil_mode=True)
    three = averaged(two, (3, 5), 2, (1, 2))
    four = averaged(three, 2, 1)
    five = F.interpolate(four, scale_factor=3, mode="bilinear")
    wanted = [one, one, one, two, two, three, three, four, five, F.adaptive_avg_pool2d(five, 2)]
    for number, x in enumerate(wanted):
        assert_close(found[str(number)], x, atol=1e-6, rtol=0)
    check_laws(found)


def windows(mask, kernel, stride, padding, dilation):
    """The mean over the pixels of each window that are in the picture, in plain loops."""
    height, width = mask.shape
    rows = range(-padding, height + padding - dilation * (kernel - 1), stride)
    columns = range(-padding, width + padding - dilation * (kernel - 1), stride)
    made = np.zeros((len(rows), len(columns)))
    for (a, i), (b, j) in itertools.product(enumerate(rows), enumerate(columns)):
        taps = [(i + dilation * u, j + dilation * v) for u, v in itertools.product(range(kernel), repeat=2)]
        made[a, b] = np.mean([mask[y, x] for y, x in taps if 0 <= y < height and 0 <= x < width])
    return made


@given(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2), st.integers(0, 2**31))
def test_windows_of_any_shape(kernel, stride, padding, dilation, seed):
    padding = min(padding, kernel - 1)
    m = masks(11, seed)
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    wanted = windows(m[0, 0].double().numpy(), kernel, **settings)
    pool = nn.MaxPool2d(kernel, stride, min(padding, kernel // 2), dilation)
    conv, padded = nn.Conv2d(3, 2, kernel, **settings), nn.Conv2d(3, 2, kernel, stride, dilation=dilation)
    for net in (vision(conv), vision(nn.ZeroPad2d(padding), nn.ReLU(), padded), vision(nn.Identity(), pool)):
        found = follow(net, m, ["output"])
        check_laws(found)
        if padding <= kernel // 2 or pool is not net.module[-1]:
            assert_close(found["output"][0, 0].double().numpy(), wanted, atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    "module",
    [
        nn.Conv2d(3, 2, (3, 5), padding="same", dilation=2),
        nn.Conv2d(3, 2, 3, padding=2, padding_mode="reflect"),
        nn.Conv2d(3, 2, 1, padding=2),
        nn.ConvTranspose2d(3, 2, 3, stride=2, padding=1, output_padding=1),
        nn.ConvTranspose2d(3, 2, 2, stride=3),
        nn.LPPool2d(2, 3),
        nn.AdaptiveMaxPool2d(5),
        nn.Upsample(scale_factor=1.7, mode="bicubic"),
        nn.Upsample(size=(7, 9)),
        nn.PixelUnshuffle(2),
        nn.Sequential(nn.Conv2d(3, 8, 1), nn.PixelShuffle(2)),
        nn.GroupNorm(1, 3),
        nn.ConstantPad2d((-1, 2, 0, 1), 0.5),
        nn.Sequential(nn.ConstantPad2d((2, 0, 1, 0), 0.5), nn.MaxPool2d(2)),
    ],
    ids=lambda m: str(m).replace("\n", "")[:60],
)
def test_laws_of_other_modules(module):
    net = vision(module)
    m = masks(12)
    check_laws(follow(net, m, ["0"]))
    assert follow(net, m, ["0"])["0"].shape[-2:] == net(torch.rand(1, 3, 12, 12)).shape[-2:]


def test_a_residual_network():
    net, m = toys.vision(), masks(16)
    found = follow(net, m, ["stem", "first.0", "first", "relu#0", "second"])
    stem = averaged(m, 3, 1, 1)
    first = averaged(stem, 3, 1, 1)
    added = (stem + first) / 2
    second = averaged(added, 3, 1, 1)
    assert_close(found["stem"], stem)
    assert_close(found["first"], first)
    assert_close(found["second"], second)
    assert_close(found["relu#0"], (added + second) / 2)
    check_laws(found)


@given(st.floats(0, 1), st.integers(0, 2**31))
def test_linear_in_the_mask(t, seed):
    first, second = masks(16, seed)[:1], masks(16, seed + 1)[:1]
    both = follow(toys.vision(), torch.cat([first, second, t * first + (1 - t) * second]), ["relu"])["relu"]
    assert_close(both[2], t * both[0] + (1 - t) * both[1], atol=1e-6, rtol=0)


class Blocks(nn.Module):
    """Parts that graphs are made of, each as a layer."""

    def __init__(self):
        super().__init__()
        self.wide, self.deep, self.gate = nn.Conv2d(3, 6, 5, padding=2), nn.Conv2d(3, 2, 1), nn.Linear(8, 8)
        for name in ("joined", "gated", "shuffled", "last", "cut", "rolled", "scaled", "lost", "vector"):
            setattr(self, name, nn.Identity())

    def forward(self, x):
        x = self.joined(torch.cat([self.wide(x), self.deep(x)], 1))
        weights = self.gate(x.mean((2, 3)))
        x = self.gated(x * torch.sigmoid(weights)[:, :, None, None])
        batch, channels, height, width = x.shape
        mixed = x.view(batch, 2, channels // 2, height, width).transpose(1, 2).contiguous().view_as(x)
        x = self.shuffled(mixed.reshape(batch, channels, height, width))
        self.last(F.gelu(self.gate(x.permute(0, 2, 3, 1))))
        self.cut(x[:, 2:, 1:, ::2])
        self.rolled(torch.roll(x, (2, 1), (2, 3)))
        self.scaled(0.5 * x.clone().mul_(2) + 1)
        tokens = x.flatten(2).softmax(1)
        self.lost(x + (tokens @ tokens.transpose(1, 2) @ tokens).view_as(x))
        return self.vector(x.flatten(1))


def test_parts_of_graphs():
    net, m = Vision(Blocks().eval(), [0.5] * 3, [0.5] * 3, size=12), masks(12)
    found = follow(net, m, ["joined", "gated", "shuffled", "last@bhwc", "cut", "rolled", "scaled"])
    check_laws(found)
    joined = (6 * averaged(m, 5, 1, 2) + 2 * m) / 8
    for name in ("joined", "gated", "shuffled", "last@bhwc", "scaled"):
        assert_close(found[name], joined)
    assert_close(found["cut"], joined[:, :, 1:, ::2])
    assert_close(found["rolled"], torch.roll(joined, (2, 1), (2, 3)))
    for layer, reason in (("lost", "flatten"), ("vector", "flatten"), ("last", "not on the last two axes")):
        with pytest.raises(ShapeMismatch, match=rf"a region at layer '{layer}' .*{reason}.*choose an earlier layer"):
            follow(net, m, [layer])


@pytest.mark.parametrize("name", ["resnet18", "googlenet", "squeezenet1_0", "densenet121", "mobilenet_v3_small"])
def test_networks_of_torchvision(name):
    more = {"init_weights": False} if name == "googlenet" else {}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = torchvision.models.get_model(name, weights=None, **more).eval()
    kinds = (nn.Conv2d, nn.MaxPool2d, nn.BatchNorm2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.ReLU)
    found = [n for n, m in module.named_modules() if isinstance(m, kinds) and not n.startswith(("aux", "classifier.4"))]
    net = Vision(module, [0.5] * 3, [0.5] * 3, size=64, name=name)
    check_laws(follow(net, masks(64), found))


def test_the_network_is_left_as_it_was():
    net = toys.vision()
    before, random = net.digest(), torch.random.get_rng_state()
    propagate(net, masks(16)[:1], ["relu"])
    assert net.digest() == before
    assert torch.equal(torch.random.get_rng_state(), random)
    assert not any(module._forward_hooks for module in net.module.modules())
    assert all(p.grad is None for p in net.module.parameters())


def test_a_thin_region_warns():
    net, thin = toys.vision(), torch.zeros(1, 16, 16)
    thin[:, :, 5] = 1
    with pytest.warns(
        RegionWarning, match=r"covers at most 30% of a position of layer 'second' of toy.*Widen the region"
    ):
        propagate(net, thin, ["second"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        propagate(net, masks(16), ["second", "relu"])
        follow(net, thin, ["second"])


def test_attention_is_refused():
    with torch.random.fork_rng():
        module = torchvision.models.VisionTransformer(16, 8, 1, 2, 16, 16, num_classes=3).eval()
    net = Vision(module, [0.5] * 3, [0.5] * 3, size=16, name="vit")
    check_laws(follow(net, masks(16), ["conv_proj"]))
    with pytest.raises(ShapeMismatch, match=r"a region at layer 'encoder' of vit.*reshape leaves no place for it"):
        propagate(net, masks(16), ["encoder"])


REFUSED = {
    "shape": (
        torch.ones(12, 12),
        r"a mask of shape \(12, 12\). regions \(M, 1, H, W\) or \(M, H, W\).*write mask\[None\]",
    ),
    "channels": (torch.ones(1, 3, 12, 12), r"a mask of shape \(1, 3, 12, 12\)"),
    "kind": ([[1.0]], "list as a mask"),
    "range": (torch.full((1, 12, 12), 2.0), "a mask with values from 2 to 2. values in .*write mask.clamp"),
    "nan": (torch.full((1, 12, 12), float("nan")), "a mask with values from nan"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what):
    mask, message = REFUSED[what]
    with pytest.raises(BadPicture, match=message):
        propagate(vision(nn.ReLU()), mask, ["0"])


def test_layers_that_are_not_there():
    with pytest.raises(UnknownLayer, match="7"):
        propagate(vision(nn.ReLU()), masks(12), ["7"])
