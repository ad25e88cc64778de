"""A page needs nothing beside it, shows data only as text, and is there at once."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from . import synthetic
from .conftest import said

pytestmark = pytest.mark.slow
NASTY = "</script><img src=x onerror=alert(1)><!--<script> & \"'"


def nasty(figure: Any) -> Any:
    """The figure with markup for every text in it."""
    changed = {name: NASTY for name in ("title", "toward", "method", "measure") if hasattr(figure, name)}
    return dataclasses.replace(
        figure,
        **changed,
        made={NASTY: NASTY},
        pictures=tuple(dataclasses.replace(one, name=NASTY) for one in figure.pictures),
        layers=tuple(dataclasses.replace(one, name=NASTY) for one in figure.layers),
    )


@pytest.mark.parametrize("kind", sorted(synthetic.FIGURES))
def test_markup_in_data_stays_text(show: Any, kind: str) -> None:
    page = show(nasty(synthetic.FIGURES[kind]()))
    assert page.title() == NASTY
    assert page.locator("h1").text_content() == NASTY
    assert page.locator("h2").text_content() == NASTY
    assert NASTY in page.locator("h3").first.text_content()
    assert page.locator("dd").text_content() == NASTY
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("script").count() == 2


@pytest.mark.parametrize("kind", sorted(synthetic.FIGURES))
def test_a_page_works_in_a_notebook(browser: Any, kind: str) -> None:
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_content(synthetic.FIGURES[kind]()._repr_html_())
    frame = page.frames[1]
    frame.locator(".picture").first.hover()
    said(frame, "block2")
    high = frame.evaluate("document.body.offsetHeight")
    assert page.locator("iframe").bounding_box()["height"] == pytest.approx(min(high, 1200), abs=2)
    assert frame.locator("#kind").is_hidden()
    assert errors == []
    page.close()


def test_a_figure_of_one_picture_and_one_layer_has_no_choices(show: Any) -> None:
    figure = synthetic.dictionary(shown=1)
    page = show(dataclasses.replace(figure, layers=figure.layers[:1], pins=figure.pins[:1]))
    assert page.locator("#controls").is_hidden()
    assert page.locator(".places").count() == 0


def test_figures_without_layers_groups_or_sums_open(show: Any) -> None:
    show(synthetic.dictionary(layers=()))
    show(synthetic.groups(toward=""))
    page = show(synthetic.influences(links=(), missing=np.full((3, 2), np.nan, np.float32)))
    page.locator(".picture").nth(1).hover()
    assert page.get_by_text("leave out").count() == 0


def test_values_that_are_not_finite_are_said_so(show: Any) -> None:
    page = show(synthetic.influences(scores=np.array([np.nan, np.inf], np.float32)))
    assert page.locator(".legend .reading").text_content() == "logit('spiral'): unknown"


def test_the_first_paint_and_the_moves_are_quick(show: Any) -> None:
    page = show(synthetic.dictionary(top=10, count=60))
    assert page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") < 3000
    took = page.evaluate(
        """() => {
            const picture = document.querySelector(".picture");
            const { left, top, width, height } = picture.getBoundingClientRect();
            const begin = performance.now();
            for (let move = 0; move < 50; move++) {
                const [clientX, clientY] = [left + (width * (move % 14 + 0.5)) / 14, top + (height * (move % 9 + 0.5)) / 9];
                picture.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY }));
            }
            return (performance.now() - begin) / 50;
        }"""
    )
    assert took < 100
