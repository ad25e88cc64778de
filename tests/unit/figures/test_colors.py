from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from phosphene.errors import BadArgument
from phosphene.figures.colors import AGAINST, FOR, PALETTE, distinct, signed, srgb

color = pytest.importorskip("skimage.color")

# Machado, Oliveira and Fernandes 2009, severity 1, for linear sRGB.
SIGHTS = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(rgb: np.ndarray) -> np.ndarray:
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def gamma(rgb: np.ndarray) -> np.ndarray:
    return np.where(rgb <= 0.0031308, rgb * 12.92, 1.055 * np.maximum(rgb, 1e-9) ** (1 / 2.4) - 0.055)


def palette(count: int) -> np.ndarray:
    return np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in distinct(count)])


def least_distance(count: int, sight: str) -> float:
    seen = gamma(np.clip(linear(palette(count)) @ np.array(SIGHTS[sight]).T, 0, 1))
    lab = color.rgb2lab(seen)
    distances = np.linalg.norm(lab[:, None] - lab[None], axis=-1)
    return float(distances[np.triu_indices(count, 1)].min())


@pytest.mark.parametrize("sight", list(SIGHTS))
@pytest.mark.parametrize(("count", "least"), [(2, 70), (4, 38), (8, 28), (12, 21)])
def test_colors_are_told_apart(sight: str, count: int, least: float) -> None:
    assert least_distance(count, sight) >= least


def test_colors_are_seen_on_white_and_on_black_paper() -> None:
    luminance = linear(palette(12)) @ [0.2126, 0.7152, 0.0722]
    black = linear(np.array(0x16 / 255))
    assert (1.05 / (luminance + 0.05)).min() >= 1.6
    assert ((luminance + 0.05) / (black + 0.05)).min() >= 1.6


@given(st.integers(0, 12), st.integers(0, 12))
def test_a_color_does_not_change_with_the_count(a: int, b: int) -> None:
    assert distinct(a)[:b] == distinct(b)[:a]


def test_no_more_colors_than_are_told_apart() -> None:
    with pytest.raises(BadArgument, match=r"13 colors.*at most 12.*show 12 groups"):
        distinct(13)
    with pytest.raises(BadArgument, match="count is -1"):
        distinct(-1)
    assert len(set(PALETTE)) == 12


@given(arrays.arrays(np.float64, arrays.array_shapes(max_dims=3), elements=st.floats(-2, 2)))
def test_the_scale_keeps_the_shape_and_stays_in_range(values: np.ndarray) -> None:
    colors = signed(values)
    assert colors.shape == (*values.shape, 3)
    assert colors.min() >= 0
    assert colors.max() <= 1
    np.testing.assert_array_equal(colors, signed(values.clip(-1, 1)))


def test_marks_have_the_colors_of_the_ends_of_the_scale() -> None:
    for written, end in ((FOR, 1), (AGAINST, -1)):
        rgb = np.array([int(written[i : i + 2], 16) for i in (1, 3, 5)])
        assert np.abs(rgb - 255 * signed(end)).max() <= 0.5
        luminance = linear(rgb / 255) @ [0.2126, 0.7152, 0.0722]
        assert 1.05 / (luminance + 0.05) >= 3  # on white paper
        assert (luminance + 0.05) / (linear(np.array(0x16 / 255)) + 0.05) >= 3


@pytest.mark.parametrize("sign", [-1, 1])
def test_both_arms_of_signed_are_even(sign: int) -> None:
    values = np.linspace(0, 1, 101)
    lab = color.rgb2lab(signed(sign * values))
    assert np.abs(lab[:, 0] - (98 - 44 * values)).max() < 0.3
    steps = np.linalg.norm(np.diff(lab, axis=0), axis=1)
    assert steps.max() / steps.min() < 1.02


def test_signed_is_blue_white_orange() -> None:
    blue, white, orange = signed([-1, 0, 1])
    assert blue[2] > blue[1] > blue[0]
    assert orange[0] > orange[1] > orange[2]
    assert white.min() > 0.97
    np.testing.assert_array_equal(signed(np.nan), white)


@given(st.tuples(st.floats(0, 100), st.floats(-60, 60), st.floats(-60, 60)))
def test_srgb_agrees_with_scikit_image(lab: tuple[float, float, float]) -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about colors beyond the screen
        expected = color.lab2rgb(np.array(lab))
    ours = srgb(lab)
    inside = (expected > 0.002).all() and (expected < 0.998).all()
    assert not inside or np.abs(ours - expected).max() < 2e-3
