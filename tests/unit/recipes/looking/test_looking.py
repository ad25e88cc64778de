"""Spectra, overlaps, filters and templates against NumPy and against weights set by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import phosphene as ph
from phosphene.errors import BadArgument, ShapeMismatch, UnknownLayer
from phosphene.figures import Plates, load
from phosphene.figures.plates import stretched
from phosphene.recipes import checkerboard, connections, filters, overlap, templates
from phosphene.recipes.looking.checkerboard import spectrum


def vision(module: nn.Module, size: int = 16, std: float = 0.25) -> ph.Vision:
    return ph.Vision(module.eval(), [0.5] * 3, [std] * 3, size=size, name="tiny")


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


@given(st.integers(1, 3), st.integers(2, 9), st.integers(2, 9), st.integers(0, 99))
def test_the_spectrum_is_numpys(batch: int, height: int, width: int, seed: int) -> None:
    gradients = random(batch, 3, height, width, seed=seed).double() - 0.5
    power = np.fft.fftshift((np.abs(np.fft.fft2(gradients.numpy())) ** 2).mean((0, 1)))
    found = spectrum(gradients).numpy()
    np.testing.assert_allclose(found, power / power.mean(), rtol=1e-9)
    energy = height * width * (gradients.numpy() ** 2).sum((2, 3)).mean()
    assert np.isclose(power.sum(), energy), "Parseval"


@given(st.sampled_from([1, 2, 4]), st.integers(0, 20))
@settings(max_examples=8)
def test_a_stride_repeats_the_spectrum(stride: int, seed: int) -> None:
    """A convolution that reads every s-th pixel alone has gradients there alone: the spectrum has s periods."""
    layer = nn.Conv2d(3, 4, 1, stride=stride)
    with torch.no_grad():
        layer.weight.copy_(random(4, 3, 1, 1, seed=seed) - 0.5)
    seen = checkerboard(vision(nn.Sequential(layer)), ["0"], random(2, 3, 16, 16, seed=seed))
    power = seen.values[0, :, :, 0]
    for axis in (0, 1):
        np.testing.assert_allclose(power, np.roll(power, 16 // stride, axis), rtol=1e-2, atol=1e-4)
    assert stride == 1 or not np.allclose(power, np.roll(power, 1, 0), rtol=1e-2)


def test_checkerboards_of_the_bundled_network(tmp_path: Path) -> None:
    net = ph.load("patterns")
    seen = checkerboard(net, ["stem", "block2"], random(2, 3, 32, 32), size=32)
    assert seen.names == ("stem", "block2")
    assert seen.values.shape == (2, 32, 32, 1)
    np.testing.assert_allclose(seen.values.mean((1, 2, 3)), 1, rtol=1e-3)
    again = load(seen.save(tmp_path / "data.npz"))
    assert isinstance(again, Plates)
    assert np.array_equal(again.values, seen.values)
    assert seen.save(tmp_path / "figure.png").read_bytes()[1:4] == b"PNG"
    assert "<svg" in seen.save(tmp_path / "figure.html").read_text()
    with pytest.raises(UnknownLayer, match="block9"):
        checkerboard(net, ["block9"], size=32)


def by_hand(kernel: int, stride: int, size: int) -> np.ndarray:
    """Every position adds 1 to every pixel under it."""
    canvas = np.zeros((80, 80))
    for top in range(0, 80 - kernel, stride):
        for left in range(0, 80 - kernel, stride):
            canvas[top : top + kernel, left : left + kernel] += 1
    start = 12  # a multiple of every stride up to 4, further in than any kernel
    return canvas[start : start + size, start : start + size]


@given(st.integers(1, 9), st.integers(1, 4))
def test_the_overlap_counted_by_hand(kernel: int, stride: int) -> None:
    found = overlap((kernel,), (stride,), 12).values[0, :, :, 0]
    np.testing.assert_array_equal(found, by_hand(kernel, stride, 12))
    assert (np.ptp(found) == 0) == (kernel % stride == 0), "even where the stride divides the kernel, and there alone"
    assert found.mean() == pytest.approx((kernel / stride) ** 2)


def test_overlaps_stand_by_stride_and_kernel() -> None:
    assert overlap((3, 4), (2,)).names == ("kernel 3, stride 2", "kernel 4, stride 2, even")
    assert overlap().across == 5


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 99))
def test_filters_are_the_weights(count: int, side: int, seed: int) -> None:
    layer = nn.Conv2d(3, count, side, padding=side)
    weights = random(count, 3, side, side, seed=seed) - 0.5
    layer.weight.data.copy_(weights)
    found = filters(vision(nn.Sequential(layer, nn.ReLU())))
    np.testing.assert_array_equal(found.values, weights.permute(0, 2, 3, 1).numpy())
    most = weights.abs().flatten(1).amax(1)[:, None, None, None]
    shown = (0.5 + 0.5 * weights / most).permute(0, 2, 3, 1).numpy()
    step = found.images.shape[1] // side
    np.testing.assert_allclose(found.images[:, ::step, ::step] / 255, shown, atol=0.5 / 255 + 1e-6)


def test_filters_of_other_channels_are_slices() -> None:
    net = ph.load("patterns")
    found = filters(net, "block1.conv1", most=40)
    weight = net.module.get_parameter("block1.conv1.weight")
    assert found.names[:2] == ("0 of 0", "0 of 1")
    assert found.names[32] == "1 of 0"
    assert len(found.names) == 40
    assert torch.equal(torch.from_numpy(found.values[33, :, :, 0]), weight[1, 1])


def test_connections() -> None:
    reads_picture = nn.Sequential(nn.Flatten(), nn.Linear(3 * 16 * 16, 5))
    weight = random(5, 3 * 16 * 16) - 0.5
    reads_picture[1].weight.data.copy_(weight)
    found = connections(vision(reads_picture))
    np.testing.assert_array_equal(found.values, weight.reshape(5, 3, 16, 16).permute(0, 2, 3, 1).numpy())
    reads_layer = nn.Sequential(
        nn.Conv2d(3, 2, 4, stride=4), nn.ReLU(), nn.Flatten(), nn.Linear(32, 6), nn.Linear(6, 4)
    )
    weight = random(6, 32) - 0.5
    reads_layer[3].weight.data.copy_(weight)
    found = connections(vision(reads_layer), "3", most=5)
    np.testing.assert_allclose(found.values[..., 0], weight.reshape(6, 2, 4, 4).sum(1)[:5].numpy(), rtol=1e-6)
    assert connections(vision(reads_layer)).values.shape == (1, 4, 6, 1), "the last one reads no positions"


@given(st.integers(2, 5), st.floats(0.1, 2), st.integers(0, 99))
@settings(max_examples=8)
def test_templates_are_the_weights_over_the_range(classes: int, std: float, seed: int) -> None:
    linear = nn.Sequential(nn.Flatten(), nn.Linear(3 * 4 * 6, classes)).requires_grad_(False)
    weight = random(classes, 72, seed=seed) - 0.5
    linear[1].weight.copy_(weight)
    net = ph.Vision(linear, [0.5] * 3, [std] * 3, size=(4, 6), labels=[f"class {c}" for c in range(classes)])
    found = templates(net)
    assert found.names == tuple(net.labels or ())
    wanted = (weight / std).reshape(classes, 3, 4, 6).permute(0, 2, 3, 1)
    np.testing.assert_allclose(found.values, wanted.numpy(), rtol=1e-5)


def test_refusals() -> None:
    flat = vision(nn.Sequential(nn.Flatten(), nn.Linear(768, 2)))
    with pytest.raises(BadArgument, match=r"tiny, a network without convolutions.*Conv2d expected"):
        filters(flat)
    with pytest.raises(BadArgument, match=r"network without fully connected layers.*Linear expected"):
        connections(vision(nn.Sequential(nn.Conv2d(3, 2, 3))))
    with pytest.raises(BadArgument, match=r"layer 'head' of patterns, a Linear.*one of its convolutions.*stem.0"):
        filters(ph.load("patterns"), "head")
    with pytest.raises(UnknownLayer, match=r"layer 'hed'.*'head'"):
        connections(ph.load("patterns"), "hed")
    with pytest.raises(BadArgument, match=r"depends on the picture.*linear in the picture expected"):
        templates(vision(nn.Sequential(nn.Conv2d(3, 2, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())))
    with pytest.raises(BadArgument, match="kernel, a stride or size is 0"):
        overlap((0,))
    with pytest.raises(BadArgument, match=r"overlap of no kernel, \(\). one or several expected"):
        overlap(())
    with pytest.raises(BadArgument, match="most is 0"):
        filters(ph.load("patterns"), most=0)


def test_plates_refuse_arrays_that_do_not_fit() -> None:
    bytes_ = np.zeros((2, 8, 8, 3), np.uint8)
    with pytest.raises(ShapeMismatch, match="for 1 names"):
        Plates("", {}, (), "", ("a",), np.zeros((2, 4, 4, 1), np.float32), bytes_, 2)
    with pytest.raises(ShapeMismatch, match="type float64"):
        Plates("", {}, (), "", ("a", "b"), np.zeros((2, 4, 4, 1), np.float32), bytes_ / 1.0, 2)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9))
def test_stretched_is_between_0_and_1(values: list[float]) -> None:
    found = stretched(values)
    assert found.min() >= 0
    assert found.max() <= 1
    if len({*values}) > 1 and max(values) - min(values) > 1e-6:
        assert found.min() == 0
        assert found.max() == 1
        assert (np.diff(found[np.argsort(values)]) >= 0).all()


@pytest.mark.parametrize("seed", range(8))
def test_a_rectifier_is_not_taken_for_linear(seed: int) -> None:
    """whatever side of it plain grey lies on"""
    conv = nn.Conv2d(3, 2, 3)
    conv.load_state_dict({"weight": random(2, 3, 3, 3, seed=seed) - 0.5, "bias": torch.zeros(2)})
    with pytest.raises(BadArgument, match="whose gradient depends on the picture"):
        templates(vision(nn.Sequential(conv, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())))
