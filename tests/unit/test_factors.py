"""Non-negative factors: planted ones are found again, and no order of rows or columns matters."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import phosphene as ph
from phosphene import factors
from phosphene.errors import BadArgument, MissingExtra, Nonfinite, ShapeMismatch
from phosphene.factors import Factors, UnfinishedWarning, factorize
from phosphene.models import capture
from phosphene.models.patterns import draw

pytest.importorskip("sklearn")


def planted(groups: int, seed: int, wide: int = 4) -> tuple[Any, Any, Any]:
    """A matrix of groups with channels and positions of their own; weights fall from group to group."""
    dice = np.random.default_rng(seed)
    directions = np.kron(np.eye(groups), np.ones(wide)) * dice.uniform(0.5, 1.5, (groups, groups * wide))
    weights = np.kron(np.eye(groups), np.ones((5, 1))) * dice.uniform(0.5, 1.5, (groups * 5, groups))
    directions /= directions.sum(1, keepdims=True)
    weights *= np.linspace(1.6, 1, groups) * 4 / weights.sum(0)
    return weights @ directions, weights, directions


@given(st.integers(1, 8), st.integers(0, 1000), st.booleans())
def test_planted_groups_are_found_again(groups: int, seed: int, told: bool) -> None:
    matrix, weights, directions = planted(groups, seed)
    found = factorize(matrix, groups if told else None)
    np.testing.assert_allclose(found.directions, directions, atol=1e-3)
    np.testing.assert_allclose(found.weights, weights, atol=2e-3)
    assert found.explained > 1 - 1e-5


MATRICES = st.builds(
    lambda rows, columns, seed: np.random.default_rng(seed).gamma(0.7, 1, (rows, columns)),
    st.integers(3, 12),
    st.integers(3, 9),
    st.integers(0, 1000),
)


@given(MATRICES, st.integers(1, 3), st.integers(0, 99))
def test_what_is_promised_of_factors(matrix: Any, count: int, seed: int) -> None:
    found = factorize(matrix, count, seed)
    assert found.weights.shape == (len(matrix), count)
    assert found.directions.shape == (count, matrix.shape[1])
    assert (found.weights >= 0).all()
    assert (found.directions >= 0).all()
    np.testing.assert_allclose(found.directions.sum(1), 1)
    assert (np.diff(found.weights.sum(0)) <= 1e-9).all()
    lost = np.linalg.norm(matrix - found.weights @ found.directions) ** 2 / np.linalg.norm(matrix) ** 2
    assert found.explained == pytest.approx(1 - lost)
    singular = np.linalg.svd(matrix, compute_uv=False) ** 2
    assert found.explained <= singular[:count].sum() / singular.sum() + 1e-9


@given(MATRICES, st.randoms(use_true_random=False), st.sampled_from([None, 2]))
def test_the_order_of_channels_and_positions_does_not_matter(matrix: Any, shuffled: Any, count: int | None) -> None:
    rows, columns = list(range(len(matrix))), list(range(matrix.shape[1]))
    shuffled.shuffle(rows)
    shuffled.shuffle(columns)
    found, other = factorize(matrix, count), factorize(matrix[np.ix_(rows, columns)], count)
    np.testing.assert_array_equal(other.weights, found.weights[rows])
    np.testing.assert_array_equal(other.directions, found.directions[:, columns])
    assert other.explained == found.explained


@given(MATRICES, st.sampled_from([1e-12, 0.5, 3.0, 1e9]))
def test_the_unit_of_the_activations_is_in_the_weights(matrix: Any, scale: float) -> None:
    found, scaled = factorize(matrix, 2), factorize(scale * matrix, 2)
    np.testing.assert_allclose(scaled.weights, scale * found.weights, rtol=1e-4, atol=1e-6 * scale)
    np.testing.assert_allclose(scaled.directions, found.directions, atol=1e-4)


@given(MATRICES, st.integers(0, 5))
def test_the_same_arguments_give_the_same_bits_and_leave_the_global_state(matrix: Any, seed: int) -> None:
    np.random.seed(3)
    before = np.random.get_state()[1].copy()  # type: ignore[index,union-attr]
    a, b = factorize(torch.from_numpy(matrix), 2, seed), factorize(matrix.tolist(), 2, seed)
    np.testing.assert_array_equal(a.weights, b.weights)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # type: ignore[index]


@given(MATRICES)
def test_the_chosen_count_is_the_first_after_which_one_more_adds_little(matrix: Any) -> None:
    chosen = factorize(matrix)
    count = len(chosen.directions)
    explained = [factorize(matrix, g).explained for g in range(1, min(8, *matrix.shape) + 1)]
    gains = np.diff(explained)
    assert (gains[: count - 1] >= 0.02).all()
    assert count == len(explained) or gains[count - 1] < 0.02


def halves(seed: int, stripes: str) -> Any:
    """A picture whose left half is stripes and whose right half is dots."""
    picture = draw(stripes, seed=seed, size=192).clone()
    picture[:, :, 96:] = draw("dots", seed=seed + 100, size=192)[:, :, 96:]
    return picture[None]


@pytest.mark.parametrize("layer", ["block3", "block4"])
@pytest.mark.parametrize("stripes", ["stripes 0", "stripes 45", "stripes 90"])
def test_two_groups_are_the_two_halves_of_a_picture(layer: str, stripes: str) -> None:
    picture = halves({"stripes 0": 1, "stripes 45": 0, "stripes 90": 2}[stripes], stripes)
    activation = capture(ph.models.load("patterns"), [layer], picture)[layer][0].detach().clamp_min(0)
    height, width = activation.shape[1:]
    found = factorize(activation.flatten(1).T, 2)
    largest = found.weights.argmax(1).reshape(height, width)
    left = np.arange(width) < width // 2
    overlaps = [((largest == g) & left).sum() / ((largest == g) | left).sum() for g in range(2)]
    group = int(np.argmax(overlaps))
    other = ((largest != group) & ~left).sum() / ((largest != group) | ~left).sum()
    assert min(max(overlaps), other) >= 0.8


@pytest.mark.parametrize(
    ("matrix", "count", "error", "words"),
    [
        ([1.0, 2], 1, ShapeMismatch, r"shape \(2,\).*a\.reshape\(-1, channels\)"),
        (np.zeros((0, 3)), 1, ShapeMismatch, r"shape \(0, 3\)"),
        ([[1.0, np.nan]], 1, Nonfinite, "NaN or infinity"),
        ([[1.0, -0.5]], 1, BadArgument, r"the least -0\.5.*after the ReLU"),
        ([[0.0, 0], [0, 0]], 1, BadArgument, "a matrix of zeros"),
        (np.ones((4, 3)), 4, BadArgument, r"4 groups of a matrix of shape \(4, 3\).*write count=3"),
        (np.ones((4, 3)), 0, BadArgument, "count is 0"),
        (np.ones((4, 3)), True, BadArgument, "count is True"),
    ],
    ids=["flat", "empty", "nan", "negative", "zeros", "many", "none", "bool"],
)
def test_bad_input(matrix: Any, count: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        factorize(matrix, count)


@pytest.mark.parametrize("seed", [-1, "a", 2.5, None, True])
def test_bad_seeds(seed: Any) -> None:
    with pytest.raises(BadArgument, match="factorize: seed is"):
        factorize(np.ones((4, 3)), 1, seed)


@given(st.integers(0, 2**80))
def test_any_seed_from_0_on(seed: int) -> None:
    matrix = planted(2, 0)[0]
    np.testing.assert_array_equal(factorize(matrix, 2, seed).weights, factorize(matrix, 2, seed % 2**32).weights)


def test_more_groups_than_the_matrix_is_made_of() -> None:
    matrix = np.zeros((6, 5))
    matrix[0, 0] = 1
    with pytest.raises(BadArgument, match=r"3 groups of a matrix that 1 make up.*write count=1"):
        factorize(matrix, 3)
    assert factorize(matrix).directions.tolist() == [[1, 0, 0, 0, 0]]


def test_without_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.decomposition", None)
    with pytest.raises(MissingExtra, match=r'pip install "phosphene\[groups\]"'):
        factorize([[1.0]], 1)


def test_an_unfinished_factorization_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factors, "ROUNDS", 2)
    monkeypatch.setattr(factors, "TURNS", 1)
    matrix = np.random.default_rng(0).gamma(0.5, 1, (30, 12))
    with pytest.warns(UnfinishedWarning, match=r"into 5 groups still changed after 2 rounds.*count=4") as told:
        found = factorize(matrix, 5)
    assert len(told) == 1
    assert isinstance(found, Factors)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert 0 < found.explained < 1
