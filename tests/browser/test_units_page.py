"""The page of units in a browser: largest and smallest by a choice, without any script; everybody can use it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from . import synthetic_map
from .conftest import NARROW, WIDE, focus_by_tab, keys, pages

pytestmark = pytest.mark.slow


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """opened(figure, width, dark): its page, from disk; at the end no request, message or error may be left."""
    with pages(browser) as (show, noise):

        def shown(figure: Any, width: int = WIDE, dark: bool = False, **options: Any) -> Any:
            address = figure.save(tmp_path / "units.html").as_uri()
            page = show(address, ("data:",), width, dark, **options)
            assert noise.pop(0) == address
            return page

        yield shown


def shown(page: Any, selector: str) -> list[bool]:
    return [one.is_visible() for one in page.locator(selector).all()]


@pytest.mark.parametrize(("width", "dark"), list(itertools.product((NARROW, WIDE), (False, True))))
def test_it_loads_by_itself_and_axe_finds_nothing(opened: Callable[..., Any], width: int, dark: bool) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    page = opened(synthetic_map.units(), width, dark)
    assert page.title() == "5 units of <none>"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("script").count() == 0
    page.locator("summary").click()
    found = axe.run(page)
    assert found.violations_count == 0, found.generate_report()
    page.get_by_role("radio", name="least", exact=True).check()
    assert axe.run(page).violations_count == 0


def test_every_unit_has_its_icon_and_its_pictures_in_order(opened: Callable[..., Any]) -> None:
    figure = synthetic_map.units()
    page = opened(figure)
    for layer in figure.layers:
        for place, unit in enumerate(layer.units.tolist()):
            article = page.locator("article").nth(place + (3 if layer.name == "block4" else 0))
            assert article.locator("h3").text_content() == f"Unit {unit}"
            rows = [article.locator(one) for one in (".high", ".low")]
            for row, values, names in zip(
                rows, (layer.high_value, layer.low_value), (layer.high_name, layer.low_name), strict=True
            ):
                there = np.isfinite(values[place])
                texts = [float(one.replace("−", "-")) for one in row.locator("b").all_text_contents()]
                np.testing.assert_allclose(texts, values[place][there], rtol=0.005)
                assert row.locator(".name").all_text_contents() == list(names[place][: int(there.sum())])
                assert row.locator(".icon img").count() == 1
    article = page.locator("article").first
    article.scroll_into_view_if_needed()
    image = article.locator(".high li img").first
    pixels = image.evaluate(
        """async (one) => {
          await one.decode();
          const context = new OffscreenCanvas(18, 12).getContext("2d");
          context.drawImage(one, 0, 0);
          return [...context.getImageData(0, 0, 18, 12).data];
        }"""
    )
    seen = np.array(pixels).reshape(12, 18, 4)[..., :3].mean((0, 1))
    assert np.abs(seen - figure.layers[0].high[0, 0].mean((0, 1))).max() < 12  # noise through WebP


def test_the_choice_shows_one_side_by_pointer_and_by_keys(opened: Callable[..., Any]) -> None:
    page = opened(synthetic_map.units())
    assert all(shown(page, ".high") + shown(page, ".low"))
    focus_by_tab(page, "input")
    keys(page, "ArrowRight")
    assert all(shown(page, ".high"))
    assert not any(shown(page, ".low"))
    page.get_by_role("radio", name="least", exact=True).check()
    assert not any(shown(page, ".high"))
    assert all(shown(page, ".low"))


def test_the_contents_lead_to_a_unit(opened: Callable[..., Any]) -> None:
    page = opened(synthetic_map.units(), NARROW)
    focus_by_tab(page, "nav a")
    keys(page, "Tab", "Tab", "Tab", "Tab", "Enter")
    assert page.url.endswith("#block4-7")
    assert page.locator("article").nth(4).evaluate("one => one.getBoundingClientRect().top") < 450


def test_without_the_smallest_and_without_icons_there_is_no_choice(opened: Callable[..., Any]) -> None:
    page = opened(synthetic_map.units(painted=False, lowest=False))
    assert page.get_by_role("radio").count() == 0
    assert page.locator(".icon").count() == 0
    assert page.locator(".low").count() == 0
    assert page.locator("h4").first.is_hidden()


def test_a_phone_has_room_for_fingers_and_paper_no_controls(opened: Callable[..., Any]) -> None:
    page = opened(synthetic_map.units(), NARROW)
    sizes = page.evaluate(
        """[...document.querySelectorAll("label, a, summary")].map((one) => one.getBoundingClientRect())
            .map(({ width, height }) => Math.min(width, height))"""
    )
    assert min(sizes) >= 24
    page.emulate_media(media="print")
    assert page.locator("#controls").is_hidden()
    assert page.locator("nav").is_hidden()
    assert page.locator("article img").first.is_visible()
    assert page.locator("dd").first.is_visible()


def test_it_stands_in_a_notebook(browser: Any) -> None:
    page = browser.new_page()
    page.set_content(synthetic_map.units()._repr_html_())
    assert page.frames[1].locator("article").count() == 5
    page.close()
