"""Interpolation by neighbours against a plain loop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene.atlas import neighbours
from phosphene.atlas.neighbours import interpolated, lowest_similarity, nearest
from phosphene.atlas.projection import directions

SEEDS = st.integers(0, 999)


def points(n: int, channels: int, seed: int) -> Any:
    return directions(np.random.default_rng(seed).normal(size=(n, channels)))


@given(st.integers(1, 20), st.integers(1, 30), st.integers(1, 8), SEEDS)
def test_places_are_those_of_a_plain_loop(n: int, m: int, channels: int, seed: int) -> None:
    some, marks = points(n, channels, seed), points(m, channels, seed + 1)
    places = np.random.default_rng(seed).normal(size=(m, 2))
    found, best = interpolated(some, marks, places)
    for row, place, similarity in zip(some, found, best, strict=True):
        cosine = [float(row @ mark) for mark in marks]
        first = sorted(range(m), key=lambda j: (-cosine[j], j))[:10]
        weights = np.exp([(cosine[j] - cosine[first[0]]) / 0.05 for j in first])
        expected = sum(w * places[j] for w, j in zip(weights, first, strict=True)) / weights.sum()
        np.testing.assert_allclose(place, expected, atol=1e-12)
        assert similarity == cosine[first[0]]


@given(st.integers(2, 20), st.integers(2, 30), SEEDS, st.sampled_from([1, 7, 64]))
def test_each_place_is_of_one_row_alone_whatever_the_block(n: int, m: int, seed: int, pairs: int) -> None:
    some, marks, places = points(n, 5, seed), points(m, 5, seed + 1), np.random.default_rng(seed).normal(size=(m, 2))
    expected = interpolated(some, marks, places)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, "PAIRS", pairs)
        found = interpolated(some, marks, places)
    alone = [interpolated(some[i : i + 1], marks, places) for i in range(n)]
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal([place[0] for place, _ in alone], expected[0])
    np.testing.assert_array_equal([best[0] for _, best in alone], expected[1])


def test_equally_near_landmarks_are_in_their_order() -> None:
    marks = np.repeat(np.eye(2), 20, axis=0)
    index, similarity = nearest(np.eye(2), marks, 25)
    assert index[0].tolist() == [*range(20), *range(20, 25)]
    assert index[1].tolist() == [*range(20, 40), *range(5)]
    assert similarity[0].tolist() == [1] * 20 + [0] * 5


def test_opposite_directions_come_last() -> None:
    index, similarity = nearest(np.array([[1.0, 0]]), np.array([[-1.0, 0], [0, 1], [1, 0]]))
    assert index.tolist() == [[2, 1, 0]]
    assert similarity.tolist() == [[1, 0, -1]]


@given(st.integers(2, 60), SEEDS)
def test_the_lowest_similarity_is_a_percentile_of_the_nearest_others(m: int, seed: int) -> None:
    marks = points(m, 4, seed)
    marks[m // 2 :] = marks[: m - m // 2]  # some are there twice
    cosine = marks @ marks.T
    np.fill_diagonal(cosine, -np.inf)
    assert lowest_similarity(marks) == pytest.approx(float(np.percentile(cosine.max(1), 1)), abs=1e-12)
