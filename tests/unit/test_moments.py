"""Second moments and whitening, against NumPy and the laws of linear algebra."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from phosphene.errors import BadArgument, Nonfinite, ShapeMismatch
from phosphene.moments import second_moment, whitened, whitening

SIZES = st.tuples(st.integers(2, 6), st.integers(0, 1000))


def dice(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def regular(moment: Any, strength: float) -> Any:
    count = len(moment)
    return (1 - strength) * moment + strength * np.trace(moment) / count * np.eye(count)


@given(SIZES, st.integers(1, 20))
def test_moments_are_means_of_outer_products(size: tuple[int, int], n: int) -> None:
    rows = dice(size[1]).normal(2, 1, (n, size[0]))
    np.testing.assert_allclose(second_moment(rows), np.mean([np.outer(a, a) for a in rows], 0), rtol=1e-12)
    np.testing.assert_allclose(second_moment(rows, centered=True), np.cov(rows.T, bias=True), atol=1e-12)
    np.testing.assert_array_equal(second_moment(rows), second_moment(rows).T)
    np.testing.assert_array_equal(second_moment(torch.from_numpy(rows)), second_moment(rows))


def test_moments_are_summed_in_double_precision() -> None:
    rows = np.full((100_000, 1), 0.1, np.float32)
    assert second_moment(rows)[0, 0] == pytest.approx(float(np.float32(0.1)) ** 2, rel=1e-12)
    assert second_moment(rows, centered=True)[0, 0] == 0


@given(SIZES, st.floats(0, 1))
def test_whitened_vectors_solve_the_regularized_equation(size: tuple[int, int], strength: float) -> None:
    count, seed = size
    moment = second_moment(dice(seed).normal(size=(4 * count, count)))
    vectors = dice(seed + 1).normal(size=(2, 3, count))
    solved = whitened(vectors, moment, strength)
    assert solved.shape == vectors.shape
    np.testing.assert_allclose(solved @ regular(moment, strength), vectors, atol=1e-8)
    np.testing.assert_allclose(whitened(vectors[0, 0], moment, strength), solved[0, 0], atol=1e-10)


@given(SIZES, st.floats(1e-6, 1))
def test_whitening_is_a_root_of_the_inverse_on_live_channels(size: tuple[int, int], strength: float) -> None:
    count, seed = size
    rows = dice(seed).normal(size=(4 * count, count))
    rows[:, seed % count] = 0  # a dead channel
    moment, live = second_moment(rows), np.arange(count) != seed % count
    factor = whitening(moment, strength)
    assert factor.shape == (count - 1, count)
    assert not factor[:, ~live].any()
    inverse = np.linalg.inv(regular(moment[np.ix_(live, live)], strength))
    np.testing.assert_allclose((factor.T @ factor)[np.ix_(live, live)], inverse, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(whitened(rows[0], moment, strength), factor.T @ factor @ rows[0], rtol=1e-6, atol=1e-9)


@given(SIZES)
def test_whitened_activations_have_the_identity_as_their_moment(size: tuple[int, int]) -> None:
    rows = dice(size[1]).normal(1, 2, size=(5 * size[0], size[0]))
    plain = rows @ whitening(second_moment(rows), 0).T
    np.testing.assert_allclose(second_moment(plain), np.eye(size[0]), atol=1e-6)


@given(SIZES)
def test_the_identity_changes_nothing_and_a_diagonal_divides(size: tuple[int, int]) -> None:
    count, seed = size
    vectors, scales = dice(seed).normal(size=(3, count)), dice(seed + 1).uniform(0.1, 9, count)
    np.testing.assert_allclose(whitened(vectors, np.eye(count)), vectors, rtol=1e-12)
    np.testing.assert_allclose(whitened(vectors, np.diag(scales), 0), vectors / scales, rtol=1e-12)


@given(SIZES)
def test_the_inner_product_does_not_depend_on_the_basis(size: tuple[int, int]) -> None:
    count, seed = size
    rows = dice(seed).normal(size=(5 * count, count))
    change = np.linalg.qr(dice(seed + 1).normal(size=(count, count)))[0] * dice(seed + 2).uniform(0.5, 2, count)
    a, b = dice(seed + 3).normal(size=(2, count))
    before = a @ whitened(b, second_moment(rows), 0)
    after = (change @ a) @ whitened(change @ b, second_moment(rows @ change.T), 0)
    assert after == pytest.approx(before, rel=1e-8, abs=1e-8)


@given(SIZES, st.sampled_from([1e-6, 1.0, 1e6]))
def test_the_unit_of_the_activations_divides_out(size: tuple[int, int], unit: float) -> None:
    count, seed = size
    rows = dice(seed).normal(size=(count + 2, count))
    expected = whitened(rows[0], second_moment(rows)) / unit
    np.testing.assert_allclose(whitened(unit * rows[0], second_moment(unit * rows)), expected, rtol=1e-8)


def test_gaussian_activations_become_white() -> None:
    factor = np.array([[2.0, 0, 0], [1, 0.5, 0], [-1, 0.3, 1]])
    rows = dice(0).normal(size=(40_000, 3)) @ factor.T
    moment = second_moment(rows)
    # The second moment of M^-1 a is M^-1, and that of L^T M^-1 a, with M = L L^T, is I.
    white = whitened(rows, moment, 0) @ factor
    assert np.abs(second_moment(white) - np.eye(3)).max() < 5 / np.sqrt(len(rows)) * 2
    assert np.mean((rows * whitened(rows, moment, 0)).sum(1)) == pytest.approx(3)


@given(SIZES, st.integers(1, 4))
def test_fewer_activations_than_channels_and_channels_alike_do_no_harm(size: tuple[int, int], n: int) -> None:
    count, seed = size
    rows = dice(seed).uniform(0.1, 1, (n, count))
    rows = np.concatenate([rows, rows[:, :1], 3 * rows[:, :1]], 1)
    moment = second_moment(rows)
    solved = whitened(rows, moment)
    np.testing.assert_allclose(solved @ regular(moment, 1e-3), rows, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(solved[:, count], solved[:, 0], rtol=1e-6, atol=1e-9)


@given(SIZES, st.integers(0, 5))
def test_dead_channels_take_no_part(size: tuple[int, int], place: int) -> None:
    count, seed = size
    rows = dice(seed).normal(size=(9, count))
    place = min(place, count)
    dead = np.insert(rows, place, 0, axis=1)
    vectors = np.insert(rows, place, 7, axis=1)
    solved = whitened(vectors, second_moment(dead))
    np.testing.assert_array_equal(solved[:, place], 0)
    np.testing.assert_allclose(np.delete(solved, place, 1), whitened(rows, second_moment(rows)), rtol=1e-9)


def test_a_constant_channel_is_dead_when_centered() -> None:
    rows = np.stack([np.full(7, 0.1), dice(0).normal(size=7)], 1)
    np.testing.assert_array_equal(whitened([5.0, 0], second_moment(rows, centered=True)), [0, 0])
    np.testing.assert_array_equal(whitened([[1.0, 2]], np.zeros((2, 2))), [[0, 0]])


@pytest.mark.parametrize(
    ("vectors", "moment", "strength", "error", "words"),
    [
        ([1.0], np.eye(2), 0.1, ShapeMismatch, r"shape \(1,\) and a moment of 2 channels.*vectors \(\.\.\., 2\)"),
        (1.0, np.eye(1), 0.1, ShapeMismatch, r"shape \(\)"),
        ([1.0, 1], np.ones((2, 3)), 0.1, ShapeMismatch, r"a moment of shape \(2, 3\)"),
        ([1.0, 1], [[1.0, 2], [0, 1]], 0.1, BadArgument, "no second moment.*symmetric"),
        ([1.0, 1], [[-1.0, 0], [0, 1]], 0.1, BadArgument, "no second moment"),
        ([1.0, 1], [[1.0, 2], [2, 1]], 1e-3, BadArgument, r"not positive definite with strength=0\.001"),
        ([1.0, 1], np.ones((2, 2)), 0, BadArgument, r"strength=0.*write strength=1e-3"),
        ([1.0, 1], np.eye(2), 2, BadArgument, "strength is 2"),
        ([1.0, np.nan], np.eye(2), 0.1, Nonfinite, "vectors with NaN"),
        ([1.0, 1], np.full((2, 2), np.inf), 0.1, Nonfinite, "moment with NaN or infinity"),
    ],
    ids=["short", "scalar", "oblong", "skew", "negative", "indefinite", "singular", "strength", "nan", "infinite"],
)
def test_bad_vectors_and_moments(vectors: Any, moment: Any, strength: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        whitened(vectors, moment, strength)


@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        ([1.0], ShapeMismatch, r"shape \(1,\).*\(N, C\)"),
        (np.zeros((0, 3)), ShapeMismatch, r"shape \(0, 3\)"),
        ([[np.inf]], Nonfinite, "activations with NaN or infinity"),
    ],
    ids=["flat", "empty", "infinite"],
)
def test_bad_activations(rows: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        second_moment(rows)
