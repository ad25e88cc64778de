"""Colors taken over, against scikit-image and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from phosphene import colors
from phosphene.errors import BadPicture, ShapeMismatch
from phosphene.render import Moment, operators


def pixels(seed: int, *shape: int, levels: int = 0) -> torch.Tensor:
    x = torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return (x * levels).floor() / levels if levels else x


@given(st.integers(0, 99), st.sampled_from((0, 2, 5)), st.integers(1, 7), st.integers(1, 9))
def test_histograms_as_scikit_image_matches_them(seed: int, levels: int, height: int, width: int) -> None:
    exposure = pytest.importorskip("skimage.exposure")
    x, like = pixels(seed, 1, 3, 6, 5, levels=levels), pixels(seed + 1, 1, 3, height, width, levels=levels)
    found = colors.match_histogram(x, like)
    theirs = exposure.match_histograms(x[0].numpy(), like[0].numpy(), channel_axis=0)
    np.testing.assert_allclose(found[0], theirs, atol=1e-12)


@given(st.integers(0, 99))
def test_a_histogram_of_as_many_values_is_taken_over_value_for_value(seed: int) -> None:
    x, like = pixels(seed, 2, 3, 4, 5), pixels(seed + 1, 2, 3, 5, 4)
    found = colors.match_histogram(x, like)
    torch.testing.assert_close(found.flatten(2).sort().values, like.flatten(2).sort().values)
    assert torch.equal(found.flatten(2).argsort(), x.flatten(2).argsort())
    torch.testing.assert_close(colors.match_histogram(found, like), found)


@given(st.integers(0, 99))
def test_mean_and_covariance_are_those_of_the_other(seed: int) -> None:
    x, like = 0.3 + 0.2 * pixels(seed, 1, 3, 9, 8), 0.4 + 0.1 * pixels(seed + 1, 1, 3, 7, 5)
    found = colors.match_moments(x, like)
    for mine, theirs in ((np.mean, np.mean), (np.cov, np.cov)):
        axis = {"axis": 1} if mine is np.mean else {"bias": True}
        np.testing.assert_allclose(
            mine(found[0].flatten(1).numpy(), **axis), theirs(like[0].flatten(1).numpy(), **axis), atol=1e-10
        )
    torch.testing.assert_close(colors.match_moments(like, like), like)


@given(st.integers(0, 99))
def test_recolored_keeps_the_lightness_and_takes_the_hues(seed: int) -> None:
    color = pytest.importorskip("skimage.color")
    x, like = 0.4 + 0.1 * pixels(seed, 1, 3, 4, 5), 0.4 + 0.1 * pixels(seed + 1, 1, 3, 4, 5)
    found = color.rgb2yiq(colors.recolored(x, like)[0].permute(1, 2, 0).numpy())
    np.testing.assert_allclose(found[..., 0], color.rgb2yiq(x[0].permute(1, 2, 0).numpy())[..., 0], atol=1e-3)
    np.testing.assert_allclose(found[..., 1:], color.rgb2yiq(like[0].permute(1, 2, 0).numpy())[..., 1:], atol=1e-3)
    torch.testing.assert_close(colors.recolored(like, like), like)


@pytest.mark.parametrize("word", [operators.match_histogram, operators.recolor])
def test_an_operator_is_its_function_and_refuses_other_channels(word: type) -> None:
    x, like = pixels(1, 2, 3, 4, 5), pixels(2, 3, 6, 7)
    function = colors.match_histogram if word is operators.match_histogram else None
    found = word(like).apply(x, Moment())
    if function:
        torch.testing.assert_close(found, function(x, like[None]))
    with pytest.raises(ShapeMismatch, match=r"on pictures of shape .2, 1, 4, 5.*as many channels expected"):
        word(like).apply(x[:, :1], Moment())


@given(st.integers(0, 99))
def test_histograms_of_regions_are_those_of_their_pixels_alone(seed: int) -> None:
    x, like = pixels(seed, 1, 3, 6, 5), pixels(seed + 1, 1, 3, 4, 7)
    here, there = pixels(seed + 2, 6, 5) > 0.4, pixels(seed + 3, 4, 7) > 0.4
    found = operators.match_histogram(like, here.double(), there.double()).apply(x, Moment())
    assert torch.equal(found[..., ~here], x[..., ~here])
    alone = colors.match_histogram(x[..., here][..., None], like[..., there][..., None])
    torch.testing.assert_close(found[..., here], alone[..., 0])


def test_a_region_without_a_pixel() -> None:
    with pytest.raises(BadPicture, match=r"like_region.*has no pixel.*above 1/2 somewhere"):
        operators.match_histogram(pixels(1, 3, 4, 4), like_region=torch.zeros(4, 4))
