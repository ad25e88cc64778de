"""Class activation maps against loops and identities, on tokens too, and what is made of them to be shown."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torchvision
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor, nn
from torch.testing import assert_close

import phosphene as ph
from phosphene import attribution as at
from phosphene import objectives as obj
from phosphene.attribution.places import laid_out, layout
from phosphene.errors import BadArgument, Detached
from tests import toys

NET = toys.vision(double=True)
GOAL = obj.logit("dog") - 0.5 * obj.logit("egg")


def pictures(count: int = 2, height: int = 16, width: int = 16) -> Tensor:
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_cam_is_what_the_head_reads():
    free, x = toys.vision(None, double=True), pictures(2, 10, 14)
    found = at.attribute(free, GOAL, x, "relu", at.cam())
    head = free.module.head
    weight, bias = (p[1] - 0.5 * p[4] for p in (head.weight.detach(), head.bias.detach()))
    assert_close(found.values, torch.einsum("c,bchw->bhw", weight, found.activation)[:, None], atol=1e-13, rtol=1e-11)
    assert_close(found.values.mean((1, 2, 3)) + bias, found.scores, atol=1e-13, rtol=1e-11)


def test_grad_cam_behind_a_pooled_linear_head_is_cam_over_the_places():
    x = pictures()
    cam, grad = (at.attribute(NET, GOAL, x, "relu", method).values for method in (at.cam(), at.grad_cam()))
    assert_close(grad * 256, cam, atol=1e-12, rtol=1e-10)


@pytest.mark.parametrize(
    ("goal", "wrt"),
    [
        (GOAL, "second"),
        (GOAL, "image"),
        (obj.prob("dog"), "relu"),
        (obj.logit("dog") ** 2, "relu"),
        (obj.neuron("relu", 1), "relu"),
    ],
    ids=repr,
)
def test_cam_needs_pooling_and_a_linear_head(goal, wrt):
    with pytest.raises(
        BadArgument, match=r"attribution.cam\(\) of .*only global average pooling.*attribution.grad_cam\(\)"
    ):
        at.attribute(NET, goal, pictures(), wrt, at.cam())


def test_cam_of_a_network_with_a_deeper_head():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        parts = [
            nn.Conv2d(3, 6, 3),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(6, 8),
            nn.ReLU(),
            nn.Linear(8, 3),
        ]
    net = ph.Vision(nn.Sequential(*parts).eval(), [0.5] * 3, [0.5] * 3, name="deep head")
    with pytest.raises(BadArgument, match=r"write method=attribution\.grad_cam"):
        at.attribute(net, obj.logit(0), torch.rand(1, 3, 16, 16), "1", at.cam())


def loops(activation: np.ndarray, slope: np.ndarray, method: at.Method) -> np.ndarray:
    """The formulas as they stand in the papers, number by number."""
    channels, height, width = activation.shape
    found = np.zeros((height, width))
    for k in range(channels):
        a, g = activation[k], slope[k]
        for y in range(height):
            for x in range(width):
                if isinstance(method, at.layer_cam):
                    found[y, x] += max(g[y, x], 0) * a[y, x]
                elif isinstance(method, at.grad_cam):
                    found[y, x] += g.sum() / (height * width) * a[y, x]
                else:
                    weight = 0.0
                    for i in range(height):
                        for j in range(width):
                            below = 2 * g[i, j] ** 2 + a.sum() * g[i, j] ** 3
                            weight += g[i, j] ** 2 / below * max(g[i, j], 0) if below else 0.0
                    found[y, x] += weight * a[y, x]
    return found


@pytest.mark.parametrize("method", [at.grad_cam(), at.grad_cam_plus_plus(), at.layer_cam()], ids=repr)
@pytest.mark.parametrize("wrt", ["stem", "first", "output"])
def test_maps_against_loops(method, wrt):
    free, x = toys.vision(None, double=True), pictures(2, 5, 6)
    found = at.attribute(free, obj.logit(1) * obj.channel("relu", 3), x, wrt, method)
    a, g = (t.reshape(*t.shape[:2], *(t.shape[2:] or (1, 1))).numpy() for t in (found.activation, found.slope))
    expected = np.stack([loops(one, slope, method) for one, slope in zip(a, g, strict=True)])[:, None]
    assert_close(found.values, torch.from_numpy(expected), atol=1e-12, rtol=1e-9)


def test_a_gradient_of_zero_weighs_nothing():
    found = at.attribute(NET, obj.neuron("relu", 2, y=3, x=4), pictures(), "relu", at.grad_cam_plus_plus())
    assert torch.isfinite(found.values).all()
    weight = (1 / (2 + found.activation.sum((2, 3))[:, 2])).view(-1, 1, 1)
    assert_close(found.values[:, 0], weight * found.activation[:, 2], atol=1e-13, rtol=1e-10)


@given(st.integers(1, 20), st.integers(1, 20), st.sampled_from([0, 1, 2, 5]), st.sampled_from([1, 8, 16]))
def test_tokens_are_laid_out_as_the_picture_lies(rows, columns, before, patch):
    found = layout(before + rows * columns, (rows * patch, columns * patch))
    assert found is not None
    assert rows * columns + before == found.before + found.rows * found.columns
    assert found.rows * columns == found.columns * rows
    assert found.before <= before
    x = torch.arange(2 * 3 * (found.before + found.rows * found.columns)).reshape(2, 3, -1)
    assert torch.equal(laid_out(x, found).flatten(2), x[:, :, found.before :])


def vit() -> ph.Vision:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = torchvision.models.VisionTransformer(32, 8, 2, 2, 16, 32, num_classes=4)
        nn.init.normal_(module.heads.head.weight)
    return ph.Vision(module.double().eval(), [0.5] * 3, [0.5] * 3, size=32, name="vit")


LATE = "encoder.layers.encoder_layer_1.ln_1"


@pytest.mark.parametrize("method", [at.grad_cam(), at.grad_cam_plus_plus(), at.layer_cam(), at.saliency()], ids=repr)
def test_tokens_have_places(method):
    """What goes into the last attention of a transformer, as a grid without the class token."""
    net, x = vit(), pictures(2, 32, 32)
    found = at.attribute(net, obj.logit(2), x, LATE, method)
    assert found.values.shape == (2, 1, 4, 4)
    assert found.map().shape == (2, 32, 32)
    grid = [t[:, :, 1:].unflatten(2, (4, 4)) for t in (found.activation, found.slope)]
    if isinstance(method, at.grad_cam):
        assert_close(found.values, (grid[1].mean((2, 3), keepdim=True) * grid[0]).sum(1, keepdim=True))
    if isinstance(method, at.saliency):
        assert_close(found.values, grid[1].abs().amax(1, keepdim=True))
    with pytest.raises(Detached, match=r"reads the class token of 'encoder\.ln' alone.*ln_1"):
        at.attribute(net, obj.logit(2), x, "encoder.ln", at.grad_cam())


def test_the_gradient_of_tokens_keeps_the_class_token_and_its_map_does_not():
    found = at.attribute(vit(), obj.logit(2), pictures(1, 32, 32), LATE, at.gradient())
    assert found.values.shape == (1, 16, 17)
    assert_close(found.map((4, 4)), found.values[:, :, 1:].sum(1).unflatten(1, (4, 4)))


def swin() -> ph.Vision:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = torchvision.models.SwinTransformer([4, 4], 8, [1, 1], [2, 2], [2, 2], num_classes=4)
    return ph.Vision(module.double().eval(), [0.5] * 3, [0.5] * 3, name="swin")


def test_a_network_with_channels_last():
    net, x = swin(), pictures(2, 32, 48)
    found = at.attribute(net, obj.logit(1), x, "features.3@bhwc", at.grad_cam())
    assert found.values.shape == (2, 1, 4, 6)
    above = at.attribute(net, obj.logit(1), x, "norm@bhwc", at.cam())
    head = net.module.head
    assert_close(above.values.mean((1, 2, 3)) + head.bias[1].detach(), above.scores, atol=1e-12, rtol=1e-10)
    assert_close(above.values, torch.einsum("c,bchw->bhw", head.weight[1].detach(), above.activation)[:, None])


def test_an_objective_of_two_networks():
    other, x = toys.vision(double=True, seed=3), pictures()
    goal = obj.logit(1, layer="a:output") * obj.logit(2, layer="b:output")
    for method in (at.grad_cam(), at.layer_cam(), at.guided_backprop(), at.saliency()):
        found = at.attribute({"a": NET, "b": other}, goal, x, "b:first", method)
        assert found.values.shape[2:] == (16, 16)
    grad = at.attribute({"a": NET, "b": other}, goal, x, "b:first", at.grad_cam()).values
    alone = at.attribute(other, obj.logit(2), x, "first", at.grad_cam()).values
    assert_close(grad, alone * NET(x)[:, 1].detach().view(-1, 1, 1, 1), atol=1e-11, rtol=1e-9)


def stretched(x: np.ndarray, rest: float) -> np.ndarray:
    x = x - x.min()
    return x / (x.max() + rest)


def test_posts_step_by_step():
    found = at.attribute(NET, GOAL, pictures(2, 20, 28), "second", at.grad_cam())
    raw = found.values[:, 0]
    assert_close(found.map((16, 16)), raw)
    assert_close(found.map((32, 48), "captum"), raw.repeat_interleave(2, 1).repeat_interleave(3, 2))
    assert found.map().shape == (2, 20, 28)
    for shown, one in zip(found.map((16, 16), "torchcam"), raw, strict=True):
        assert_close(shown, torch.from_numpy(stretched(np.maximum(one.numpy(), 0), 1e-8)))
    for shown, one in zip(found.map((40, 33), "torchcam"), raw, strict=True):
        small = Image.fromarray(stretched(np.maximum(one.numpy(), 0), 1e-8).astype(np.float32))
        assert_close(
            shown.float(),
            torch.from_numpy(np.array(small.resize((33, 40), Image.Resampling.BICUBIC))),
            atol=2e-6,
            rtol=0,
        )
    for shown, one in zip(found.map((40, 33), "pytorch_grad_cam"), raw, strict=True):
        small = stretched(np.maximum(one.numpy(), 0), 1e-7)
        large = np.maximum(bilinear(bilinear(small, 40).T, 33).T, 0)
        assert_close(shown, torch.from_numpy(stretched(large, 1e-7)), atol=1e-12, rtol=1e-10)


def bilinear(x: np.ndarray, rows: int) -> np.ndarray:
    """Rows of a matrix between the centres of its own."""
    at_rows = np.clip((np.arange(rows) + 0.5) * len(x) / rows - 0.5, 0, len(x) - 1)
    low = np.floor(at_rows).astype(int)
    part = (at_rows - low)[:, None]
    return (1 - part) * x[low] + part * x[np.minimum(low + 1, len(x) - 1)]


def test_a_map_that_is_zero_stays_zero():
    found = at.attribute(NET, -1 * obj.lp(2, layer="relu"), pictures(1), "relu", at.grad_cam())
    for post in ("torchcam", "pytorch_grad_cam"):
        assert float(found.map(post=post).abs().max()) == 0


def test_bad_maps():
    found = at.attribute(NET, GOAL, pictures(1), "second", at.grad_cam())
    with pytest.raises(BadArgument, match=r"post is 'jet'.*'torchcam'"):
        found.map(post="jet")
    with pytest.raises(BadArgument, match="side is 0"):
        found.map(0)
