"""Bounds against NumPy's percentiles; layouts turned upright and to one another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene.atlas.bounds import bounded, bounds
from phosphene.atlas.turn import alike, upright
from phosphene.errors import BadArgument

SEEDS = st.integers(0, 999)


def cloud(n: int, seed: int) -> Any:
    dice = np.random.default_rng(seed)
    return dice.gamma(1, 1, (n, 2)) * [3, 1] + dice.normal(size=2)


def turned(place: Any, angle: float, mirror: bool) -> Any:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return place @ (turn * [1, -1 if mirror else 1])


@given(st.integers(2, 300), SEEDS)
def test_bounds_are_percentiles_with_margins_of_their_range(n: int, seed: int) -> None:
    place = cloud(n, seed)
    for axis in range(2):
        first, last = np.percentile(place[:, axis], 1), np.percentile(place[:, axis], 99)
        low, high = (end[axis] for end in bounds(place))
        assert low == pytest.approx(first - 0.1 * (last - first), abs=1e-12)
        assert high == pytest.approx(last + 0.1 * (last - first), abs=1e-12)


@given(st.integers(2, 300), SEEDS, st.integers(0, 3))
def test_outliers_are_left_out_and_the_others_keep_their_places(n: int, seed: int, lost: int) -> None:
    place = cloud(n, seed)
    place = np.concatenate([place, np.full((lost, 2), np.nan)])
    found = bounded(place)
    low, high = bounds(place)
    scaled = (place - low) / (high - low)
    outside = ~((scaled >= 0) & (scaled <= 1)).all(1)
    assert (np.isnan(found).all(1) == outside).all()
    np.testing.assert_array_equal(found[~outside], scaled[~outside])
    assert outside.sum() <= lost + 0.04 * n + 4


def test_a_far_place_is_no_place_at_the_edge() -> None:
    place = np.concatenate([cloud(500, 0), [[1e6, 0]]])
    found = bounded(place)
    assert np.isnan(found[-1]).all()
    assert not (found == 1).any()


def test_an_axis_without_extent() -> None:
    place = np.array([[0.0, 7]] * 300 + [[1.0, 7]] * 300 + [[0.5, 8]])
    found = bounded(place)
    assert (found[:-1, 1] == 0.5).all()
    assert np.isnan(found[-1]).all()


@given(st.integers(3, 100), SEEDS)
def test_upright_places_vary_along_x_and_are_skewed_to_the_right_and_down(n: int, seed: int) -> None:
    place = cloud(n, seed)
    found = upright(place)
    spread = np.cov(found.T)
    assert spread[0, 0] >= spread[1, 1]
    assert abs(spread[0, 1]) < 1e-9 * spread[0, 0]
    assert ((found**3).sum(0) >= 0).all()
    np.testing.assert_allclose(found.mean(0), 0, atol=1e-9)
    np.testing.assert_allclose(distances(found), distances(place), atol=1e-9)


@given(st.floats(0, 7), st.booleans(), st.integers(0, 20))
def test_a_turned_layout_comes_out_the_same(angle: float, mirror: bool, seed: int) -> None:
    place = cloud(200, seed)
    found, expected = upright(turned(place, angle, mirror)), upright(place)
    for axis in range(2):
        if abs((expected[:, axis] ** 3).mean()) > 1e-3:
            np.testing.assert_allclose(found[:, axis], expected[:, axis], atol=1e-8)


@given(st.floats(0, 7), st.booleans(), SEEDS)
def test_a_layout_is_turned_to_another(angle: float, mirror: bool, seed: int) -> None:
    place = cloud(50, seed)
    reference = turned(place, angle, mirror) * 0.3 + 5
    reference[3:6], reference[7] = np.nan, [np.nan, np.nan]
    found = alike(place, reference)
    np.testing.assert_allclose(
        found - found[0], (turned(place, angle, mirror) - turned(place, angle, mirror)[0]), atol=1e-9
    )


def test_rows_without_a_place_count_for_nothing() -> None:
    place = cloud(60, 1)
    more = np.concatenate([place, [[np.nan, np.nan]]])
    np.testing.assert_array_equal(upright(more)[:-1], upright(place))
    assert np.isnan(upright(more)[-1]).all()


def test_too_few_common_pictures_are_refused() -> None:
    reference = np.full((5, 2), np.nan)
    reference[:2] = 0
    with pytest.raises(BadArgument, match="2 pictures with a place in both layouts"):
        alike(cloud(5, 0), reference)


def distances(place: Any) -> Any:
    return np.linalg.norm(place[:, None] - place[None], axis=2)
