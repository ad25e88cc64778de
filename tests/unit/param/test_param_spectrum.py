import cmath
import math

import numpy as np
import pytest
import scipy.signal
import torch
from torch.testing import assert_close

from phosphene import param
from phosphene.errors import BadArgument

SIZES = [(1, 1), (1, 4), (5, 1), (4, 4), (5, 5), (4, 7), (7, 4)]


def state(size, seed=0, channels=1):
    shape = (2, channels, size[0], size[1] // 2 + 1, 2)
    return {"spectrum": torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)}


def lucid_frequency(y, x, height, width):
    fy = (y if y < (height + 1) // 2 else y - height) / height
    return max(math.hypot(fy, x / width), 1 / max(height, width))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("decay", [0, 1, 1.5])
def test_a_double_loop_over_the_frequencies_gives_the_same_picture(size, decay):
    height, width = size
    z = state(size)["spectrum"][0, 0]
    expected = np.zeros(size)
    for y in range(height):
        for x in range(width):
            total = 0.0
            for v in range(height):
                for u in range(width // 2 + 1):
                    s = math.sqrt(width * height) / lucid_frequency(v, u, height, width) ** decay
                    wave = s * complex(*z[v, u].tolist()) * cmath.exp(2j * math.pi * (v * y / height + u * x / width))
                    alone = u == 0 or 2 * u == width  # the column is its own mirror image
                    total += wave.real * (1 if alone else 2)
            expected[y, x] = total / (height * width) / 4
    picture = param.spectrum(size, decay, channels=1).decode({"spectrum": z[None, None]})
    assert_close(picture[0, 0], torch.from_numpy(expected))


@pytest.mark.parametrize("size", SIZES)
def test_numpy_agrees(size):
    z = state(size, channels=3)["spectrum"].numpy()
    f = np.hypot(np.fft.fftfreq(size[0])[:, None], np.fft.rfftfreq(size[1])[None])
    scale = math.sqrt(size[0] * size[1]) / np.maximum(f, 1 / max(size))
    expected = np.fft.irfft2(scale * (z[..., 0] + 1j * z[..., 1]), s=size) / 4
    assert_close(param.spectrum(size).decode(state(size, channels=3)), torch.from_numpy(expected))


def test_the_published_standard_deviation_of_a_start():
    x = param.spectrum(224).decode(param.spectrum(224).init(range(4)))
    assert x.std().item() == pytest.approx(0.0197, rel=0.1)
    painted = param.fourier(224)
    x = painted.decode(painted.init(range(2)))
    assert x.std().item() == pytest.approx(0.003, rel=0.15)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("new", [(1, 1), (3, 9), (4, 4), (8, 6), (9, 2), (2, 11)])
def test_resize_is_band_limited_resampling(size, new):
    source = param.spectrum(size, channels=1)
    picture = source.decode(state(size)).numpy()
    expected = scipy.signal.resample(scipy.signal.resample(picture, new[0], axis=2), new[1], axis=3)
    resized = source.resized(new)
    assert resized == param.spectrum(new, channels=1)
    assert_close(resized.decode(source.resize(state(size), new)), torch.from_numpy(expected))


def test_growing_and_coming_back_keeps_the_picture():
    source = param.fourier((6, 9))
    z = source.init([7], torch.float64)
    back = source.resized((12, 20)).resize(source.resize(z, (12, 20)), (6, 9))
    assert_close(source.decode(back), source.decode(z))
    assert_close(source.resize(z, (6, 9))["spectrum"], z["spectrum"])


@pytest.mark.parametrize(
    ("size", "dead"), [((4, 4), 4), ((5, 4), 2), ((4, 5), 2), ((5, 5), 1), ((1, 1), 1), ((2, 1), 2)]
)
def test_redundant_entries_are_the_imaginary_parts_of_self_conjugates(size, dead):
    source = param.spectrum(size, channels=2)
    mask = source.redundant(source.init([0]))["spectrum"]
    assert mask[0].sum() == 2 * dead
    assert not mask[..., 0].any()


def test_a_float64_run_starts_at_the_float32_numbers():
    assert_close(param.fourier(8).init([3], torch.float64)["spectrum"].float(), param.fourier(8).init([3])["spectrum"])
    assert param.fourier(8).decode(param.fourier(8).init([3], torch.float64)).dtype == torch.float64


def test_no_pictures():
    assert param.fourier(8).decode(param.fourier(8).init([])).shape == (0, 3, 8, 8)


def test_four_channels_have_no_color_map():
    assert repr(param.fourier((4, 6), decay=1.5, channels=4)) == (
        "param.spectrum((4, 6), decay=1.5, channels=4) >> param.sigmoid()"
    )


@pytest.mark.parametrize("make", [param.spectrum, param.pixels])
@pytest.mark.parametrize("size", [0, -1, 2.5, "224", True, (1, 2, 3), (4, 0), None])
def test_sizes_that_are_none(make, size):
    with pytest.raises(BadArgument, match=r"size is .* pixels expected.* write 224"):
        make(size)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"decay": float("nan")}, "decay is nan"),
        ({"decay": 100}, "decay is 100"),
        ({"channels": 0}, "channels is 0"),
        ({"sd": -1}, "sd is -1"),
        ({"sd": "small"}, "sd is 'small'"),
    ],
)
def test_arguments_out_of_range(arguments, message):
    with pytest.raises(BadArgument, match=message):
        param.spectrum(8, **arguments)


def test_a_start_without_noise_is_allowed():
    assert param.fourier(4, sd=0).init([1])["spectrum"].abs().max() == 0


def test_the_cached_scale_survives_inference_mode():
    p = param.fourier((3, 11))
    with torch.inference_mode():
        p.decode(p.init([0]))
    z = {key: value.requires_grad_() for key, value in p.init([0]).items()}
    p.decode(z).sum().backward()
    assert z["spectrum"].grad is not None
