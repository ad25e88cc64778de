"""Colors, bars and numbers on a page: each says what the number behind it says."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import pytest

from phosphene.figures.colors import distinct

from . import synthetic
from .reading import alphas, bars, choose, map_pixels, point, rows_of

pytestmark = pytest.mark.slow
MIDDLE = 1
"""The layer of 9 rows and 12 columns, where rows and columns are not the same."""


def orange(color: str) -> bool:
    """Whether a color is orange; it is blue otherwise."""
    red, _, blue = map(int, re.findall(r"\d+", color)[:3])
    assert abs(red - blue) > 60
    return red > blue


def uneven(figure: Any) -> Any:
    """Groups whose maps have other maxima in each group and picture; the largest is that of group 2, picture 2."""
    scale = np.array([[0.3, 0.6, 0.2], [0.1, 1, 0.05]], np.float32)[:, :, None, None]
    layers = [dataclasses.replace(one, maps=(one.maps[:, :3] + 0.01) * scale) for one in figure.layers]
    return dataclasses.replace(figure, layers=tuple(layers))


def grouped() -> Any:
    return uneven(synthetic.groups(count=3))


@pytest.mark.parametrize("picture", [0, 1])
def test_colors_of_groups_are_in_proportion_to_the_largest_of_the_layer_in_all_pictures(
    show: Any, picture: int
) -> None:
    figure = grouped()
    page = show(figure)
    choose(page, figure.layers[MIDDLE].name)
    choose(page, figure.pictures[picture].name)
    layer = figure.layers[MIDDLE]
    parts = layer.maps[picture] / layer.maps.max()
    assert np.allclose(alphas(page), 0.82 * parts.max(0), atol=0.01)
    for group in range(3):
        page.locator(".entry").nth(group).hover()
        assert np.allclose(alphas(page), 0.82 * parts[group], atol=0.01)


def test_colors_of_groups_are_mixed_by_squares(show: Any) -> None:
    figure = grouped()
    page = show(figure)
    choose(page, figure.layers[MIDDLE].name)
    choose(page, figure.pictures[1].name)
    layer, shown = figure.layers[MIDDLE], map_pixels(page)
    colors = np.array([[int(one[i : i + 2], 16) for i in (1, 3, 5)] for one in distinct(3)])
    strong = 0
    for row, column in np.ndindex(layer.rows, layer.columns):
        values = layer.maps[1, :, row, column]
        if values.max() > 0.4 * layer.maps.max():  # where the color is strong enough to be read off
            mixed = sum(value**2 * color for value, color in zip(values, colors, strict=True)) / (values**2).sum()
            assert np.allclose(shown[row, column, :3], mixed, atol=5)
            strong += 1
    assert strong > 10


def test_numbers_of_groups_stand_where_they_are_strongest(show: Any) -> None:
    figure = grouped()
    page = show(figure)
    layer = figure.layers[MIDDLE]
    choose(page, layer.name)
    picture = page.locator(".picture").bounding_box()
    taken: list[tuple[int, int]] = []
    for group in range(3):
        label = page.locator(".number").nth(group)
        box = label.bounding_box()
        assert label.text_content() == str(group + 1)
        y = (box["y"] + box["height"] / 2 - picture["y"]) / picture["height"]
        x = (box["x"] + box["width"] / 2 - picture["x"]) / picture["width"]
        cell = int(y * layer.rows), int(x * layer.columns)
        map_ = layer.maps[0, group]
        free = max(value for place, value in np.ndenumerate(map_) if place not in taken)
        assert map_[cell] >= free - map_.max() / 255
        taken.append(cell)
    assert len(set(taken)) == 3


def test_where_strong_groups_meet_the_color_lies_between_theirs(show: Any) -> None:
    """Two maps of the same strength everywhere, the largest of the layer: half of each color, not their sum."""
    figure = synthetic.groups(count=2)
    layers = [dataclasses.replace(one, maps=np.full_like(one.maps, 3)) for one in figure.layers]
    shown = map_pixels(show(dataclasses.replace(figure, layers=tuple(layers))))
    colors = [[int(one[i : i + 2], 16) for i in (1, 3, 5)] for one in distinct(2)]
    assert np.allclose(shown[..., :3], np.mean(colors, axis=0), atol=3)
    assert np.allclose(shown[..., 3] / 255, 0.82, atol=0.01)


@pytest.mark.parametrize("kind", ["dictionary", "groups", "influences"])
def test_escape_lets_go_of_an_icon_that_is_held(show: Any, kind: str) -> None:
    page = show(synthetic.FIGURES[kind]())
    page.locator(".entry").nth(1).click()
    assert page.locator("[aria-pressed=true]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("[aria-pressed=true]").count() == 0


def test_places_for_are_orange_and_places_against_blue(show: Any) -> None:
    figure = synthetic.influences()
    page = show(figure)
    for number, layer in enumerate(figure.layers):
        values, shown = layer.spatial[0], map_pixels(page, number).astype(int)
        for place, value in np.ndenumerate(values):
            if abs(value) > 0.3 * abs(values).max():
                assert (shown[place][0] > shown[place][2] + 60) == (value > 0)
                assert (shown[place][2] > shown[place][0] + 60) == (value < 0)
    assert (figure.layers[0].spatial[0] > 0).any()
    assert (figure.layers[0].spatial[0] < 0).any()


def test_bars_of_influences_go_right_for_and_left_against(show: Any) -> None:
    figure = synthetic.influences()
    page = show(figure)
    for part, layer in zip(page.locator(".part").all(), figure.layers, strict=True):
        values = layer.value[0]
        found = bars(part.locator(".entries"))
        assert [one for one, _ in found] == pytest.approx((values / abs(values).max()).tolist(), abs=0.02)
        assert [orange(color) for _, color in found] == (values > 0).tolist()


@pytest.mark.parametrize("signed", [False, True], ids=["positive", "signed"])
def test_bars_of_a_dictionary_are_in_proportion_to_the_largest_of_the_picture(show: Any, signed: bool) -> None:
    figure = synthetic.dictionary(signed=signed)
    page = show(figure)
    for row, column in [(1, 5), (10, 8)]:
        point(page, figure.layers[0], row, column)
        for shown, layer in zip(page.locator(".row").all(), figure.layers, strict=True):
            at = int((row + 0.5) / 14 * layer.rows), int((column + 0.5) / 14 * layer.columns)
            values = layer.value[(0, *at)]
            found = bars(shown)
            most = abs(layer.value[0]).max()
            assert [one for one, _ in found] == pytest.approx((values / most).tolist(), abs=0.02)
            if (layer.value[0] < 0).any():
                against = [not orange(color) for value, (_, color) in zip(values, found, strict=True) if value]
                assert against == [bool(value < 0) for value in values if value]


def test_bars_of_groups_are_in_proportion_to_what_is_colored(show: Any) -> None:
    figure = grouped()
    page = show(figure)
    layer = figure.layers[0]
    for row, column in [(0, 3), (9, 5)]:
        point(page, layer, row, column)
        values = layer.maps[0, :, row, column]
        found = [one for one, _ in bars(page.locator(".groups").first)]
        assert [name for name, _ in rows_of(page.locator(".groups").first)] == ["group 1", "group 2", "group 3"]
        assert found == pytest.approx((values / layer.maps.max()).tolist(), abs=0.02)
