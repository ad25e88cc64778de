"""Directions and principal components: against NumPy, and exact whatever the blocks."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene.atlas.projection import components, directions, moment_of_directions, reduced
from phosphene.errors import ShapeMismatch
from tests.atlas_rows import random_rows

SEEDS = st.integers(0, 999)


@given(st.integers(1, 30), st.integers(1, 30), SEEDS)
def test_directions_have_length_1_and_no_scale(n: int, channels: int, seed: int) -> None:
    activation = random_rows(n, channels, seed).activation.astype(np.float64)
    found = directions(activation)
    np.testing.assert_allclose(found, activation / np.linalg.norm(activation, axis=1)[:, None], atol=2.0**-21)
    np.testing.assert_array_equal(found, directions(activation * 2.0**-900))
    np.testing.assert_array_equal(found, [directions(activation[i : i + 1])[0] for i in range(n)])
    np.testing.assert_array_equal(found * 2**20, np.rint(found * 2**20))


def test_directions_of_nothing_and_of_zeros() -> None:
    assert directions(np.zeros((0, 3))).shape == (0, 3)
    assert directions(np.zeros((2, 3))).tolist() == [[0, 0, 0]] * 2


@given(st.integers(1, 200), st.integers(1, 8), SEEDS, st.lists(st.integers(1, 60), min_size=1, max_size=5))
def test_the_moment_is_exact_in_any_order_and_any_parts(n: int, channels: int, seed: int, cuts: list[int]) -> None:
    rows = directions(random_rows(n, channels, seed).activation)
    expected = moment_of_directions([rows])
    shuffled = np.random.default_rng(seed).permutation(rows)
    np.testing.assert_array_equal(moment_of_directions(np.split(shuffled, np.clip(np.cumsum(cuts), 0, n))), expected)
    np.testing.assert_allclose(expected, rows.T @ rows / n, rtol=1e-12, atol=1e-15)
    exact = sum((Fraction(row[0]) * Fraction(row[-1]) for row in rows), Fraction()) / n
    assert expected[0, -1] == float(exact)


def test_sums_of_more_rows_than_doubles_can_hold_stay_exact() -> None:
    rows = np.tile([[741455.0, 741457.0]], (40001, 1)) / 2**20  # the sum is odd and has 55 bits
    assert moment_of_directions([rows])[0, 1] == 741455 * 741457 * 40001 * 2.0**-40 / 40001
    rows[0] = 0
    assert moment_of_directions([rows])[0, 0] == 741455**2 * 40000 * 2.0**-40 / 40001


@given(st.integers(2, 12), SEEDS)
def test_components_are_the_leading_eigenvectors(channels: int, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(40, channels))
    moment, count = rows.T @ rows / 40, channels // 2 + 1
    found = components(moment, count)
    sizes = np.linalg.eigvalsh(moment)[::-1][:count]
    np.testing.assert_allclose(moment @ found, found * sizes, atol=1e-4 * sizes[0])
    np.testing.assert_allclose(found.T @ found, np.eye(count), atol=1e-5)
    largest = np.abs(found).argmax(0)
    assert (found[largest, np.arange(count)] > 0).all()


@given(st.integers(3, 40), st.integers(4, 30), SEEDS)
def test_reduced_rows_are_of_one_row_alone_and_keep_cosines(n: int, channels: int, seed: int) -> None:
    rows = directions(random_rows(n, channels, seed).activation)
    basis = components(moment_of_directions([rows]), channels)
    found = reduced(rows, basis)
    np.testing.assert_allclose(found @ found.T, rows @ rows.T, atol=1e-4)
    np.testing.assert_array_equal(found, [reduced(rows[i : i + 1], basis)[0] for i in range(n)])
    assert reduced(rows, None) is rows


def test_a_row_of_which_nothing_is_left_is_nan() -> None:
    found = reduced(np.eye(3), np.eye(3)[:, :2])
    np.testing.assert_array_equal(found, [[1, 0], [0, 1], [np.nan, np.nan]])


def test_more_components_than_channels_are_refused() -> None:
    with pytest.raises(ShapeMismatch, match="write components=2"):
        components(np.eye(2), 3)
