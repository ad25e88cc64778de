"""Neighbours against scikit-learn and against sorting all distances; classes against scikit-learn and by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from phosphene.embeddings import nearest, neighbours, separation
from phosphene.errors import BadArgument, ShapeMismatch

METRICS = ["cosine", "euclidean"]


def cloud(count: int = 60, width: int = 7, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=(count, width))


def far(points: Any, metric: str) -> Any:
    """All distances, one by one."""
    if metric == "cosine":
        points = points / np.linalg.norm(points, axis=1, keepdims=True)
        return np.square(points[:, None] - points[None]).sum(2) / 2
    return np.sqrt(np.square(points[:, None] - points[None]).sum(2))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("count", [12, 200])
def test_they_are_those_of_scikit_learn(metric: Any, count: int) -> None:
    from sklearn.neighbors import NearestNeighbors

    points, queries = cloud(count), cloud(31, seed=1)
    distance, index = NearestNeighbors(n_neighbors=6, metric=metric, algorithm="brute").fit(points).kneighbors(queries)
    own, own_distance = neighbours(points, queries, 6, metric)
    assert np.array_equal(own, index)
    np.testing.assert_allclose(own_distance, distance, rtol=1e-9, atol=1e-9)


@given(
    arrays.arrays(np.float64, st.tuples(st.integers(1, 30), st.integers(1, 3)), elements=st.integers(-2, 2)),
    st.integers(1, 30),
)
def test_of_equal_distances_the_first_comes_first(points: Any, k: int) -> None:
    k = min(k, len(points))
    index, distance = neighbours(points, points, k)
    squares = np.square(points[:, None] - points[None]).sum(2)  # of integers, exact
    order = np.argsort(squares, 1, kind="stable")[:, :k]
    assert np.array_equal(index, order)
    np.testing.assert_allclose(distance, np.sqrt(np.take_along_axis(squares, order, 1)), rtol=1e-15)


def test_far_from_the_origin_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    points = 1e6 + cloud(80, 5)
    monkeypatch.setattr(nearest, "BLOCK", 200)
    index, distance = neighbours(points, points, 4)
    expected = far(points, "euclidean")
    assert np.array_equal(index, np.argsort(expected, 1, kind="stable")[:, :4])
    assert not distance[:, 0].any()


@given(st.integers(2, 60), st.integers(2, 5), st.sampled_from(METRICS), st.integers(0, 100))
def test_silhouettes_are_those_of_scikit_learn(count: int, classes: int, metric: Any, seed: int) -> None:
    from sklearn.metrics import silhouette_samples

    points, labels = cloud(count, 3, seed), np.random.default_rng(seed).integers(0, classes, count) * 3
    if not 2 <= len(set(labels.tolist())) < count:
        with pytest.raises(BadArgument, match="two classes or more"):
            separation(points, labels, 1, metric)
        return
    found = separation(points, labels, 1, metric)
    np.testing.assert_allclose(found.silhouettes, silhouette_samples(points, labels, metric=metric), atol=1e-9)
    np.testing.assert_allclose(found.silhouettes, _by_hand(far(points, metric), labels), atol=1e-9)


def _by_hand(distance: Any, labels: Any) -> Any:
    result = []
    for one, label in enumerate(labels):
        others = (labels == label) & (np.arange(len(labels)) != one)
        if not others.any():
            result.append(0.0)
            continue
        a = distance[one, others].mean()
        b = min(distance[one, labels == other].mean() for other in set(labels.tolist()) - {label})
        result.append((b - a) / max(a, b))
    return result


@settings(max_examples=12)
@given(st.integers(6, 30), st.integers(1, 5), st.sampled_from(METRICS), st.integers(0, 100))
def test_votes_are_those_of_scikit_learn(count: int, k: int, metric: Any, seed: int) -> None:
    from sklearn.model_selection import LeaveOneOut, cross_val_predict
    from sklearn.neighbors import KNeighborsClassifier

    points, labels = cloud(count, 3, seed), np.arange(count) % 3 + 4
    found = separation(points, labels, k, metric)
    voter = KNeighborsClassifier(k, metric=metric, algorithm="brute")
    assert np.array_equal(found.predicted, cross_val_predict(voter, points, labels, cv=LeaveOneOut()))
    assert found.accuracy == pytest.approx((found.predicted == labels).mean())
    assert found.count.sum() == count
    assert np.average(found.accuracy_of, weights=found.count) == pytest.approx(found.accuracy)
    assert np.average(found.silhouette_of, weights=found.count) == pytest.approx(found.silhouette)


def test_three_gaussians_stand_apart_and_labels_may_be_unknown() -> None:
    dice = np.random.default_rng(0)
    centres = 10 * np.eye(3)
    label = np.arange(90) % 3
    points = centres[label] + dice.normal(size=(90, 3)) * 0.5
    found = separation(points, label, metric="euclidean")
    assert found.silhouette > 0.85
    assert found.accuracy == 1
    more = separation(np.r_[points, centres], np.r_[label, [-1] * 3], metric="euclidean")
    assert more.silhouette == found.silhouette
    assert np.isnan(more.silhouettes[90:]).all()
    assert (more.predicted[90:] == -1).all()


def test_points_at_one_place_do_not_vote_for_themselves() -> None:
    points, label = np.zeros((8, 2)), np.array([0, 1, 0, 1, 0, 1, 0, 1])
    found = separation(points, label, 3, "euclidean")
    assert not found.silhouettes.any()
    assert found.predicted.tolist() == [1, 0, 1, 0, 0, 0, 0, 0]  # by 1, 2, 3; 0, 2, 3; 0, 1, 3; and then 0, 1, 2


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: neighbours(cloud(), cloud(), 61), BadArgument, "k is 61"),
        (lambda: neighbours(cloud(), cloud(width=3), 2), ShapeMismatch, "points of 7 numbers and queries of 3"),
        (lambda: neighbours(cloud()[0], cloud(), 2), ShapeMismatch, "points of shape"),
        (lambda: neighbours(cloud(), cloud() * np.nan, 2), BadArgument, "queries with NaN"),
        (lambda: neighbours(cloud() * 0, cloud(), 2, "cosine"), BadArgument, '60 rows of zeros.*metric="euclidean"'),
        (lambda: neighbours(cloud(), cloud(), 2, "city"), BadArgument, "metric"),  # type: ignore[arg-type]
        (lambda: separation(cloud(), np.zeros(60)), BadArgument, "1 classes of 60 pictures"),
        (lambda: separation(cloud(), np.full(60, -1)), BadArgument, "0 classes of 0 pictures"),
        (lambda: separation(cloud(), np.arange(60)), BadArgument, "60 classes of 60"),
        (lambda: separation(cloud(), np.arange(59)), ShapeMismatch, r"labels of shape \(59,\)"),
        (lambda: separation(cloud(), np.arange(60) % 2, 60), BadArgument, "k is 60"),
    ],
)
def test_bad_input(call: Any, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        call()
