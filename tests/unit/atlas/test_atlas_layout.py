"""Layouts by pca and by functions: the order of the input, files, bad input. UMAP's are in test_atlas_umap."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene.atlas import Layout, aligned, compared, layout, pca
from phosphene.atlas.bounds import bounded
from phosphene.atlas.landmarks import landmarks
from phosphene.atlas.turn import upright
from phosphene.collection import NONFINITE, UNREADABLE
from phosphene.errors import BadArgument, ShapeMismatch
from tests.atlas_rows import made, parts, random_rows, whole

ORDERS = st.tuples(st.integers(0, 99), st.lists(st.integers(1, 40), min_size=1, max_size=4))


def plane(points: Any, seed: int) -> Any:
    return points[:, :2]


def by_key(rows: Any) -> list[int]:
    return sorted(range(len(rows)), key=lambda i: rows.key[i].tobytes())


def same(one: Layout, other: Layout) -> None:
    np.testing.assert_array_equal(one.image, other.image, strict=True)
    np.testing.assert_array_equal(one.place, other.place, strict=True)
    assert (one.outliers, one.made) == (other.outliers, other.made)


@pytest.mark.parametrize(("landmarks", "components"), [(1000, 50), (30, 50), (30, 6), (1000, 6)])
@given(order=ORDERS, n=st.integers(60, 90))
def test_the_order_and_the_parts_of_the_rows_change_no_bit(landmarks: int, components: int, order: Any, n: int) -> None:
    seed, sizes = order
    rows = random_rows(n, 9, seed)
    rows.activation[5], rows.activation[9, 3], rows.state[11] = 0, np.nan, UNREADABLE
    expected = layout(whole(rows), pca(), landmarks=landmarks, components=components)
    shuffled = parts(rows, *sizes, order=np.random.default_rng(seed).permutation(n))
    same(layout(shuffled, pca(), landmarks=landmarks, components=components), expected)


@given(st.integers(0, 99))
def test_other_places_in_the_list_are_the_same_layout_of_the_same_keys(seed: int) -> None:
    rows = random_rows(80, 7, seed)
    order = np.random.default_rng(seed).permutation(80)
    again = dataclasses.replace(rows.take(order), image=np.arange(80))
    first, second = (layout(whole(one), pca(), landmarks=40, components=5) for one in (rows, again))
    np.testing.assert_array_equal(second.place, first.place[order])


def test_pca_is_what_numpy_says() -> None:
    rows = random_rows(100, 12)
    a = rows.activation.astype(np.float64)[by_key(rows)]
    a = np.rint(a / np.linalg.norm(a, axis=1)[:, None] * 2**20) / 2**20
    left, sizes, _ = np.linalg.svd(a - a.mean(0), full_matrices=False)
    expected = np.empty((100, 2))
    expected[by_key(rows)] = bounded(upright(left[:, :2] * sizes[:2]))
    np.testing.assert_allclose(layout(whole(rows), pca()).place, expected, atol=1e-9)


def test_a_method_sees_sorted_directions_and_the_seed() -> None:
    rows, seen = random_rows(40, 6), []

    def look(points: Any, seed: int) -> Any:
        seen.append((points.copy(), seed))
        return plane(points, seed)

    found = layout(whole(rows), look, seed=7)
    a = rows.activation.astype(np.float64)[by_key(rows)]
    np.testing.assert_allclose(seen[0][0], a / np.linalg.norm(a, axis=1)[:, None], atol=2.0**-20)
    assert seen[0][1] == 7
    assert found.made["method"].endswith("look")


def test_the_method_sees_the_landmarks_and_their_components_alone() -> None:
    rows, seen = random_rows(90, 12), []

    def look(points: Any, seed: int) -> Any:
        seen.append(points.copy())
        return plane(points, seed)

    found = layout(whole(rows), look, seed=1, landmarks=20, components=5)
    marks = rows.take(by_key(rows)).take(landmarks(rows.key[by_key(rows)], 20, 1))
    a = marks.activation.astype(np.float64)
    a /= np.linalg.norm(a, axis=1)[:, None]
    basis = np.linalg.eigh(a.T @ a)[1][:, ::-1][:, :5]
    projected = a @ basis
    projected /= np.linalg.norm(projected, axis=1)[:, None]
    np.testing.assert_allclose(seen[0] @ seen[0].T, projected @ projected.T, atol=1e-4)
    assert seen[0].shape == (20, 5)
    assert np.isfinite(found.place).all(1).sum() + sum(found.outliers.values()) == 90
    assert found.made["landmarks"] == "20"


def test_others_stand_where_their_landmarks_do() -> None:
    dice = np.random.default_rng(0)
    group = dice.integers(0, 3, 200)
    rows = made(np.eye(3)[group] * 9 + dice.random((200, 3)))
    found = layout(whole(rows), pca(), landmarks=40)
    centers = np.array([np.nanmedian(found.place[group == g], axis=0) for g in range(3)])
    seen = np.isfinite(found.place).all(1)
    nearest = np.linalg.norm(found.place[seen][:, None] - centers, axis=2).argmin(1)
    assert (nearest == group[seen]).all()


def test_every_outlier_has_one_reason() -> None:
    rows = random_rows(200, 8)
    rows.activation[:, 7] = 0
    rows.state[0], rows.state[1], rows.activation[2, 2], rows.activation[3] = UNREADABLE, NONFINITE, np.inf, 0
    marks = landmarks(rows.key[by_key(rows)][np.isin(by_key(rows), range(4), invert=True)], 50)
    others = [i for i in by_key(rows) if i > 3]
    lonely = next(i for place, i in enumerate(others) if place not in marks)
    rows.activation[lonely] = 0
    rows.activation[lonely, 7] = 1

    def gaps(points: Any, seed: int) -> Any:
        place = plane(points, seed).copy()
        place[4] = np.nan
        return place

    found = layout(whole(rows), gaps, landmarks=50, components=4)
    counted = Counter(found.outliers)
    assert (counted["unreadable"], counted["nonfinite"], counted["zero"], counted["unplaced"]) == (1, 2, 1, 1)
    assert counted["far"] >= 1
    assert np.isnan(found.place[[0, 1, 2, 3, lonely]]).all()
    assert np.isnan(found.place[:, 0]).sum() == counted.total()
    assert set(counted) <= {"unreadable", "nonfinite", "zero", "unplaced", "far", "outside"}


@given(st.integers(0, 50))
def test_a_layout_is_turned_to_another_layer(seed: int) -> None:
    rows = random_rows(60, 6, seed)

    def mirrored(points: Any, seed: int) -> Any:
        return pca()(points, seed) @ np.array([[0.0, -1], [-1, 0]]) + 3

    first = layout(whole(rows), pca())
    second = layout(whole(rows), mirrored, like=first)
    seen = np.isfinite(first.place).all(1) & np.isfinite(second.place).all(1)
    assert np.linalg.norm((first.place - second.place)[seen], axis=1).mean() < 0.15


@pytest.mark.parametrize("name", ["layout.safetensors", "layout.npz"])
def test_files_hold_all_of_it(name: str, tmp_path: Path) -> None:
    rows = random_rows(60, 5)
    rows.activation[3] = 0
    found = layout(whole(rows), pca(), landmarks=30)
    path = found.save(tmp_path / name)
    same(Layout.load(path), found)
    content = path.read_bytes()
    found.save(path)
    assert path.read_bytes() == content
    assert [one.name for one in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["layout.safetensors", "layout.npz"])
@pytest.mark.parametrize("content", [b"", b"hello", b"\x08\0\0\0\0\0\0\0{}      "])
def test_other_files_are_refused(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadArgument, match="holds no layout"):
        Layout.load(tmp_path / name)
    with pytest.raises(BadArgument, match="no such file"):
        Layout.load(tmp_path / ("other" + name))
    with pytest.raises(BadArgument, match=r"write 'layout\.safetensors'"):
        Layout.load(tmp_path / "layout.json")


def test_files_without_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadArgument, match="is no folder"):
        layout(whole(random_rows(9, 3)), pca()).save(tmp_path / "no" / "layout.npz")


def test_layouts_are_checked() -> None:
    with pytest.raises(ShapeMismatch, match=r"\(3, 2\) expected"):
        Layout(np.arange(3), np.zeros((2, 2)), {}, {})
    with pytest.raises(BadArgument, match="do not ascend"):
        Layout(np.array([0, 2, 2]), np.zeros((3, 2)), {}, {})


@pytest.mark.parametrize("n", [1, 2])
def test_too_few_pictures_are_refused(n: int) -> None:
    rows = random_rows(n + 2, 4)
    rows.activation[:2] = 0
    with pytest.raises(BadArgument, match=rf"{n} of {n + 2} pictures can be laid out \(without 2 zero\)"):
        layout(whole(rows), pca())


def test_three_pictures_are_enough_for_pca() -> None:
    assert np.isfinite(layout(whole(made(np.eye(3))), pca()).place).all()


def test_one_component_is_a_line() -> None:
    found = layout(whole(made([[1.0], [-1], [1], [-1]])), pca())
    assert found.place[:, 1].tolist() == [0.5] * 4
    assert found.place[0, 0] == found.place[2, 0] != found.place[1, 0]


@pytest.mark.parametrize("scale", [0, 1])
def test_equal_activations_are_refused(scale: int) -> None:
    numbers = np.ones((20, 3)) * (1 + scale * np.arange(20))[:, None]
    with pytest.raises(BadArgument, match="20 activations that all point the same way"):
        layout(whole(made(numbers)), pca())


def test_no_rows_are_refused() -> None:
    for nothing in ([], [random_rows(3, 2).take(slice(0))]):
        with pytest.raises(BadArgument, match="collect pictures first"):
            layout(lambda nothing=nothing: nothing, pca())
    rows = random_rows(3, 2)
    rows.activation[:] = np.nan
    with pytest.raises(BadArgument, match="0 of 3 pictures can be laid out"):
        layout(whole(rows), pca())


def test_pictures_that_are_there_twice_are_refused() -> None:
    rows = random_rows(10, 3)
    with pytest.raises(BadArgument, match="places 4 and 4 of the list have the same key"):
        layout(parts(rows, 6, order=[*range(10), 4]), pca())
    rows.key[7] = rows.key[2]
    with pytest.raises(BadArgument, match="places 2 and 7 of the list have the same key"):
        layout(whole(rows), pca())
    rows = random_rows(10, 3)
    rows.image[7] = 2
    with pytest.raises(BadArgument, match="places 2 and 2 of the list have the same place in the list"):
        layout(whole(rows), pca())


def test_rows_that_are_not_a_function_of_nothing_are_refused() -> None:
    rows = random_rows(10, 3)
    with pytest.raises(BadArgument, match=r"write lambda: collection\.rows\(layer\)"):
        layout([rows], pca())  # type: ignore[arg-type]
    once = iter([rows])
    with pytest.raises(BadArgument, match=r"gave 0 of 10 pictures the second time"):
        layout(lambda: once, pca())
    calls = iter([[rows], [random_rows(11, 3, 1)]])
    with pytest.raises(BadArgument, match="picture 10, which was not there before"):
        layout(lambda: next(calls), pca())


def test_rows_of_two_layers_are_refused() -> None:
    with pytest.raises(ShapeMismatch, match="rows of 3 and 4 channels"):
        layout(lambda: [random_rows(5, 3), random_rows(5, 4, 1)], pca())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "seed is -1"),
        ({"seed": 2**32}, "seed is 4294967296"),
        ({"landmarks": 2}, "landmarks is 2"),
        ({"components": 1}, "components is 1"),
        ({"method": "umap"}, "'umap' as a method"),
        ({"method": lambda points, seed: points}, r"\(30, 2\) expected"),
        ({"method": lambda points, seed: np.full((30, 2), np.nan)}, "0 places for 30 activations"),
    ],
)
def test_bad_arguments_are_refused(arguments: Any, message: str) -> None:
    with pytest.raises((BadArgument, ShapeMismatch), match=message):
        layout(whole(random_rows(30, 4)), **{"method": pca(), **arguments})


@pytest.mark.parametrize(
    ("method", "message"),
    [
        (pca, r"atlas\.pca, the class, .* write method=atlas\.pca\(\)"),
        (dict, r"a function \(n, d\), seed -> .* expected"),
        ("umap", r"write method=atlas\.(umap|tsne)"),
    ],
)
def test_a_method_that_is_none_is_refused_before_any_row_is_read(method: Any, message: str) -> None:
    def rows() -> Any:
        raise AssertionError("read")

    with pytest.raises(BadArgument, match=message):
        layout(rows, method)
    with pytest.raises(BadArgument, match=message):
        aligned(rows, rows, method)
    with pytest.raises(BadArgument, match=message):
        compared(rows, 0, 1, method)
