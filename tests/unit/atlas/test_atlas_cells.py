"""Cells against plain loops, and the laws of grids."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene.atlas import Layout, cell_of, cells, members
from phosphene.errors import BadArgument, Nonfinite
from tests.atlas_rows import made, parts, random_rows, whole

EDGES = [k / g for g in (10, 20, 40, 80) for k in range(g + 1)]
UNIT = st.one_of(
    st.floats(0, 1),
    st.sampled_from([0.0, -0.0, 1.0, math.nextafter(1, 0), math.nextafter(0, 1)]),
    st.sampled_from(EDGES),
    st.sampled_from(EDGES[1:]).map(lambda edge: math.nextafter(edge, 0)),
    st.sampled_from(EDGES[:-1]).map(lambda edge: math.nextafter(edge, 1)),
)
PLACES = st.lists(st.tuples(UNIT, UNIT), min_size=1, max_size=20).map(lambda pairs: np.array(pairs))
SIDES = st.integers(1, 200)


def laid(place: Any) -> Layout:
    return Layout(np.arange(len(place)), np.asarray(place, np.float64), {}, {})


def scattered(n: int, channels: int, seed: int, dtype: Any = np.float16, outliers: int = 0) -> tuple[Any, Layout]:
    place = np.random.default_rng(seed).beta(2, 3, (n, 2))
    place[:outliers] = np.nan
    return random_rows(n, channels, seed, dtype), laid(place)


@given(PLACES, SIDES)
def test_cells_are_half_open_and_the_last_one_is_closed(place: Any, side: int) -> None:
    for (x, y), cell in zip(place, cell_of(place, side), strict=True):
        assert cell == min(math.floor(y * side), side - 1) * side + min(math.floor(x * side), side - 1)
        assert 0 <= cell < side * side


@given(PLACES, SIDES)
def test_a_cell_is_one_of_the_four_of_a_coarser_one(place: Any, side: int) -> None:
    fine, coarse = cell_of(place, 2 * side), cell_of(place, side)
    np.testing.assert_array_equal((fine // (2 * side) >> 1) * side + (fine % (2 * side) >> 1), coarse)


@pytest.mark.parametrize(
    "odd", [(np.nan, 0.5), (0.5, -1e-300), (math.nextafter(1, 2), 0.5), (np.inf, 0.5), (0.5, -np.inf)]
)
def test_what_is_outside_is_in_no_cell(odd: Any) -> None:
    assert cell_of(np.array([odd, (0.5, 0.5)]), 3).tolist() == [-1, 4]


@given(PLACES, SIDES, st.integers(0, 5))
def test_counts_and_outliers_are_all(place: Any, side: int, outliers: int) -> None:
    there = np.concatenate([place, np.full((outliers, 2), np.nan)])
    (found,) = cells(whole(made(np.ones((len(there), 2)))), laid(there), sides=(side,), least=1)
    assert found.count.sum() + outliers == len(there)
    expected = Counter(min(int(y * side), side - 1) * side + min(int(x * side), side - 1) for x, y in place)
    assert dict(zip(found.cell.tolist(), found.count.tolist(), strict=True)) == expected


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_cells_are_what_plain_loops_say(dtype: Any) -> None:
    rows, layout = scattered(300, 6, 1, dtype, outliers=9)
    found = cells(parts(rows, 64), layout, sides=(3, 6), least=4, classes=3, nearest=5)
    for level in found:
        inside = {
            cell: [i for i in range(300) if cell_of(layout.place[i : i + 1], level.side)[0] == cell]
            for cell in range(level.side**2)
        }
        assert level.cell.tolist() == [cell for cell, who in inside.items() if len(who) >= 4]
        for j, cell in enumerate(level.cell):
            who = inside[cell]
            a = rows.activation[who].astype(np.float64)
            mean = np.array([math.fsum(column) for column in a.T]) / len(who)
            np.testing.assert_allclose(level.direction[j], mean, rtol=1e-12, atol=1e-9)
            coherence = np.square(a.sum(0)).sum() / (len(who) * np.square(a).sum())
            assert level.count[j] == len(who)
            assert level.coherence[j] == pytest.approx(coherence, rel=1e-9)
            sums = np.zeros(5)
            for i in who:
                sums[rows.top[i]] += rows.value[i].astype(np.float64)
            best = [c for c in np.argsort(-sums, kind="stable") if sums[c] > 0][:3]
            assert level.top[j].tolist() == best + [-1] * (3 - len(best))
            np.testing.assert_allclose(level.value[j][: len(best)], sums[best] / len(who), rtol=1e-9)
            assert level.share[j] == np.mean([rows.top[i, 0] == level.top[j, 0] for i in who])
            cosine = {i: x @ mean / np.linalg.norm(x) / np.linalg.norm(mean) for i, x in zip(who, a, strict=True)}
            nearest = sorted(who, key=lambda i: -cosine[i])[:5]
            assert level.nearest[j].tolist() == nearest + [-1] * (5 - len(nearest))


@given(
    st.integers(0, 99), st.lists(st.integers(1, 50), min_size=1, max_size=4), st.sampled_from([np.float16, np.float32])
)
def test_any_order_and_any_parts_give_the_same_bits(seed: int, sizes: list[int], dtype: Any) -> None:
    rows, layout = scattered(120, 9, seed, dtype, outliers=5)
    order = np.random.default_rng(seed).permutation(120)
    expected = cells(whole(rows), layout, sides=(2, 3, 4), least=2)
    found = cells(parts(rows, *sizes, order=order), layout, sides=(4, 2, 3), least=2)
    for one, other in zip(expected, found, strict=True):
        for name in vars(one):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name), strict=True)


@given(st.integers(0, 99))
def test_grids_added_up_from_finer_ones_are_those_of_the_rows(seed: int) -> None:
    rows, layout = scattered(100, 4, seed, np.float32)
    nested = cells(whole(rows), layout, sides=(2, 4, 8), least=3)
    for level in nested:
        (alone,) = cells(whole(rows), layout, sides=(level.side,), least=3)
        for name in ("cell", "count", "direction", "coherence", "top", "value", "share", "nearest"):
            np.testing.assert_array_equal(getattr(level, name), getattr(alone, name), strict=True)


def test_sums_of_float16_are_exact() -> None:
    activation = np.array([[60000, 2.0**-24], [2.0**-24, 2.0**-24], [-60000, 0]] * 50, np.float16)
    (found,) = cells(whole(made(activation)), laid(np.full((150, 2), 0.5)), sides=(1,))
    np.testing.assert_array_equal(found.direction, [[2.0**-24 / 3, 2.0**-23 / 3]])


def test_parallel_activations_have_coherence_1() -> None:
    (found,) = cells(whole(made(np.tile([1.0, 2.0], (9, 1)))), laid(np.full((9, 2), 0.5)), sides=(1,))
    assert found.coherence == pytest.approx(1, abs=1e-12)
    assert (found.coherence <= 1).all()


def test_without_attribution_there_is_no_class() -> None:
    (found,) = cells(whole(made(np.ones((9, 2)), kept=0)), laid(np.full((9, 2), 0.5)), sides=(1,), classes=2)
    assert found.top.tolist() == [[-1, -1]]
    assert found.value.tolist() == [[0, 0]]
    assert found.share.tolist() == [0]


def test_a_grid_without_enough_pictures_has_no_cell() -> None:
    (found,) = cells(whole(made(np.ones((7, 2)))), laid(np.full((7, 2), 0.5)), sides=(2,))
    assert found.cell.shape == (0,)
    assert found.direction.shape == (0, 2)
    assert found.nearest.shape == (0, 4)


def test_equally_near_pictures_are_in_the_order_of_their_keys() -> None:
    rows = made(np.ones((20, 3)))
    (found,) = cells(whole(rows), laid(np.full((20, 2), 0.5)), sides=(1,), nearest=20)
    assert found.nearest[0].tolist() == sorted(range(20), key=lambda i: rows.key[i].tobytes())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sides": (10, 0)}, "side is 0"),
        ({"sides": (-3,)}, "side is -3"),
        ({"sides": (2.5,)}, "side is 2.5"),
        ({"sides": ()}, r"write sides=\(10, 20, 40, 80\)"),
        ({"sides": 10}, "a tuple of integers expected"),
        ({"least": 0}, "least is 0"),
        ({"classes": 0}, "classes is 0"),
        ({"nearest": -1}, "nearest is -1"),
    ],
)
def test_bad_numbers_are_refused(arguments: Any, message: str) -> None:
    rows, layout = scattered(10, 2, 0)
    with pytest.raises(BadArgument, match=message):
        cells(whole(rows), layout, **arguments)


def test_rows_of_other_pictures_are_refused() -> None:
    rows, layout = scattered(10, 2, 0)
    with pytest.raises(BadArgument, match="picture twice"):
        cells(parts(rows, 5, order=[*range(10), 3]), layout)
    with pytest.raises(BadArgument, match="rows of 9 of the layout's 10 pictures"):
        cells(whole(rows.take(slice(9))), layout)
    with pytest.raises(BadArgument, match="picture 10, which was not there"):
        cells(whole(random_rows(11, 2)), layout)


def test_a_nan_in_a_cell_is_refused() -> None:
    rows, layout = scattered(10, 2, 0)
    rows.activation[3, 1] = np.nan
    with pytest.raises(Nonfinite, match="lay these rows out anew"):
        cells(whole(rows), layout)
    layout.place[3] = np.nan
    assert cells(whole(rows), layout, sides=(1,), least=1)[0].count.tolist() == [9]


@pytest.mark.parametrize("once", [lambda rows: (one for one in [rows]), lambda rows: [rows], lambda rows: rows])
def test_rows_that_are_no_function_are_refused(once: Any) -> None:
    rows, layout = scattered(9, 4, 0)
    for look in (lambda given: cells(given, layout, (2,), 1), lambda given: members(given, layout)):
        with pytest.raises(
            BadArgument, match=r"as rows.*from the first one at every call.*write lambda: collection\.rows"
        ):
            look(once(rows))


@given(st.integers(0, 99), st.integers(1, 5), st.integers(1, 7))
def test_negative_attributions_are_given_where_every_picture_keeps_all_classes(
    seed: int, kept: int, count: int
) -> None:
    """Of the largest few of each picture alone the mean of a class would be too near to 0."""
    activation = np.random.default_rng(seed).random((40, 3)) + 0.1
    rows = made(activation, seed, classes=5, kept=kept, dtype=np.float32)
    place = np.random.default_rng(seed).random((40, 2))
    (level,) = cells(whole(rows), laid(place), (2,), 1, classes=count)
    for number, cell in enumerate(level.cell):
        here = cell_of(place, 2) == cell
        means = np.array([np.where(rows.top[here] == one, rows.value[here], 0).sum() / here.sum() for one in range(5)])
        best = np.argsort(-means, kind="stable")[:count]
        shown = [int(one) for one in best if (means[one] != 0 if kept == 5 else means[one] > 0)]
        assert [one for one in level.top[number].tolist() if one >= 0] == shown
        np.testing.assert_allclose(level.value[number][level.top[number] >= 0], means[shown], rtol=1e-5, atol=1e-9)
