"""Filters against SciPy, and the Laplacian pyramid against its own laws."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from phosphene import filters

sizes = st.tuples(st.integers(1, 19), st.integers(1, 19))
seeds = st.integers(0, 2**31)


def pictures(seed: int, size: tuple[int, int], channels: int = 2) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, channels, *size, generator=generator, dtype=torch.float64) * 30


def each(x: torch.Tensor, work: object) -> np.ndarray:
    return np.stack([[work(channel) for channel in picture] for picture in x.numpy()])  # type: ignore[operator]


@given(seeds, sizes, st.floats(0.05, 9))
def test_gaussian_is_that_of_scipy(seed: int, size: tuple[int, int], sigma: float) -> None:
    x = pictures(seed, size)
    theirs = each(x, lambda channel: ndimage.gaussian_filter(channel, sigma))
    np.testing.assert_allclose(filters.gaussian(x, sigma), theirs, atol=1e-12)


def test_the_border_rule_matters() -> None:
    x = pictures(0, (16, 16))
    pad = torch.nn.functional.pad(x, (12, 12, 12, 12), mode="reflect")
    other = filters.gaussian(pad, 3)[..., 12:-12, 12:-12]
    assert (other - filters.gaussian(x, 3)).abs().max() > 1


@given(seeds, sizes, st.sampled_from([1, 3, 5, 7]))
def test_median_is_that_of_scipy(seed: int, size: tuple[int, int], width: int) -> None:
    x = pictures(seed, size)
    theirs = each(x, lambda channel: ndimage.median_filter(channel, width))
    np.testing.assert_allclose(filters.median(x, width), theirs, atol=1e-12)


@given(seeds, sizes, sizes, st.sampled_from([("corners", 1), ("spline", 3)]))
def test_resampling_is_scipys_zoom(seed: int, old: tuple[int, int], new: tuple[int, int], how: tuple[str, int]) -> None:
    x = pictures(seed, old)
    scale = [n / o for n, o in zip(new, old, strict=True)]
    theirs = each(x, lambda channel: ndimage.zoom(channel, scale, order=how[1]))
    np.testing.assert_allclose(filters.resample(x, new, how[0]), theirs, atol=1e-11)


@given(seeds, sizes, st.sampled_from(["bilinear", "corners", "spline"]))
def test_resampling_to_the_same_size_changes_nothing(seed: int, size: tuple[int, int], how: str) -> None:
    x = pictures(seed, size)
    torch.testing.assert_close(filters.resample(x, size, how), x)


@given(seeds, sizes, st.integers(0, 7))
def test_merging_undoes_splitting(seed: int, size: tuple[int, int], levels: int) -> None:
    x = pictures(seed, size)
    parts = filters.laplacian_split(x, levels)
    assert len(parts) == levels + 1
    torch.testing.assert_close(filters.laplacian_merge(parts), x, rtol=0, atol=1e-12)


def test_the_pyramid_is_that_of_the_formula() -> None:
    """low = stride 2 convolution with [1 4 6 4 1] x [1 4 6 4 1] / 256 and zeros around, as many before as after or one less"""
    x = pictures(3, (8, 7), 1)[:1]
    kernel = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256
    padded = np.pad(x[0, 0].numpy(), ((1, 2), (2, 2)))
    low = np.array(
        [[(padded[2 * i : 2 * i + 5, 2 * j : 2 * j + 5] * kernel).sum() for j in range(4)] for i in range(4)]
    )
    np.testing.assert_allclose(filters.laplacian_split(x, 1)[1][0, 0], low, atol=1e-12)


@given(seeds, st.floats(0.3, 2))
def test_bilateral_with_a_wide_color_is_a_gaussian(seed: int, space: float) -> None:
    x = pictures(seed, (9, 8))
    wide = filters.bilateral(x, space, 1e7)
    torch.testing.assert_close(wide, filters.gaussian(x, space, truncate=2), rtol=0, atol=1e-7)


def test_bilateral_is_its_formula_and_keeps_steps_and_constants() -> None:
    x = pictures(1, (5, 6), 3)[:1] / 30
    space, color, radius = 1.2, 0.7, 2
    padded = np.pad(x[0].numpy(), ((0, 0), (radius, radius), (radius, radius)), mode="symmetric")
    out = np.zeros((3, 5, 6))
    for i in range(5):
        for j in range(6):
            window = padded[:, i : i + 5, j : j + 5]
            dy, dx = np.mgrid[-2:3, -2:3]
            weight = np.exp(-(dy**2 + dx**2) / 2 / space**2)
            weight = weight * np.exp(-((window - x[0, :, i, j].numpy()[:, None, None]) ** 2).sum(0) / 2 / color**2)
            out[:, i, j] = (window * weight).sum((1, 2)) / weight.sum()
    np.testing.assert_allclose(filters.bilateral(x, space, color)[0], out, atol=1e-12)
    step = torch.zeros(1, 3, 8, 8, dtype=torch.float64)
    step[..., 4:] = 1
    torch.testing.assert_close(filters.bilateral(step, 2, 0.01), step, rtol=0, atol=1e-12)
    grey = torch.full((1, 3, 8, 8), 0.3, dtype=torch.float64)
    torch.testing.assert_close(filters.bilateral(grey, 2, 0.1), grey)


@pytest.mark.parametrize(("fill", "expected"), [("reflect", [1, 0, 0, 1, 1, 0]), ("edge", [0, 0, 0, 1, 1, 1])])
def test_borders(fill: str, expected: list[int]) -> None:
    assert filters.border(-2, 6, 2, fill).tolist() == expected
    assert filters.border(-2, 6, 2, "wrap").tolist() == [0, 1, 0, 1, 0, 1]
