"""What a page shows is what the figure holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from . import synthetic
from .reading import SIZE, alphas, choose, icon_color, near, pixels, point, read, rows_of

pytestmark = pytest.mark.slow

CELLS = [(0, 0), (3, 5), (6, 6), (2, 1)]


@pytest.mark.parametrize("sign", [False, True], ids=["positive", "signed"])
def test_a_dictionary_shows_the_channels_of_the_cell(show: Any, sign: bool) -> None:
    figure = synthetic.dictionary(signed=sign)
    page = show(figure)
    for row, column in CELLS:
        point(page, figure.layers[2], row, column)
        y, x = (row + 0.5) / 7, (column + 0.5) / 7
        for layer, shown in zip(figure.layers, page.locator(".row").all(), strict=True):
            at = 0, int(y * layer.rows), int(x * layer.columns)
            found = rows_of(shown)
            assert [name for name, _ in found] == [f"channel {layer.units[i]}" for i in layer.index[at]]
            assert all(near(value, kept) for (_, value), kept in zip(found, layer.value[at], strict=True))
            for icon, canvas in zip(layer.index[at], shown.locator("canvas").all(), strict=True):
                assert np.allclose(icon_color(canvas), synthetic.color(icon), atol=16)


def test_a_channel_pointed_at_lights_its_places(show: Any) -> None:
    figure = synthetic.dictionary()
    page = show(figure)
    point(page, figure.layers[1], 4, 4)
    entry = page.locator(".row").nth(1).locator(".entry").nth(2)
    entry.hover()
    kept = figure.layers[1].maps[0, figure.layers[1].index[0, 4, 4, 2]]
    assert np.allclose(alphas(page), 0.82 * (1 - kept / kept.max()), atol=0.01)
    page.mouse.move(2, 2)
    assert page.locator(".map").is_hidden()
    entry.click()
    page.mouse.move(2, 2)
    assert page.locator(".map").is_visible()
    assert entry.get_attribute("aria-pressed") == "true"


def test_the_dashed_outline_is_what_the_layer_sees(show: Any) -> None:
    figure = synthetic.dictionary()
    page = show(figure)
    choose(page, "block2")
    point(page, figure.layers[0], 0, 7)
    outline, picture = page.locator(".field").bounding_box(), page.locator(".picture").bounding_box()
    scale = picture["width"] / 256
    assert np.isclose(outline["width"], 48 * scale, atol=1)
    assert np.isclose(outline["y"], picture["y"], atol=1)
    assert np.isclose(outline["height"], (192 / 28 + 24) * scale, atol=1)


def test_a_grid_shows_icons_and_lengths(show: Any) -> None:
    figure = synthetic.grid()
    page = show(figure)
    layer = figure.layers[0]
    for row, column in CELLS:
        point(page, layer, row, column)
        number = row * layer.columns + column
        assert near(
            read(page.locator(".side .value").text_content().removeprefix("length ")), layer.norms[0, row, column]
        )
        assert np.allclose(icon_color(page.locator(".side canvas")), synthetic.color(number), atol=16)


@pytest.mark.parametrize("mode", ["size by activation", "equal icons"])
def test_the_icons_of_a_grid_have_their_sides(show: Any, mode: str) -> None:
    figure = synthetic.grid()
    page = show(figure)
    choose(page, mode)
    layer, canvas = figure.layers[0], page.locator(".map")
    height, width = canvas.evaluate(SIZE)
    tall, wide = height / layer.rows, width / layer.columns
    for row, column in CELLS:
        cell = pixels(canvas, round(column * wide), round(row * tall), round(wide), round(tall))
        side = min(tall, wide) * (layer.sides[0, row, column] if "size" in mode else 1)
        assert np.isclose(np.sqrt((cell[..., 3] > 127).sum()), side, atol=2)


def test_a_grid_can_show_the_joint_picture_or_none(show: Any) -> None:
    page = show(synthetic.grid())
    choose(page, "joint picture")
    assert page.locator(".joint").is_visible()
    choose(page, "picture alone")
    assert page.locator(".joint").count() == 0
    assert page.locator(".map").is_hidden()


def test_a_grid_with_a_joint_picture_alone_opens_with_it(show: Any) -> None:
    page = show(synthetic.grid(painted=False))
    assert page.locator(".joint").is_visible()
    assert page.get_by_label("equal icons").count() == 0


def test_groups_show_the_values_of_the_cell(show: Any) -> None:
    figure = synthetic.groups()
    page = show(figure)
    layer = figure.layers[0]
    for row, column in CELLS:
        point(page, layer, row, column)
        found = rows_of(page.locator(".groups"))
        assert [name for name, _ in found] == [f"group {n}" for n in range(1, 7)]
        for (_, value), kept in zip(found, layer.maps[0], strict=True):
            assert near(value, kept[row, column], kept.max())
    note = page.locator(".note").first.text_content()
    adds = layer.attribution[0, 0]
    channel, share = layer.strongest(0)[0]
    assert f"channels {channel} ({share:.0%})" in note
    assert "of the layer's activation" in note
    shown = page.locator(".adds").first.text_content().removeprefix("adds ")
    assert near(read(shown), adds)
    assert shown[0] == ("+" if adds > 0 else "−")


def test_a_group_pointed_at_is_alone(show: Any) -> None:
    figure = synthetic.groups()
    page = show(figure)
    parts = figure.layers[0].maps[0] / figure.layers[0].maps.max()
    assert np.allclose(alphas(page), 0.82 * parts.max(0), atol=0.01)
    page.locator(".entry").nth(3).hover()
    assert np.allclose(alphas(page), 0.82 * parts[3], atol=0.01)
    assert page.locator(".number:visible").all_text_contents() == ["4"]


def test_influences_show_signs_and_links(show: Any) -> None:
    figure = synthetic.influences()
    page = show(figure)
    here = page.locator(".here")
    low, middle, high = figure.layers
    for row, column in CELLS:
        point(page, middle, row, column, picture=1)
        places = [
            (int((row + 0.5) / 9 * one.rows), int((column + 0.5) / 12 * one.columns)) for one in (low, middle, high)
        ]
        below, above = figure.links[0].matrix[0, row, column], figure.links[1].matrix[0, :, :, row, column]
        expected = [below[places[0]], middle.spatial[0, row, column], above[places[2]]]
        mosts = [figure.links[0].matrix[0, row].max(), abs(middle.spatial[0]).max(), abs(figure.links[1].matrix).max()]
        for shown, kept, most in zip(here.all_text_contents(), expected, mosts, strict=True):
            assert near(read(shown.split(": ")[1]), kept, most, 127)
    page.mouse.move(2, 2)
    parts = abs(low.spatial[0]) / abs(low.spatial[0]).max()
    assert np.allclose(alphas(page), 0.82 * parts, atol=0.01)
    found = rows_of(page.locator(".part").first.locator(".entries"))
    assert [name for name, _ in found] == [f"channel {low.units[i]}" for i in low.index[0]]
    assert all(near(value, kept) for (_, value), kept in zip(found, low.value[0], strict=True))


def test_a_second_panel_shows_its_own_picture_at_its_own_place(show: Any) -> None:
    figure = synthetic.dictionary()
    page = show(figure)
    page.get_by_label("Compare with").select_option("1")
    assert page.locator("h2").all_text_contents() == ["A spiral on sand", "Stripes and a ring"]
    layer = figure.layers[2]
    point(page, layer, 6, 0, picture=1)
    second = page.locator(".panel").nth(1).locator(".row").nth(2)
    assert [name for name, _ in rows_of(second)] == [f"channel {layer.units[i]}" for i in layer.index[1, 6, 0]]
    assert "row 3, column 5" in page.locator(".panel").nth(0).locator(".row").nth(2).locator(".here").text_content()


def test_the_table_says_the_same(show: Any) -> None:
    figure = synthetic.dictionary()
    page = show(figure)
    choose(page, "block4")
    page.get_by_text("Numbers at the cursor, as a table").click()
    at = 0, 2, 4  # the first pin, in block4
    layer = figure.layers[2]
    assert page.locator("tbody th").all_text_contents() == [f"channel {layer.units[i]}" for i in layer.index[at]]
    shown = [read(text) for text in page.locator("tbody td:last-child").all_text_contents()]
    assert all(near(one, kept) for one, kept in zip(shown, layer.value[at], strict=True))
    assert page.locator("table caption").text_content() == "A spiral on sand, 30% from the top and 60% from the left"


def test_how_a_figure_was_made_is_said(show: Any) -> None:
    page = show(synthetic.groups())
    page.get_by_text("How this was made").click()
    terms, texts = page.locator("dt").all_text_contents(), page.locator("dd").all_text_contents()
    assert dict(zip(terms, texts, strict=True)) == synthetic.MADE
