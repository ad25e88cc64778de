"""Two classes side by side, against plain loops."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene.atlas import cells, compared, members, of_class, pca, tsne
from phosphene.atlas.bounds import bounded
from phosphene.collection import NONFINITE, Rows
from phosphene.errors import BadArgument, Nonfinite, ShapeMismatch
from tests.atlas_rows import made, parts, random_rows, whole


def attribution(rows: Rows, i: int, label: int) -> float:
    return sum(float(v) for c, v in zip(rows.top[i], rows.value[i], strict=True) if c == label)


def pictures(rows: Rows, *labels: int, **arguments: Any) -> list[int]:
    found = {int(i) for one in labels for part in of_class(whole(rows), one, **arguments)() for i in part.image}
    return sorted(found)


def line(points: Any, seed: int) -> Any:
    return points[:, 0]


@given(st.integers(0, 99), st.sampled_from([(1, 3), (4, 0)]), st.integers(20, 200))
def test_x_is_what_plain_loops_say(seed: int, pair: tuple[int, int], most: int) -> None:
    rows = random_rows(150, 6, seed)
    rows.activation[::3] = 0  # has no place, and counts for nothing
    found = compared(parts(rows, 31), *pair, pca(), most=most)
    assert found.image.tolist() == pictures(rows, *pair, most=most)
    difference = [attribution(rows, i, pair[1]) - attribution(rows, i, pair[0]) for i in found.image]
    scale = np.percentile([abs(d) for d, i in zip(difference, found.image, strict=True) if i % 3], 99)
    for d, (x, _) in zip(difference, found.place, strict=True):
        if not np.isnan(x):
            assert x == pytest.approx((1 + max(-1, min(1, d / scale))) / 2, abs=1e-12)
            assert (x > 0.5, x == 0.5) == (d > 0, d == 0)


@pytest.mark.parametrize("method", [pca(), line, tsne(perplexity=15, axes=1)])
def test_left_and_right_are_mirrored(method: Any) -> None:
    rows = random_rows(120, 6, 3)
    one, other = compared(whole(rows), 1, 3, method), compared(whole(rows), 3, 1, method)
    np.testing.assert_array_equal(one.image, other.image)
    np.testing.assert_allclose(one.place[:, 0], 1 - other.place[:, 0], atol=1e-15)
    np.testing.assert_array_equal(one.place[:, 1], other.place[:, 1])
    assert dict(one.outliers) == dict(other.outliers)


@pytest.mark.parametrize("landmarks", [20000, 40])
@given(order=st.tuples(st.integers(0, 99), st.lists(st.integers(1, 40), min_size=1, max_size=4)))
def test_any_order_and_any_parts_give_the_same(landmarks: int, order: Any) -> None:
    rows = random_rows(90, 6, 5)
    shuffled = np.random.default_rng(order[0]).permutation(90)
    expected = compared(whole(rows), 1, 3, line, landmarks=landmarks)
    found = compared(parts(rows, *order[1], order=shuffled), 1, 3, line, landmarks=landmarks)
    np.testing.assert_array_equal(expected.image, found.image)
    np.testing.assert_array_equal(expected.place, found.place)
    assert (expected.made, expected.outliers) == (found.made, found.outliers)


def test_y_is_the_line_within_its_bounds() -> None:
    rows = random_rows(120, 6, 3)
    found = compared(whole(rows), 1, 3, line)
    a = rows.activation[found.image].astype(float)
    first = (a / np.linalg.norm(a, axis=1, keepdims=True))[:, 0]
    first = first - first.mean()
    first *= -1 if (first**3).sum() < 0 else 1
    expected = bounded(np.stack([first, np.arange(len(first))], 1))
    both = np.isfinite(expected[:, 0]) & np.isfinite(found.place[:, 1])
    assert both.sum() > 0.9 * len(both) > 50
    np.testing.assert_allclose(found.place[both, 1], expected[both, 0], atol=1e-5)
    low, high = np.percentile(found.place[both, 1], [0, 100])
    assert 0 <= low < 0.2 < 0.8 < high <= 1


def test_a_mirrored_line_gives_the_same_places() -> None:
    rows = random_rows(120, 6, 3)
    one, other = compared(whole(rows), 1, 3, line), compared(whole(rows), 1, 3, lambda points, seed: -points[:, 0])
    np.testing.assert_allclose(one.place, other.place, atol=1e-12)


def test_pictures_that_the_method_does_not_place_are_counted() -> None:
    rows = random_rows(120, 6, 3)

    def gaps(points: Any, seed: int) -> Any:
        return np.where(np.arange(len(points)) < 7, np.nan, points[:, 0])

    assert compared(whole(rows), 1, 3, gaps).outliers["unplaced"] == 7


def test_a_line_may_be_a_column() -> None:
    rows = random_rows(60, 6, 3)
    one = compared(whole(rows), 1, 3, line)
    other = compared(whole(rows), 1, 3, lambda points, seed: points[:, :1])
    np.testing.assert_array_equal(one.place, other.place)


def test_without_any_difference_all_are_in_the_middle() -> None:
    rows = random_rows(60, 6, 3)
    rows.top[:], rows.value[:] = [1, 3, 2], [2, 2, 1]
    found = compared(whole(rows), 1, 3, pca())
    assert set(found.place[np.isfinite(found.place).all(1), 0]) == {0.5}


def test_a_single_difference_is_the_whole_width() -> None:
    rows = random_rows(300, 6, 3)
    rows.top[:], rows.value[:] = [1, 3, 2], [2, 2, 1]
    one = int(np.flatnonzero(np.isfinite(compared(whole(rows), 1, 3, pca()).place[:, 1]))[0])
    rows.value[one, 0] = 2.5
    assert compared(whole(rows), 1, 3, pca()).place[one, 0] == 0
    assert compared(whole(rows), 3, 1, pca()).place[one, 0] == 1


def test_pictures_without_a_place_are_counted() -> None:
    rows = random_rows(100, 6, 3)
    rows.top[:], rows.value[:] = [1, 3, 2], [2, 1, 1]
    rows.activation[4] = 0
    rows.state[5] = NONFINITE
    found = compared(whole(rows), 1, 3, pca())
    assert len(found.image) == 99
    assert found.outliers["zero"] == 1
    assert np.isnan(found.at(np.array([4]))).all()
    assert sum(found.outliers.values()) == np.isnan(found.place).all(1).sum() == np.isnan(found.place).any(1).sum()


def test_cells_of_a_comparison_and_what_it_says_of_itself() -> None:
    rows = random_rows(150, 6, 3)
    found = compared(whole(rows), 1, 3, pca(), by="winner")
    (level,) = cells(members(parts(rows, 40), found), found, sides=(2,), least=1)
    assert level.count.sum() + sum(found.outliers.values()) == len(found.image)
    # the cells on the left are for the left class, those on the right for the right one
    for cell, top in zip(level.cell, level.top[:, 0], strict=True):
        assert top == (1 if cell % 2 == 0 else 3)
    assert {name: found.made[name] for name in ("left", "right", "by", "method")} == {
        "left": "1",
        "right": "3",
        "by": "winner",
        "method": "atlas.pca()",
    }


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"left": 3}, BadArgument, "class 3 compared with itself"),
        ({"left": 9}, BadArgument, "none of 40 pictures .* class 9"),
        ({"by": "all"}, BadArgument, "by is 'all'"),
        ({"seed": -1}, BadArgument, "seed is -1"),
        ({"landmarks": 2}, BadArgument, "landmarks is 2"),
        ({"components": 1}, BadArgument, "components is 1"),
        ({"method": 3}, BadArgument, r"3 as a method.*tsne\(axes=1\)"),
        ({"method": lambda points, seed: points[:5, 0]}, ShapeMismatch, r"places of shape \(5,\)"),
        ({"method": lambda points, seed: 1.0}, ShapeMismatch, r"places of shape \(\)"),
        ({"rows": 5}, BadArgument, "int as rows"),
        ({"method": tsne(axes=1)}, BadArgument, "more than perplexity=50 expected"),
    ],
)
def test_bad_input_is_refused(arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        compared(**{"rows": whole(random_rows(40, 6)), "left": 1, "right": 3, "method": pca(), **arguments})


def test_attributions_that_are_not_finite_are_refused() -> None:
    rows = dataclasses.replace(made(np.random.default_rng(0).random((30, 4))))
    rows.value[3] = np.inf
    rows.top[3] = [1, 3, 0]
    with pytest.raises(Nonfinite, match="dtype='float32'"):
        compared(whole(rows), 1, 4, pca())
