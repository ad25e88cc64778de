import numpy as np
import pytest
import torch
from torch.testing import assert_close

from phosphene import param
from phosphene.errors import BadArgument, BadPicture, ShapeMismatch
from phosphene.values import hold


def photos(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def matrix(map):
    eye = torch.eye(map.channels, dtype=torch.float64)
    return map.forward(eye[..., None, None])[..., 0, 0].T


def test_imagenet_is_the_published_factor_with_lucids_gain():
    published = torch.tensor([[0.27586, 0, 0], [0.25085, 0.11169, 0], [0.22729, 0.12880, 0.11684]]).double() / 0.46195
    assert_close(matrix(param.decorrelate("imagenet")), published, atol=1e-4, rtol=0)


def test_imagenet_colors_measured_from_pictures_give_the_same_map():
    root = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0, -0.05], [0.27, -0.09, 0.03]], dtype=torch.float64)
    # Eight corners of a cube have the unit matrix as their covariance, up to the factor 8/7.
    corners = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0], dtype=torch.float64)] * 3)
    colors = (0.5 + corners @ root.T).T.reshape(1, 3, 2, 4)
    colors = (colors - colors.min()) / (colors.max() - colors.min())
    assert_close(matrix(param.decorrelate(colors)), matrix(param.decorrelate("imagenet")))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_the_covariance_is_numpys(channels):
    batch = photos(2, channels, 5, 7)
    expected = np.cov(batch.numpy().transpose(1, 0, 2, 3).reshape(channels, -1)).reshape(channels, channels)
    assert_close(param.covariance(batch), torch.from_numpy(expected))
    factor = matrix(param.decorrelate(batch))
    assert_close(factor @ factor.T, torch.from_numpy(expected / np.linalg.eigvalsh(expected).max()))
    assert_close(factor, factor.tril())


def test_pictures_of_several_shapes_and_kinds_count_by_pixel():
    one, two = photos(3, 4, 5), photos(2, 3, 6, 2, seed=1)
    expected = np.cov(np.concatenate([one.reshape(3, -1), two.numpy().transpose(1, 0, 2, 3).reshape(3, -1)], axis=1))
    assert_close(param.covariance([one, two.numpy()]), torch.from_numpy(expected))


def test_what_was_measured_is_a_value():
    map = param.decorrelate(photos(1, 3, 4, 4))
    assert map == param.decorrelate(photos(1, 3, 4, 4)) != param.decorrelate(photos(1, 3, 4, 4, seed=1))
    assert repr(map).startswith("param.decorrelate(tensor('")
    assert param.decorrelate(map.colors) == map
    assert len({map, param.decorrelate(photos(1, 3, 4, 4))}) == 1


def test_contrast_does_not_matter():
    bright = photos(1, 3, 4, 4)
    assert_close(matrix(param.decorrelate(bright)), matrix(param.decorrelate(bright / 10)))


@pytest.mark.parametrize(
    "colors", [torch.rand(1, 1, 4, 4).expand(1, 3, 4, 4), torch.zeros(3, 4, 4), hold(torch.ones(3, 3))]
)
def test_colors_that_do_not_span_their_space(colors):
    with pytest.raises(BadArgument, match=r"colors with variances .* vary independently .* decorrelate\('imagenet'\)"):
        param.decorrelate(colors)


@pytest.mark.parametrize(
    ("colors", "kind", "message"),
    [
        ("cifar", BadArgument, "'imagenet', or pictures"),
        ([], BadArgument, "0 pictures"),
        (torch.rand(3, 1, 1), BadArgument, "a single pixel"),
        ([torch.rand(3, 4, 4), torch.rand(1, 4, 4)], BadArgument, r"channels \[1, 3\]|\[1, 3\] channels"),
        (torch.rand(3, 4, 4) * 255, BadPicture, r"finite values in \[0, 1\]"),
        (7, BadPicture, "int as a picture"),
    ],
)
def test_colors_that_are_no_pictures(colors, kind, message):
    with pytest.raises(kind, match=message):
        param.decorrelate(colors)


def test_channels_must_agree_before_anything_runs():
    with pytest.raises(ShapeMismatch, match="maps 3 channels and gets 4"):
        param.spectrum(8, channels=4) >> param.decorrelate("imagenet")
    with pytest.raises(ShapeMismatch, match="maps 3 channels and gets 2"):
        param.decorrelate(photos(1, 2, 4, 4)) >> param.decorrelate("imagenet")
