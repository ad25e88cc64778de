"""What a position sees: arithmetic against the support of the gradient, and windows that give the activation by themselves."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import assume, given, reject
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from phosphene.errors import ShapeMismatch, UnknownLayer
from phosphene.models import Capture, Vision
from phosphene.models import layers as layers_of
from phosphene.models.fields import receptive_fields
from tests import toys


class Branches(nn.Module):
    """Two ways that are added, of other kernels, and one step of padding by hand."""

    def __init__(self, kernel: int, pad: int) -> None:
        super().__init__()
        self.wide = nn.Conv2d(2, 2, kernel, padding=kernel // 2, padding_mode="zeros")
        self.near = nn.Conv2d(2, 2, 1)
        self.pad = pad

    def forward(self, x: Tensor) -> Tensor:
        wide = self.wide(x)
        near = self.near(x)[:, :, : wide.shape[2], : wide.shape[3]] if wide.shape != x.shape else self.near(x)
        return F.pad(F.relu(wide + near), (self.pad, 0, 0, self.pad))


@st.composite
def networks(draw: st.DrawFn) -> nn.Sequential:
    """Convolutions, pooling, branches and padding, all weights positive: every path has a gradient."""
    parts: list[nn.Module] = [nn.Conv2d(3, 2, 1)]
    for _ in range(draw(st.integers(1, 4))):
        kernel, stride, dilation = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 2))
        padding = draw(st.integers(0, 2))
        kind = draw(st.sampled_from(["conv", "same", "mean", "branches", "uneven"]))
        if kind == "conv":
            parts.append(nn.Conv2d(2, 2, kernel, stride, padding, dilation))
        elif kind == "same":
            parts.append(nn.Conv2d(2, 2, kernel | 1, padding="same", dilation=dilation))
        elif kind == "mean":
            parts.append(nn.AvgPool2d(kernel, stride, padding=min(padding, kernel // 2), ceil_mode=draw(st.booleans())))
        elif kind == "branches":
            parts.append(Branches(2 * draw(st.integers(0, 1)) + 1, draw(st.integers(0, 2))))
        else:
            parts.append(nn.Conv2d(2, 2, (kernel, 3), (stride, 1), (padding, 1), (1, dilation)))
    net = nn.Sequential(*parts).double().eval()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.uniform_(0.1, 1, generator=torch.Generator().manual_seed(parameter.numel()))
    return net


def answer(net: nn.Module, x: Tensor) -> Tensor:
    """What the network gives, where its kernels fit into what is left of the picture."""
    try:
        found: Tensor = net(x)
    except RuntimeError:
        reject()
    return found


def vision(net: nn.Module, size: int = 24) -> Vision:
    return Vision(net, [0.0] * 3, [1.0] * 3, size=size)


@given(networks(), st.data())
def test_the_support_of_the_gradient_is_the_box(net: nn.Sequential, data: Any) -> None:
    size = (24, 21)
    x = torch.rand(1, 3, *size, dtype=torch.float64, requires_grad=True, generator=torch.Generator().manual_seed(0))
    own = answer(net, x)
    y, c = data.draw(st.integers(0, own.shape[2] - 1)), data.draw(st.integers(0, own.shape[3] - 1))
    name = str(len(net) - 1)
    top, left, height, width = receptive_fields(vision(net), [name], size)[name].box(y, c)
    own[0, :, y, c].sum().backward()
    seen = (x.grad.abs().sum((0, 1)) > 0).nonzero()
    assume(len(seen) > 0)
    low, high = seen.amin(0).tolist(), (seen.amax(0) + 1).tolist()
    if top >= 0 and left >= 0 and top + height <= size[0] and left + width <= size[1]:
        assert [low, high] == [[top, left], [top + height, left + width]]
    else:  # at a border a gap of a stride or a hole of a dilation may lie at the picture's edge
        assert low[0] >= top
        assert low[1] >= left
        assert high[0] <= top + height
        assert high[1] <= left + width


@given(networks(), st.data())
def test_a_window_alone_has_the_activation(net: nn.Sequential, data: Any) -> None:
    size = (40, 37)
    x = torch.rand(1, 3, *size, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    own = answer(net, x)
    y, c = data.draw(st.integers(0, own.shape[2] - 1)), data.draw(st.integers(0, own.shape[3] - 1))
    name = str(len(net) - 1)
    window = receptive_fields(vision(net), [name], size)[name].window(y, c)
    assume(window.inside)
    part = x[:, :, window.top : window.top + window.height, window.left : window.left + window.width]
    assert part.shape[2:] == (window.height, window.width)
    torch.testing.assert_close(net(part)[0, :, window.y, window.x], own[0, :, y, c], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("layer", ["maxpool", "layer1", "layer2.0.conv1"])
def test_a_residual_network(layer: str) -> None:
    from torchvision.models import resnet18

    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = Vision(resnet18(weights=None).eval(), [0.5] * 3, [0.25] * 3, size=128)
    x = torch.rand(1, 3, 128, 128, generator=torch.Generator().manual_seed(2))
    field = receptive_fields(net, [layer])[layer]
    sees = {one.name: one.receptive_field for one in layers_of(net)}[layer]
    assert sees == (int(field.rows.sees), int(field.rows.every))
    with torch.no_grad():
        own = Capture(net, [layer])(x)[layer]
        middle = own.shape[2] // 2
        window = field.window(middle, middle - 1)
        assert window.inside
        part = x[:, :, window.top : window.top + window.height, window.left : window.left + window.width]
        again = Capture(net, [layer])(part)[layer][0, :, window.y, window.x]
    torch.testing.assert_close(again, own[0, :, middle, middle - 1], rtol=1e-4, atol=1e-5)


def test_max_pooling_by_the_gradient_of_many_pictures() -> None:
    net = nn.Sequential(
        nn.Conv2d(3, 2, 3, padding=1), nn.MaxPool2d(3, 2, padding=1), nn.Conv2d(2, 2, 3, stride=2)
    ).double()
    x = torch.rand(200, 3, 24, 24, dtype=torch.float64, requires_grad=True, generator=torch.Generator().manual_seed(0))
    net(x)[:, :, 2, 1].sum().backward()
    seen = (x.grad.abs().sum((0, 1)) > 0).nonzero()
    top, left, height, width = receptive_fields(vision(net), ["2"])["2"].box(2, 1)
    assert seen.amin(0).tolist() == [top, left]
    assert (seen.amax(0) + 1).tolist() == [top + height, left + width]


def test_what_sees_all_is_the_picture() -> None:
    class Gated(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)
            self.part = nn.Conv2d(4, 4, 1)
            self.gate = nn.Sigmoid()
            self.pool = nn.AdaptiveAvgPool2d(7)

        def forward(self, x: Tensor) -> Tensor:
            x = self.part(self.conv(x)[:, :, 1:])
            return self.pool(self.gate(x.mean((2, 3), keepdim=True) * x))

    net = Vision(Gated().eval(), [0.0] * 3, [1.0] * 3, size=16)
    found = receptive_fields(net, ["conv", "part", "gate", "pool", "output"])
    assert found["conv"].window(2, 3)[:5] == (2, 3, 3, 3, 0)
    assert found["part"].rows is None  # which positions were taken is not followed
    for name in ("gate", "pool", "output"):
        assert found[name].window(1, 2) == (0, 0, 16, 16, 1, 2, True)
    tokens = receptive_fields(toys.vision(), ["head"])["head"]
    assert tokens.window(0, 0) == (0, 0, 16, 16, 0, 0, True)


def test_names_and_sizes_are_checked() -> None:
    with pytest.raises(UnknownLayer, match="'furst'"):
        receptive_fields(toys.vision(), ["furst"])
    with pytest.raises(ShapeMismatch, match="cannot take a picture of 2 x 2 px"):
        receptive_fields(vision(nn.Sequential(nn.Conv2d(3, 2, 5))), ["0"], 2)
