"""What the records of figures say of themselves: which cell a place is in, totals, and their text."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene.figures import Layer
from phosphene.figures.scenes import blend
from tests.drawn_figures import KINDS, figure, figures


def layer(rows: int, columns: int = 1) -> Layer:
    return Layer("block", rows, columns, 9, 31)


@pytest.mark.parametrize(
    ("fraction", "rows", "row"),
    [((5, 12), 12, 5), ((176, 224), 28, 22), ((176, 224), 7, 5), ((1, 1), 4, 3), ((0, 1), 4, 0)],
)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_place_on_a_border_is_in_the_cell_below_it(fraction: tuple[int, int], rows: int, row: int, kind: Any) -> None:
    place = kind(fraction[0] / fraction[1])
    assert layer(rows, rows).cell(place, place) == (row, row)


@given(st.integers(1, 60), st.integers(1, 10), st.integers(0, 59), st.sampled_from([np.float32, np.float64]))
def test_the_middle_of_a_cell_is_in_the_same_cell_of_every_layer(coarse: int, times: int, row: int, kind: Any) -> None:
    """Against exact fractions, for layers whose rows are a multiple, even ones with a border there."""
    row %= coarse
    middle = Fraction(2 * row + 1, 2 * coarse)
    assert layer(coarse * times).cell(kind(float(middle)), 0)[0] == middle * coarse * times // 1


@given(st.floats(-1, 2), st.integers(1, 300))
def test_every_place_is_in_a_cell(place: float, rows: int) -> None:
    row, _ = layer(rows).cell(place, 0)
    assert 0 <= row < rows
    assert row / rows - 1e-3 <= min(max(place, 0), 1) <= (row + 1) / rows


@given(figures())
def test_the_text_of_a_figure_is_short_and_has_no_arrays(one: Any) -> None:
    text = repr(one)
    assert text.startswith(f"{type(one).__name__}({one.title!r})")
    assert len(text.splitlines()) == 1 + len(one.pictures) + len(one.layers)
    for part in (*one.pictures, *one.layers, *getattr(one, "links", ())):
        assert "array" not in repr(part)
        assert len(repr(part)) < 200
    assert f"{one.layers[0].rows} x {one.layers[0].columns} positions" in text
    assert "{} x {} px".format(*one.pictures[0].image.shape) in text


def test_the_text_of_a_large_figure_says_how_much_it_leaves_out() -> None:
    text = repr(figure("grid", pictures=7, layers=3))
    assert len(text.splitlines()) == 10
    assert text.endswith("and 2 more")


@pytest.mark.parametrize("kind", KINDS)
def test_places_are_said_where_they_are_known(kind: str) -> None:
    one = figure(kind)
    if kind == "dictionary":
        assert dataclasses.replace(one, places="chosen").data()["places"] == "chosen"
    assert one.data().get("places", "") == ""


@given(figures("influences"))
def test_the_page_has_the_sum_over_positions(one: Any) -> None:
    for layer, shown in zip(one.layers, one.data()["layers"], strict=True):
        for spatial, view in zip(layer.spatial, shown["views"], strict=True):
            assert view["total"] == pytest.approx(sum(float(x) for x in spatial.ravel()), abs=1e-9)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 99))
def test_influences_lie_over_the_picture_as_squares(rows: int, columns: int, seed: int) -> None:
    values = np.random.default_rng(seed).uniform(-1, 1, (rows, columns)).astype(np.float32)
    shown = blend.over(np.full((60, 60, 3), 200, np.uint8), values)
    for row, column in np.ndindex(rows, columns):
        top, left = 320 * row // rows + 2, 320 * column // columns + 2
        cell = shown[top : 320 * (row + 1) // rows - 2, left : 320 * (column + 1) // columns - 2]
        assert (cell == cell[0, 0]).all()
