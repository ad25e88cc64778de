import numpy as np
import pytest
import torch
from torch.testing import assert_close

from phosphene import param
from phosphene.errors import BadArgument, NotInvertible, ShapeMismatch
from phosphene.values import hold


def photos(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def standardized(x):
    return (x - x.mean()) / (x.std() + 1e-4)


def expected(phases, magnitude, size):
    """The published formula, one picture at a time; the scale of the magnitude is chosen as ours: rms 1, orthonormal."""
    magnitude = magnitude / np.sqrt((magnitude**2).mean())
    one = [np.fft.irfft2(magnitude * np.exp(1j * standardized(p)), s=size, norm="ortho") for p in phases]
    return torch.from_numpy(np.stack([standardized(x) for x in one]))


@pytest.mark.parametrize("size", [(8, 8), (5, 7), (6, 9)])
@pytest.mark.parametrize("decay", [1.0, 1.5])
def test_the_power_law(size, decay):
    source = param.phase(size, decay=decay)
    state = source.init([1, 2], torch.float64)
    f = np.hypot(np.fft.fftfreq(size[0])[:, None], np.fft.rfftfreq(size[1])[None])
    magnitude = 1 / np.maximum(f, 1 / max(size)) ** decay
    assert_close(source.decode(state), expected(state["phase"].numpy(), magnitude[None].repeat(3, 0), size))


def test_measured_magnitudes():
    pictures = photos(4, 3, 6, 9)
    source = param.phase((6, 9), pictures)
    matrix = param.decorrelate("imagenet").forward(torch.eye(3, dtype=torch.float64)[..., None, None])[..., 0, 0].T
    independent = np.einsum("dc,bchw->bdhw", np.linalg.inv(matrix.numpy()), pictures.numpy() - 0.5)
    magnitude = np.abs(np.fft.rfft2(independent)).mean(0)
    assert_close(param.magnitude_of(pictures, (6, 9)), torch.from_numpy(magnitude))
    state = source.init([1, 2], torch.float64)
    assert_close(source.decode(state), expected(state["phase"].numpy(), magnitude, (6, 9)))


def test_the_magnitude_survives_painting():
    source = param.phase(16, photos(2, 1, 16, 16), channels=1)
    found = torch.fft.rfft2(source.decode(source.init([3], torch.float64)))[0].abs()[..., 1:8]
    wanted = source.magnitude.numbers()[..., 1:8]
    assert_close(found / found.mean(), wanted / wanted.mean())


def test_magnitudes_are_measured_once_and_resized():
    source = param.phase(8, photos(2, 3, 20, 30))
    assert source.magnitude.shape == (3, 8, 5)
    assert param.phase(8, source.magnitude) == source
    larger = param.phase(12, source.magnitude)
    assert larger.decode(larger.init([1])).shape == (1, 3, 12, 12)
    both = [photos(3, 20, 30), photos(3, 9, 9, seed=1)]
    assert param.phase(8, both).magnitude.shape == (3, 8, 5)


def test_each_picture_is_standardized_by_itself():
    p = param.phase((8, 10))
    x = p.decode(p.init([1, 2], torch.float64))
    assert_close(x.mean((1, 2, 3)), torch.zeros(2, dtype=torch.float64))
    assert_close(x.std((1, 2, 3), correction=0), torch.ones(2, dtype=torch.float64), atol=1e-3, rtol=0)
    assert_close(p.decode(p.init([2], torch.float64)), x[1:])


def test_a_flat_picture_has_a_finite_gradient():
    p = param.phase(1, channels=2)
    state = {key: x.requires_grad_() for key, x in p.init([1]).items()}
    p.decode(state).sum().backward()
    assert torch.isfinite(state["phase"].grad).all()


def test_there_is_no_other_size():
    p = param.maco(8)
    assert p.resized(8) == p
    with pytest.raises(NotInvertible, match=r"at another size.*one size, or use param.fourier"):
        p.resized(9)
    with pytest.raises(NotInvertible, match="at another size"):
        p.resize(p.init([1]), 16)


@pytest.mark.parametrize(
    ("magnitude", "kind", "message"),
    [
        ("imagenet", BadArgument, "'power', or pictures to measure"),
        (hold(torch.zeros(3, 8, 5)), BadArgument, "not all of them 0"),
        (hold(-torch.ones(3, 8, 5)), BadArgument, "values from -1 to -1"),
        (hold(torch.ones(1, 8, 5)), ShapeMismatch, "write channels=1"),
    ],
)
def test_what_is_no_magnitude(magnitude, kind, message):
    with pytest.raises(kind, match=message):
        param.phase(8, magnitude)
