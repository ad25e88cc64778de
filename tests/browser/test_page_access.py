"""Pages for everybody: keyboard, touch, screen readers, small screens, dark rooms, paper."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from . import synthetic
from .conftest import NARROW, WIDE, focus_by_tab, keys, said

pytestmark = pytest.mark.slow
KINDS = sorted(synthetic.FIGURES)


def open_all(page: Any) -> None:
    page.get_by_label("Compare with").select_option("1")
    page.get_by_label("all", exact=True).check()
    for summary in page.locator("summary").all():
        summary.click()
    page.locator(".picture").first.click()


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing(show: Any, kind: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    page = show(synthetic.FIGURES[kind]())
    open_all(page)
    for width, scheme in itertools.product((NARROW, WIDE), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        found = axe.run(page)
        assert found.violations_count == 0, (width, scheme, found.generate_report())


@pytest.mark.parametrize("kind", KINDS)
def test_a_phone_has_no_sideways_scrolling_and_room_for_fingers(show: Any, kind: str) -> None:
    page = show(synthetic.FIGURES[kind](), NARROW)
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    sizes = page.evaluate(
        """[...document.querySelectorAll("button, select, label, summary")]
            .map((one) => one.getBoundingClientRect())
            .filter(({ width }) => width)
            .map(({ width, height }) => Math.min(width, height))"""
    )
    assert min(sizes) >= 24


@pytest.mark.parametrize("kind", KINDS)
def test_the_arrow_keys_move_pin_and_release(show: Any, kind: str) -> None:
    page = show(synthetic.FIGURES[kind]())
    focus_by_tab(page, ".picture")
    start = said(page, "block2, row")
    keys(page, "ArrowUp", *["ArrowLeft"] * 3)
    moved = said(page, "row 4, column 6" if kind == "dictionary" else "row 7, column 5")
    assert moved != start
    keys(page, "Shift+ArrowDown", "Shift+ArrowRight")
    said(page, "row 9, column 11" if kind == "dictionary" else "row 12, column 10")
    keys(page, "Enter")
    assert ", pinned" in said(page, "pinned")
    keys(page, "Shift+ArrowRight", "Shift+ArrowDown", "Shift+ArrowDown")
    said(page, "row 14, column 14")
    keys(page, "Escape", "Home")
    said(page, start.split(":")[0])


def test_channels_are_reached_and_held_by_keys(show: Any) -> None:
    page = show(synthetic.dictionary())
    focus_by_tab(page, ".entry")
    assert page.locator(".map").is_visible()
    focused = "document.activeElement.querySelector('.name').textContent"
    names = page.locator(".row").nth(0).locator(".name").all_text_contents()
    keys(page, "ArrowRight", "ArrowRight")
    assert page.evaluate(focused) == names[2]
    keys(page, "ArrowDown")
    assert page.evaluate(focused) == page.locator(".row").nth(1).locator(".name").nth(2).text_content()
    keys(page, "Enter")
    assert page.locator("[aria-pressed=true]").count() == 1
    keys(page, "Escape")
    assert page.locator("[aria-pressed=true]").count() == 0
    keys(page, "ArrowUp", "ArrowUp")
    assert page.evaluate("document.activeElement.className") == "picture"
    assert page.locator(".map").is_hidden()


def test_the_choices_are_reached_by_keys(show: Any) -> None:
    page = show(synthetic.grid())
    focus_by_tab(page, "input")
    keys(page, "ArrowRight")
    assert page.locator("h2").text_content() == "Stripes and a ring"
    focus_by_tab(page, "select")
    keys(page, "ArrowDown")
    assert page.locator(".panel").count() == 2
    keys(page, "Tab", "ArrowRight")
    assert page.locator("h3").all_inner_texts()[0].startswith("block3")
    keys(page, "Tab", "ArrowRight", "ArrowRight")
    assert page.locator(".joint").count() == 2
    focus_by_tab(page, "summary")
    keys(page, "Enter")
    page.locator("table").nth(1).wait_for()


def test_the_places_of_a_dictionary_are_buttons(show: Any) -> None:
    page = show(synthetic.dictionary())
    assert "row 5, column 9" in said(page, "block2")
    page.get_by_role("button", name="2", exact=True).click()
    assert ", pinned" in said(page, "block2, row 10, column 3")


def test_a_finger_pins_moves_and_releases(show: Any) -> None:
    page = show(synthetic.groups(), NARROW, has_touch=True, is_mobile=True)
    picture = page.locator(".picture").first
    picture.tap(position={"x": 5, "y": 5})
    said(page, "pinned. block2, row 1, column 1")
    picture.tap(position={"x": 100, "y": 5})
    assert ", pinned" in said(page, "row 1, column 5")
    picture.tap(position={"x": 100, "y": 5})
    assert page.locator(".pinned").count() == 0


def test_a_pinned_place_stays_under_the_pointer(show: Any) -> None:
    page = show(synthetic.influences())
    page.locator(".picture").nth(2).click(position={"x": 5, "y": 5})
    text = page.locator(".here").all_text_contents()
    page.locator(".picture").nth(0).hover()
    page.mouse.move(3, 3)
    assert page.locator(".here").all_text_contents() == text
    page.get_by_role("button", name="Release the pin").click()
    assert page.locator(".here").all_text_contents() != text


@pytest.mark.parametrize("kind", KINDS)
def test_paper_has_the_figure_and_no_controls(show: Any, kind: str) -> None:
    page = show(synthetic.FIGURES[kind](), dark=True)
    page.emulate_media(media="print")
    assert page.locator("#controls").is_hidden()
    assert page.locator("summary").first.is_hidden()
    assert page.locator(".picture").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("dd").first.is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert page.pdf().startswith(b"%PDF")


def test_paper_has_every_place_of_a_dictionary(show: Any) -> None:
    page = show(synthetic.dictionary())
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    places = [panel.locator(".here").first.text_content() for panel in page.locator(".panel").all()]
    assert [place.split(" of")[0] for place in places] == ["row 5, column 9", "row 10, column 3"]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".panel").count() == 1
