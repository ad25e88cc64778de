"""Second moments of many rows: the tree, and whitening in closed form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene import moments
from phosphene.atlas import moment_of, reduced_moment, second_moment
from phosphene.collection import NONFINITE, UNREADABLE
from phosphene.errors import BadArgument, Nonfinite, ShapeMismatch
from tests.atlas_rows import made, parts, random_rows

SIZES = st.lists(st.integers(1, 20), min_size=1, max_size=6)


@given(st.integers(1, 60), st.integers(1, 6), SIZES, st.randoms())
def test_any_order_of_completion_gives_the_same_bits(n: int, channels: int, sizes: list[int], dice: Any) -> None:
    pieces = parts(random_rows(n, channels), *sizes)()
    expected = second_moment(pieces)
    done = list(enumerate(map(moment_of, pieces)))
    dice.shuffle(done)
    found = reduced_moment(done)
    assert found.count == expected.count == n
    np.testing.assert_array_equal(found.total, expected.total)
    np.testing.assert_array_equal(found.products, expected.products)


@given(st.integers(1, 60), st.integers(1, 6), SIZES)
def test_other_parts_agree_with_the_moment_of_all_rows(n: int, channels: int, sizes: list[int]) -> None:
    rows = random_rows(n, channels)
    found = second_moment(parts(rows, *sizes)()).matrix()
    expected = moments.second_moment(rows.activation.astype(np.float64))
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12 * expected.max())
    np.testing.assert_array_equal(found, found.T)


def test_few_parts_are_held_at_once() -> None:
    alive = [second_moment([random_rows(1, 2)])] * 1000
    assert reduced_moment(enumerate(alive)).count == 1000


@given(st.integers(0, 99))
def test_whitening_in_closed_form(seed: int) -> None:
    dice, n, channels = np.random.default_rng(seed), 4000, 5
    factor = np.eye(channels) + np.tril(dice.normal(0, 0.3, (channels, channels)), -1)
    rows = made(dice.normal(size=(n, channels)) @ factor.T, dtype=np.float32)
    known = factor @ factor.T
    found = second_moment(parts(rows, 333)())
    size = np.sqrt(np.diag(known))
    assert np.abs((found.matrix() - known) / np.outer(size, size)).max() < 5 * np.sqrt(2 / n)
    a = rows.activation.astype(np.float64)
    np.testing.assert_allclose(moments.whitened(a, found.matrix(), 0).T @ a / n, np.eye(channels), atol=1e-9)
    v = dice.normal(size=channels)
    np.testing.assert_allclose(moments.whitened(v, known, 0), np.linalg.inv(factor).T @ np.linalg.inv(factor) @ v)


def test_dead_channels_are_named_and_left_out() -> None:
    activation = np.random.default_rng(0).random((4, 6)).astype(np.float16)
    activation[:, [1, 4]] = 0
    activation[:, 3] = activation[:, 2]
    found = second_moment([made(activation)])
    assert found.dead == (1, 4)
    white = moments.whitened(activation.astype(np.float64), found.matrix())
    assert np.isfinite(white).all()
    assert (white[:, [1, 4]] == 0).all()


def test_rows_that_are_not_fine_count_for_nothing() -> None:
    rows = random_rows(6, 3)
    rows.state[2], rows.state[4] = UNREADABLE, NONFINITE
    rows.activation[4] = np.nan
    expected = moment_of(rows.take([0, 1, 3, 5]))
    np.testing.assert_array_equal(moment_of(rows).products, expected.products)


def test_bad_parts_are_refused() -> None:
    rows = random_rows(4, 3)
    with pytest.raises(BadArgument, match="collect pictures first"):
        second_moment([])
    with pytest.raises(BadArgument, match="the moment of no activation"):
        second_moment([rows.take(slice(0))]).matrix()
    with pytest.raises(BadArgument, match="part 3 twice"):
        reduced_moment([(3, moment_of(rows)), (3, moment_of(rows))])
    with pytest.raises(ShapeMismatch, match="3 and 2 channels"):
        second_moment([rows, random_rows(4, 2)])
    rows.activation[1, 1] = np.inf
    with pytest.raises(Nonfinite, match="collect the layer anew"):
        moment_of(rows)
