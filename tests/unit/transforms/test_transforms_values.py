"""Light, color, noise and compression against torchvision, SciPy, kornia, Pillow and closed forms."""

import io
import math

import numpy as np
import pytest
import scipy.ndimage
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torch.testing import assert_close
from torchvision.transforms import functional as vision

from phosphene import transforms as tf
from phosphene.errors import BadArgument, ShapeMismatch
from phosphene.seeds import stream

seeds = st.integers(0, 2**31)


def pictures(*shape, seed=0, low=0.0, high=1.0):
    drawn = torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return low + (high - low) * drawn


def streams(batch, seed=7):
    return [stream(seed, "transforms", i) for i in range(batch)]


@given(st.floats(0.5, 1.3), seeds)
def test_torchvision_has_the_same_contrast_and_saturation_where_it_does_not_clamp(factor, seed):
    x = pictures(1, 3, 5, 6, seed=seed, low=0.3, high=0.6)
    grey = 0.299 * x[:, 0] + 0.587 * x[:, 1] + 0.114 * x[:, 2]
    # torchvision rounds its weights: 0.2989, 0.587, 0.114
    assert_close(tf.contrast(factor)(x, streams(1)), vision.adjust_contrast(x, factor), atol=1e-4, rtol=0)
    assert_close(tf.saturation(factor)(x, streams(1)), vision.adjust_saturation(x, factor), atol=1e-4, rtol=0)
    assert_close(tf.contrast(factor)(x, streams(1)), grey.mean() + factor * (x - grey.mean()))
    assert_close(tf.saturation(factor)(x, streams(1)), grey[:, None] + factor * (x - grey[:, None]))


def test_what_is_clear_is_not_clamped():
    x = pictures(2, 3, 4, 4)
    assert_close(tf.brightness(0.9)(x, streams(2)), x + 0.9)
    assert tf.contrast(3)(x, streams(2)).min() < 0
    assert tf.contrast(2)(x[:, :1], streams(2)).mean().item() == pytest.approx(x[:, :1].mean().item())


@given(st.floats(-720, 720), st.floats(-180, 180), seeds)
def test_hue_is_a_turn_about_the_greys(angle, other, seed):
    x = pictures(1, 3, 3, 4, seed=seed)
    turned = tf.hue(angle)(x, streams(1))
    assert_close(turned.mean(1), x.mean(1))
    assert_close(turned.square().sum(1), x.square().sum(1))
    assert_close(tf.hue(other)(turned, streams(1)), tf.hue(angle + other)(x, streams(1)), atol=1e-9, rtol=0)
    grey = x[:, :1].expand(-1, 3, -1, -1)
    assert_close(tf.hue(angle)(grey, streams(1)), grey)

    def degrees(y):  # the hue of HSI
        return torch.atan2(math.sqrt(3) * (y[:, 1] - y[:, 2]), 2 * y[:, 0] - y[:, 1] - y[:, 2]).rad2deg()

    assert_close(
        ((degrees(turned) - degrees(x) - angle + 180) % 360) - 180, torch.zeros_like(x[:, 0]), atol=1e-6, rtol=0
    )


def test_a_third_of_the_circle_moves_every_channel_to_the_next():
    x = pictures(2, 3, 3, 4)
    assert_close(tf.hue(120)(x, streams(2)), x.roll(1, 1))
    assert_close(tf.hue(-120)(x, streams(2)), x.roll(-1, 1))


@given(st.floats(0.2, 4), seeds)
def test_gamma_is_the_power_and_has_a_gradient_everywhere(power, seed):
    x = pictures(1, 3, 4, 4, seed=seed, low=0.002)
    assert_close(tf.gamma(power)(x, streams(1)), x**power)
    dark = torch.tensor([-0.5, -1e-9, 0.0, 1e-12, 5e-4, 1e-3]).reshape(1, 1, 1, 6).requires_grad_()
    below = tf.gamma(power)(dark, streams(1))
    below.sum().backward()
    assert (torch.diff(below) > 0).all()
    assert torch.isfinite(dark.grad).all()
    assert below[..., -1].item() == pytest.approx(1e-3**power, rel=1e-4)


@given(st.floats(0.2, 4), seeds)
def test_blur_is_scipys(sigma, seed):
    x = pictures(1, 2, 6, 9, seed=seed)
    expected = [scipy.ndimage.gaussian_filter(p, sigma, mode="reflect") for p in x[0].numpy()]
    assert_close(tf.blur(sigma)(x, streams(1)), torch.from_numpy(np.stack(expected))[None])


def test_greys_have_finite_gradients():
    for t in (tf.hue(40), tf.saturation(0.3), tf.contrast(2), tf.gamma(0.5), tf.printing(), tf.jpeg(30)):
        for level in (0.0, 0.5, 1.0):
            x = torch.full((1, 3, 16, 16), level, requires_grad=True)
            t(x, streams(1)).square().sum().backward()
            assert torch.isfinite(x.grad).all()


def smooth(height, width):
    y, x = torch.meshgrid(torch.linspace(0, 3, height), torch.linspace(0, 4, width), indexing="ij")
    return torch.stack([(x + y).sin(), (x * y / 4).cos(), (y - x / 2).sin()])[None] * 0.4 + 0.5


@pytest.mark.parametrize("quality", [10, 50, 90])
@pytest.mark.parametrize("size", [(48, 64), (41, 35)])
def test_jpeg_is_nearly_pillows(quality, size):
    x = smooth(*size)
    file = io.BytesIO()
    Image.fromarray((x[0].permute(1, 2, 0) * 255).round().byte().numpy()).save(file, "jpeg", quality=quality)
    pillows = torch.from_numpy(np.array(Image.open(file))).permute(2, 0, 1)[None] / 255
    ours = tf.jpeg(quality)(x, streams(1))
    assert ours.shape == x.shape
    assert (ours - pillows).abs().mean() < 0.25 * (pillows - x).abs().mean() + 0.01
    assert (ours - x).abs().mean() < 1.5 * (pillows - x).abs().mean() + 0.01


def test_worse_quality_is_worse():
    x = pictures(1, 3, 32, 32)
    errors = [(tf.jpeg(q)(x, streams(1)) - x).square().mean().item() for q in (5, 30, 60, 95)]
    assert errors == sorted(errors, reverse=True)


def test_the_colors_of_a_print():
    drawn = tf.draw(tf.printing(), (4, 4), streams(2000))
    gains, shifts = np.array([d[0] for d in drawn]), np.array([d[1] for d in drawn])
    assert 0.5 * 0.7 <= gains.min() < 0.5
    assert 2 < gains.max() <= 2 * 1.3
    assert 0.2 < np.abs(shifts).max() <= 0.3
    apart = gains / gains[:, :1]
    assert 0.7 / 1.3 <= apart.min() < apart.max() <= 1.3 / 0.7
    x = pictures(2, 3, 4, 4)
    expected = x * torch.tensor(gains[:2])[:, :, None, None] + torch.tensor(shifts[:2])[:, :, None, None]
    assert_close(tf.printing().apply(x, drawn[:2]), expected)
    grey = x[:, :1]
    assert_close(tf.printing().apply(grey, drawn[:2]), expected[:, :1])
    assert tf.printing(0, 2, 0, (1, 1)).deterministic
    assert not tf.printing(0, (1, 2), 0, 1).deterministic


def test_uniform_noise():
    x = torch.zeros(4, 3, 64, 64)
    y = tf.uniform_noise(0.3)(x, streams(4))
    assert y.abs().max() <= 0.3
    assert y.std().item() == pytest.approx(0.3 / math.sqrt(3), rel=0.02)
    assert abs(y.mean().item()) < 0.005
    assert_close(tf.uniform_noise(0.3)(x.double(), streams(4)).float(), y)


def test_noise_of_a_strength_that_is_drawn():
    x = torch.zeros(400, 1, 16, 16)
    each = tf.noise(0, 0.2)(x, streams(400)).flatten(1).std(1)
    assert each.min() < 0.02
    assert 0.18 < each.max() < 0.24
    assert each.mean().item() == pytest.approx(0.1, rel=0.15)
    assert {d[1] for d in tf.draw(tf.noise((0.1, 0.3)), (4, 4), streams(50))} == {0.1, 0.3}


@pytest.mark.parametrize("cell", [1, 3, 5])
def test_dropout_takes_whole_cells(cell):
    x = pictures(40, 3, 20, 22, low=1, high=2)
    holes = tf.dropout(0.3, cell=cell, fill=0)(x, streams(40)) == 0
    assert torch.equal(holes[:, :1].expand_as(holes), holes)
    assert holes.double().mean().item() == pytest.approx(0.3, abs=0.05)
    for i in range(0, 20, cell):
        for j in range(0, 22, cell):
            block = holes[:, 0, i : i + cell, j : j + cell].flatten(1)
            assert torch.equal(block.any(1), block.all(1))
    assert torch.equal(tf.dropout(0.3, cell=cell)(x, streams(40))[~holes], x[~holes])


@pytest.mark.parametrize("t", [tf.saturation(0.5), tf.hue(9), tf.jpeg(50)])
@pytest.mark.parametrize("channels", [1, 2, 4])
def test_colors_need_three_channels(t, channels):
    with pytest.raises(ShapeMismatch, match=f"{channels} channels.*red, green, blue.*color pictures"):
        t(torch.rand(1, channels, 16, 16), streams(1))


def test_a_print_has_three_channels_at_most():
    with pytest.raises(ShapeMismatch, match="4 channels"):
        tf.printing()(torch.rand(1, 4, 4, 4), streams(1))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: tf.jpeg(0), r"jpeg: quality is 0. a number from 1 to 100 expected"),
        (lambda: tf.jpeg(50, 101), "jpeg: high is 101"),
        (lambda: tf.jpeg((50, 200)), "jpeg: a choice is 200"),
        (lambda: tf.jpeg(90, 50), r"lower bound first.*tf.jpeg\(50, 90\)"),
        (lambda: tf.blur(-1), "blur: sigma is -1"),
        (lambda: tf.brightness("much"), "brightness: low is 'much'"),
        (lambda: tf.contrast(-1), "contrast: low is -1"),
        (lambda: tf.saturation(1, -1), "saturation: high is -1"),
        (lambda: tf.hue(float("nan")), "hue: low is nan"),
        (lambda: tf.gamma(0), "gamma: low is 0"),
        (lambda: tf.uniform_noise(-1), "uniform_noise: width is -1"),
        (lambda: tf.dropout(1.5), "dropout: p is 1.5"),
        (lambda: tf.dropout(0.5, cell=0), "dropout: cell is 0"),
        (lambda: tf.dropout(0.5, fill="reflect"), "dropout: fill is 'reflect'"),
        (lambda: tf.printing(-1), "printing: shift is -1"),
        (lambda: tf.printing(gain=(2, 1)), "printing: gain is 1"),
        (lambda: tf.printing(gain=(1, 2, 3)), r"printing: gain is \(1, 2, 3\).*\(low, high\)"),
        (lambda: tf.perspective(0.5), "perspective: strength is 0.5"),
        (lambda: tf.elastic(-1, 2), "elastic: amplitude is -1"),
        (lambda: tf.elastic(1, "wide"), "elastic: sigma is 'wide'"),
        (lambda: tf.flip(2), "flip: p is 2"),
        (lambda: tf.flip(axis="diagonal"), "flip: axis is 'diagonal'.*write axis='vertical'"),
        (lambda: tf.translate(-1), "translate: fraction is -1"),
        (lambda: tf.shear(89), "shear: low is 89"),
        (lambda: tf.place(0), "place: low is 0"),
        (lambda: tf.crop(3, -1), "crop: spread is -1"),
        (lambda: tf.crops(3, 0.5, 0.4), "crops: high is 0.4"),
        (lambda: tf.crops(3, 0.5, 0.6, normal=0.5), r"crops: normal is 0.5. \(mean, sd\) expected"),
        (lambda: tf.crops(3, 0.5, 0.6, normal=(0.5, -1)), "crops: the sd is -1"),
        (lambda: tf.crops(3, 0.5, 0.6, spread="x"), "crops: spread is 'x'"),
        (lambda: tf.frozen(3), "a transform expected"),
        (lambda: tf.frozen(tf.identity, seed=0.5), "frozen: seed is 0.5"),
        (lambda: tf.jitter(3, fill="roll"), "'reflect', 'edge' or 'wrap'"),
    ],
)
def test_values_out_of_range(make, message):
    with pytest.raises(BadArgument, match=message):
        make()
