"""Two layers in one layout: pairs by key, maps by least squares, the same bounds."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene.atlas import Layout, aligned, cells, maps, members, pca
from phosphene.atlas.bounds import bounded
from phosphene.atlas.turn import upright
from phosphene.collection import UNREADABLE, Rows
from phosphene.errors import BadArgument, ShapeMismatch
from tests.atlas_rows import made, parts, random_rows, whole

ORDERS = st.tuples(st.integers(0, 99), st.lists(st.integers(1, 40), min_size=1, max_size=4))


def two(n: int, channels: tuple[int, int] = (6, 9), seed: int = 0, dtype: Any = np.float32) -> tuple[Rows, Rows]:
    """Two layers of the same pictures, the second from the first by a matrix and some noise."""
    first = random_rows(n, channels[0], seed, dtype=dtype)
    dice = np.random.default_rng(seed + 1)
    mixed = first.activation.astype(float) @ dice.random(channels) + 0.01 * dice.random((n, channels[1]))
    return first, dataclasses.replace(made(mixed, seed, dtype=dtype), key=first.key)


def elsewhere(rows: Rows, seed: int) -> Rows:
    """The same pictures as another collection has them: in another order, under other numbers."""
    moved = rows.take(np.random.default_rng(seed).permutation(len(rows)))
    return dataclasses.replace(moved, image=7 + 3 * np.arange(len(rows)))


def by_key(rows: Rows, found: Layout) -> dict[bytes, tuple[float, ...]]:
    names = {int(image): key.tobytes() for image, key in zip(rows.image, rows.key, strict=True)}
    return {names[int(i)]: tuple(place) for i, place in zip(found.image, found.place, strict=True)}


def unit(a: Any) -> Any:
    a = np.asarray(a, np.float64)
    return a / np.linalg.norm(a, axis=1, keepdims=True)


def ridge(a: Any, b: Any, strength: float) -> Any:
    """Row by row, and by numpy's solver; dead channels take no part."""
    if not a.any(0).all():
        result = np.zeros((a.shape[1], b.shape[1]))
        result[a.any(0)] = ridge(a[:, a.any(0)], b, strength)
        return result
    own = sum(np.outer(x, x) for x in a) / len(a)
    across = sum(np.outer(x, y) for x, y in zip(a, b, strict=True)) / len(a)
    regular = (1 - strength) * own + strength * np.trace(own) / len(own) * np.eye(len(own))
    return np.linalg.solve(regular, across)


def plane(points: Any, seed: int) -> Any:
    return points[:, :2]


@given(st.integers(0, 99), st.sampled_from([1e-3, 0.3, 1.0]), st.integers(3, 40))
def test_maps_are_ridge_regressions(seed: int, strength: float, n: int) -> None:
    first, second = two(n, seed=seed)
    there, back = maps(first.activation, second.activation, strength)
    a, b = unit(first.activation), unit(second.activation)
    np.testing.assert_allclose(there, ridge(a, b, strength), atol=2e-3)
    np.testing.assert_allclose(back, ridge(b, a, strength), atol=2e-3)


def test_what_is_a_matrix_is_found() -> None:
    dice = np.random.default_rng(0)
    a = dice.random((500, 5))
    turn = np.linalg.qr(dice.normal(size=(5, 5)))[0]
    there, back = maps(a, a @ turn, 1e-9)
    np.testing.assert_allclose(there, turn, atol=1e-3)
    np.testing.assert_allclose(back, turn.T, atol=1e-3)


def test_dead_channels_give_and_get_nothing() -> None:
    first, second = two(60)
    first.activation[:, 2], second.activation[:, 4] = 0, 0
    there, back = maps(first.activation, second.activation)
    assert not there[2].any()
    assert not there[:, 4].any()
    assert not back[4].any()
    assert not back[:, 2].any()
    assert there.any(1).sum() == 5


@pytest.mark.parametrize("landmarks", [20000, 40])
@given(order=ORDERS, seed=st.integers(0, 9))
def test_pictures_are_paired_by_key(landmarks: int, order: Any, seed: int) -> None:
    first, second = two(70, seed=seed)
    expected = aligned(whole(first), whole(second), plane, landmarks=landmarks)
    shuffled = np.random.default_rng(order[0]).permutation(70)
    found = aligned(parts(first, 13), parts(second, *order[1], order=shuffled), plane, landmarks=landmarks)
    for one, same in zip(expected, found, strict=True):
        np.testing.assert_array_equal(one.image, same.image)
        np.testing.assert_array_equal(one.place, same.place)
        assert (dict(one.outliers), one.made) == (dict(same.outliers), same.made)


@given(st.integers(0, 99))
def test_another_order_and_other_numbers_in_one_collection_change_no_place(seed: int) -> None:
    first, second = two(70)
    expected = aligned(whole(first), whole(second), plane, landmarks=50)
    moved = elsewhere(second, seed)
    found = aligned(whole(first), parts(moved, 9), plane, landmarks=50)
    np.testing.assert_array_equal(expected[0].place, found[0].place)
    one, other = by_key(second, expected[1]), by_key(moved, found[1])
    assert one.keys() == other.keys()
    for key in one:
        np.testing.assert_array_equal(one[key], other[key])


def test_places_are_what_the_formula_says() -> None:
    first, second = two(80)
    one, other = aligned(whole(first), whole(second), plane, strength=0.01)
    order = sorted(range(80), key=lambda i: first.key[i].tobytes())
    a, b = unit(first.activation)[order], unit(second.activation)[order]
    rows = unit(np.vstack([np.hstack([a, a @ ridge(a, b, 0.01)]), np.hstack([b @ ridge(b, a, 0.01), b])]))
    expected = bounded(upright(rows[:, :2]))
    for found, part in ((one, expected[:80]), (other, expected[80:])):
        place = found.at(np.array(order))
        seen = np.isfinite(place[:, 0]) & np.isfinite(part[:, 0])
        assert seen.sum() > 70
        np.testing.assert_allclose(place[seen], part[seen], atol=2e-3)


def test_what_one_side_cannot_lay_out_is_no_pair() -> None:
    first, second = two(60)
    first.activation[3], second.state[[4, 5]] = 0, UNREADABLE
    given = []

    def seen(points: Any, seed: int) -> Any:
        given.append(points)
        return points[:, :2]

    aligned(whole(first), whole(second), seen, strength=0.01)
    order = np.array(sorted(range(60), key=lambda i: first.key[i].tobytes()))
    both = np.setdiff1d(np.arange(60), [3, 4, 5])
    a, b = (rows.activation.astype(float) for rows in (first, second))
    there, back = ridge(unit(a[both]), unit(b[both]), 0.01), ridge(unit(b[both]), unit(a[both]), 0.01)
    a, b = unit(a[order[order != 3]]), unit(b[order[~np.isin(order, [4, 5])]])
    expected = unit(np.vstack([np.hstack([a, a @ there]), np.hstack([b @ back, b])]))
    np.testing.assert_allclose(given[0], expected, atol=1e-3)


def test_both_have_the_same_bounds() -> None:
    first, second = two(200)
    one, other = aligned(whole(first), whole(second), pca())
    both = np.concatenate([one.place, other.place])
    low, high = np.nanpercentile(both, [1, 99], axis=0)
    assert (low > 0.05).all()
    assert (high < 0.95).all()
    assert sum(one.outliers.values()) == np.isnan(one.place[:, 0]).sum()
    assert sum(other.outliers.values()) == np.isnan(other.place[:, 0]).sum()


def test_a_picture_has_nearly_the_same_place_where_both_see_alike() -> None:
    first, second = two(200, (6, 6))
    one, other = aligned(whole(first), whole(second), pca(), strength=1e-6)
    unpaired = aligned(whole(first), whole(dataclasses.replace(second, activation=second.activation[::-1])), pca())
    near = np.nanmean(np.linalg.norm(one.place - other.place, axis=1))
    assert near < 0.1 < np.nanmean(np.linalg.norm(unpaired[0].place - unpaired[1].place, axis=1))


def test_the_unit_of_a_layer_does_not_matter() -> None:
    first, second = two(80)
    louder = dataclasses.replace(second, activation=second.activation * 64)
    for one, same in zip(
        aligned(whole(first), whole(second), pca()), aligned(whole(first), whole(louder), pca()), strict=True
    ):
        np.testing.assert_array_equal(one.place, same.place)


def test_left_and_right_are_swapped() -> None:
    first, second = two(80)
    one, other = aligned(whole(first), whole(second), pca())
    swapped = aligned(whole(second), whole(first), pca())
    np.testing.assert_allclose(swapped[0].place, other.place, atol=1e-9)
    np.testing.assert_allclose(swapped[1].place, one.place, atol=1e-9)


def test_only_common_pictures_and_why_some_have_no_place() -> None:
    first, second = two(60)
    first.activation[3] = 0
    second.state[[4, 5]] = UNREADABLE
    one, other = aligned(whole(first.take(slice(0, 50))), whole(second.take(slice(2, 60))), pca())
    assert one.image.tolist() == other.image.tolist() == list(range(2, 50))
    assert np.isnan(one.at(np.array([3]))).all()
    assert np.isnan(other.at(np.array([4, 5]))).all()
    assert one.outliers["zero"] == 1
    assert other.outliers["unreadable"] == 2
    assert "unreadable" not in one.outliers
    for rows, found in ((first, one), (second, other)):
        (level,) = cells(members(parts(rows, 11), found), found, sides=(1,), least=1)
        assert level.count.tolist() == [len(found.image) - sum(found.outliers.values())]


def test_it_says_how_it_was_made() -> None:
    first, second = two(30)
    for found in aligned(whole(first), whole(second), pca(), seed=4, strength=0.01):
        assert found.made["method"] == "atlas.pca()"
        assert (found.made["seed"], found.made["strength"]) == ("4", "0.01")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": 0.5}, "seed is 0.5"),
        ({"landmarks": 2}, "landmarks is 2"),
        ({"components": 0}, "components is 0"),
        ({"strength": 2}, "strength is 2"),
        ({"method": "umap"}, "'umap' as a method"),
        ({"first": []}, "list as rows"),
        ({"second": list}, "no rows"),
        ({"second": whole(random_rows(30, 6, 77))}, "0 pictures that both can lay out, of 0 that both have"),
        ({"second": parts(random_rows(30, 6), 10, order=[*range(30), 0])}, "pictures that are there twice"),
    ],
)
def test_bad_input_is_refused(arguments: Any, message: str) -> None:
    rows = whole(random_rows(30, 6))
    with pytest.raises(BadArgument, match=message):
        aligned(**{"first": rows, "second": rows, "method": pca(), **arguments})


def test_a_method_with_other_places_is_refused() -> None:
    rows = whole(random_rows(30, 6))
    with pytest.raises(ShapeMismatch, match=r"\(60, 2\) expected"):
        aligned(rows, rows, lambda points, seed: points[:, :3])
