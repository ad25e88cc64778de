"""What a page says in words: which cell a place is in, what numbers are, how to read it, how it was made."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from phosphene.figures import colors

from . import synthetic
from .reading import choose, near, point, read

pytestmark = pytest.mark.slow


def text(page: Any, selector: str) -> str:
    return " ".join(page.locator(selector).all_text_contents())


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_place_is_in_the_same_cell_on_the_page_as_in_the_static_figure(show: Any, kind: Any) -> None:
    """Middles of cells that are borders of other layers' cells, and places at random."""
    parts = [5 / 12, 176 / 224, *((row + 0.5) / 7 for row in range(7)), *(row / 14 for row in range(15))]
    places = [*parts, *synthetic.chance("places").random(20)]
    figure = synthetic.dictionary(pins=np.array([places, places[::-1]]).T.astype(kind))
    page = show(figure)
    buttons = page.locator(".places button")
    for number, (y, x) in enumerate(figure.pins):
        buttons.nth(number).click()
        for layer, here in zip(figure.layers, page.locator(".here").all_text_contents(), strict=True):
            row, column = layer.cell(y, x)
            assert here.startswith(f"row {row + 1}, column {column + 1} of {layer.rows} × {layer.columns}")


def test_a_receptive_field_beyond_the_picture_is_said_so(show: Any) -> None:
    figure = synthetic.dictionary()
    layers = [dataclasses.replace(one, sees=sees) for one, sees in zip(figure.layers, (255, 256, 0), strict=True)]
    page = show(dataclasses.replace(figure, layers=tuple(layers)))
    found = page.locator(".here").all_text_contents()
    assert [one.split(" · ")[1] for one in found] == ["receptive field 255 px", *["receptive field ≥ the picture"] * 2]
    choose(page, "block3")
    field, picture = page.locator(".field").bounding_box(), page.locator(".picture").bounding_box()
    assert all(abs(field[side] - picture[side]) < 1 for side in ("x", "y", "width", "height"))


def test_influences_say_what_their_numbers_are(show: Any) -> None:
    figure = synthetic.influences()
    page = show(figure)
    page.mouse.move(2, 2)
    own, lines = "what each position adds to logit('spiral')", page.locator(".part .reading").all_text_contents()
    assert lines.count(own) == 3
    sums = [line for line in lines if line.startswith("positions add up to ")]
    for layer, line in zip(figure.layers, sums, strict=True):
        total, score = line.removeprefix("positions add up to ").split("; the score is ")
        assert near(read(total), float(layer.spatial[0].sum()))
        assert near(read(score), 12.34)
    assert page.locator("h4").all_text_contents() == ["Channels, over the whole picture"] * 3
    point(page, figure.layers[1], 2, 4, picture=1)
    low, middle, high = (part.locator(".reading").first.text_content() for part in page.locator(".part").all())
    at = "row 3, column 5 of block3"
    assert low == f"what each position adds to the length of the activation at {at}"
    assert middle == own
    assert high == f"what {at} adds to the length of the activation at each position"


@pytest.mark.parametrize(
    ("kind", "array"),
    [
        ("dictionary", "index[0, 2, 1]"),
        ("grid", "vectors[0, 2, 1]"),
        ("groups", "maps[0, :, 2, 1]"),
        ("influences", "spatial[0, 2, 1]"),
    ],
)
def test_how_to_read_a_page_is_said(show: Any, kind: str, array: str) -> None:
    page = show(synthetic.FIGURES[kind]())
    told = text(page, "figcaption p")
    assert f"counted from 1: {array} in Python is row 3, column 2" in told
    assert "Dashed: what the position under the cursor depends on, its receptive field" in told
    assert ("Point at an icon" in told) == (kind != "grid")
    assert "Places:" not in told


def test_places_are_said_as_the_figure_has_them(show: Any) -> None:
    assert "Places: the longest." in text(show(synthetic.dictionary(places="the longest")), "#note")


@pytest.mark.parametrize("signed", [False, True])
def test_the_picture_of_a_dictionary_says_what_lies_over_it(show: Any, signed: bool) -> None:
    figure = synthetic.dictionary(signed=signed)
    page = show(figure)
    assert text(page, ".stage .reading") == "dashed: the receptive field of block2"
    choose(page, "block3")
    assert text(page, ".stage .reading") == "dashed: the receptive field of block3"
    page.locator(".entry").first.hover()
    name = page.locator(".entry .name").first.text_content()
    words = f"orange: {name} of block3 is positive, blue: negative" if signed else f"bright: where {name} of block3"
    assert text(page, ".stage .reading").startswith(words)


def test_how_a_figure_was_made_has_a_line_for_each_argument(show: Any) -> None:
    short, long = (
        "seed 0, 3 steps",
        "param fourier(64, (1, 2)) >> sigmoid(), rules ['a', 'b'] & {1, 2}, steps 64, seed 0",
    )
    page = show(synthetic.groups(made={"a": short, "b": long}))
    lines = ["param fourier(64, (1, 2)) >> sigmoid(),", "rules ['a', 'b'] & {1, 2},", "steps 64,", "seed 0"]
    assert page.locator("dd").all_text_contents() == [short, "\n".join(lines)]


def test_keys_with_modifiers_are_left_to_the_browser(show: Any) -> None:
    page = show(synthetic.dictionary())
    page.locator(".entry").first.focus()
    for key in ("Control+ArrowRight", "Meta+ArrowRight", "Alt+ArrowDown"):
        page.keyboard.press(key)
        assert page.locator(".entry").first.evaluate("one => one === document.activeElement")
    page.keyboard.press("ArrowRight")
    assert page.locator(".entry").nth(1).evaluate("one => one === document.activeElement")


@pytest.mark.parametrize("dark", [False, True])
def test_marks_have_the_colors_of_the_static_figure(show: Any, dark: bool) -> None:
    page = show(synthetic.influences(), dark=dark)
    for mark, color in ((".for", colors.FOR), (".against", colors.AGAINST)):
        shown = page.locator(f".key {mark}").evaluate("one => getComputedStyle(one).backgroundColor")
        assert shown == f"rgb({', '.join(str(int(color[i : i + 2], 16)) for i in (1, 3, 5))})"


def test_the_receptive_field_lies_over_icons_only_under_the_pointer_and_never_on_paper(show: Any) -> None:
    page = show(synthetic.grid())
    page.mouse.move(2, 2)
    assert page.locator(".field").is_hidden()
    page.locator(".picture").hover()
    assert page.locator(".field").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".field").is_hidden()
