"""The page of explanations in a browser: methods, layers and classes are switched, in the colors and numbers of Python."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from phosphene.figures import Explanation, ExplanationLayer
from phosphene.figures.scenes.explanation import blended
from phosphene.maps.colors import colored

from .conftest import NARROW, WIDE, focus_by_tab, keys, said
from .synthetic import chance, pictures

pytestmark = pytest.mark.slow

METHODS = ("attribution.grad_cam()", "attribution.saliency()", "attribution.integrated_gradients(steps=8)")
GOALS = ("dots", "rings", "dots − rings, a <difference>")
PLACES = ((0, "block3", 9, 12, 96), (0, "block4", 5, 6, 0), (1, "image", 24, 32, 1), (2, "image", 24, 32, 1))


def explanation(count: int = 2) -> Explanation:
    """Grad-CAM at two layers, with signs; at the picture, a map without any, and one that promises a sum."""
    layers = []
    for method, name, rows, columns, sees in PLACES:
        maps = chance(method, name).normal(size=(count, len(GOALS), rows, columns)).astype(np.float32)
        maps = np.abs(maps) if method == 1 else maps
        each = np.full((count, len(GOALS)), 0.0123 if method == 2 else np.nan, np.float32)
        size = np.abs(maps).max((2, 3))
        layers.append(
            ExplanationLayer(name, rows, columns, 8, sees, method, method != 1, maps, size / 2, maps.sum((2, 3)), each)
        )
    scores = chance("scores").normal(size=(count, len(GOALS))).astype(np.float32)
    made = {"network": "none, " + "long " * 30}
    return Explanation("What <speaks> for dots", made, pictures(count), GOALS, METHODS, scores, "raw", tuple(layers))


def painted(page: Any) -> list[Any]:
    """The pixels of the maps (h, w, 3)."""
    found = page.locator("canvas.map").evaluate_all(
        """all => all.map((one) => [one.height, one.width,
          [...one.getContext("2d").getImageData(0, 0, one.width, one.height).data]])"""
    )
    return [np.array(data).reshape(h, w, 4)[..., :3] for h, w, data in found]


def headings(page: Any) -> list[str]:
    return [text.split(" row")[0] for text in page.locator("h3").all_text_contents()]


def choose(page: Any, legend: str, name: str) -> None:
    page.get_by_role("group", name=legend).get_by_role("radio", name=name, exact=True).check()


@pytest.mark.parametrize(("width", "dark"), list(itertools.product((NARROW, WIDE), (False, True))))
def test_it_loads_by_itself_and_axe_finds_nothing(show: Callable[..., Any], width: int, dark: bool) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    page = show(explanation(), width, dark)
    assert page.locator("h1").text_content() == "What <speaks> for dots"
    page.get_by_label("Compare with").select_option("1")
    choose(page, "Class", "all")
    for summary in page.locator("summary").all():
        summary.click()
    page.locator(".picture").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = axe.run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_first_paint_is_soon(show: Callable[..., Any]) -> None:
    page = show(explanation())
    assert (
        page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") < 2000
    )  # 0.2 s when idle


def test_the_colors_are_those_of_python(show: Callable[..., Any]) -> None:
    one = explanation()
    page = show(one)
    for goal, name in enumerate(GOALS):
        choose(page, "Class", name)
        maps = painted(page)
        assert len(maps) == len(one.layers)
        for layer, pixels in zip(one.layers, maps, strict=True):
            expected = colored(layer.maps[0, goal] / layer.ends[0, goal], layer.signs)
            assert np.abs(pixels - expected.astype(int)).max() <= 8  # one step, where a number is halfway


def test_methods_layers_and_classes_are_switched(show: Callable[..., Any]) -> None:
    page = show(explanation())
    everything = [
        "grad_cam at block3",
        "grad_cam at block4",
        "saliency at image",
        "integrated_gradients(steps=8) at image",
    ]
    assert headings(page) == everything
    choose(page, "Layer", "image")
    assert headings(page) == everything[2:]
    choose(page, "Method", "saliency")
    assert headings(page) == everything[2:3]
    choose(page, "Layer", "block4")
    assert headings(page) == []
    assert page.get_by_text("This method was not asked at this layer.").is_visible()
    choose(page, "Method", "grad_cam")
    choose(page, "Class", "all")
    assert headings(page) == [f"grad_cam at block4, {name}" for name in GOALS]
    choose(page, "Layer", "all")
    assert len(headings(page)) == 6


def test_the_numbers_are_those_of_python(show: Callable[..., Any]) -> None:
    one = explanation()
    page = show(one)
    choose(page, "Class", "rings")
    picture = page.locator(".picture").nth(2)
    box = picture.bounding_box()
    picture.hover(position={"x": box["width"] * 5.5 / 32, "y": box["height"] * 3.5 / 24})
    said(page, "row 4, column 6")
    page.get_by_text("Numbers at the cursor").click()
    page.locator("table").wait_for()
    rows = [row.locator("th, td").all_text_contents() for row in page.locator("tbody tr").all()]
    for layer, row in zip(one.layers, rows, strict=True):
        place = int(3.5 / 24 * layer.rows), int(5.5 / 32 * layer.columns)
        numbers = [float(row[i].replace("−", "-")) for i in (3, 6, 7, 8)]
        expected = one.scores[0, 1], layer.maps[0, 1][place], layer.ends[0, 1], layer.totals[0, 1]
        np.testing.assert_allclose(numbers, expected, rtol=6e-3)
        assert row[4:6] == [str(place[0] + 1), str(place[1] + 1)]
    assert [row[9] for row in rows] == ["no sum promised"] * 3 + ["1.23%"]
    assert page.locator(".value").nth(2).text_content() == rows[2][6]
    assert "1.23% of the score's change is missing" in page.locator(".part").nth(3).text_content()
    end = f"{one.layers[2].ends[0, 1]:.3g}"
    assert page.locator(".ends").nth(2).locator("span").all_text_contents() == ["0", end]
    assert page.locator(".ends").nth(0).text_content().startswith("−")


def test_a_keyboard_is_enough(show: Callable[..., Any]) -> None:
    page = show(explanation())
    focus_by_tab(page, "input")
    keys(page, "ArrowRight")
    assert page.locator("h2").text_content() == "Stripes and a ring"
    focus_by_tab(page, "select")
    keys(page, "Tab", "ArrowRight")
    assert page.get_by_role("radio", name="rings", exact=True).is_checked()
    keys(page, "Tab", "ArrowRight")
    assert headings(page) == ["grad_cam at block3", "grad_cam at block4"]
    keys(page, "Tab", "ArrowLeft")
    assert headings(page) == []
    keys(page, "ArrowLeft")
    assert headings(page) == ["grad_cam at block4"]
    keys(page, "Tab", "ArrowRight")
    assert page.locator(".explained").get_attribute("class") == "picture explained cells map signs"
    keys(page, "Tab", "ArrowUp", "Enter")
    assert ", pinned. grad_cam at block4, rings, row 2, column 4 of 5 × 6: " in said(page, "row 2")
    keys(page, "Escape", "ArrowDown")
    assert ", pinned" not in said(page, "row 3")


def test_a_picture_alone_has_its_colors(show: Callable[..., Any]) -> None:
    page = show(explanation(1))
    image = page.locator(".explained > img").first
    assert image.evaluate("one => getComputedStyle(one).filter") == "grayscale(1)"
    choose(page, "Show", "picture alone")
    assert image.evaluate("one => getComputedStyle(one).filter") == "none"
    assert page.locator("canvas.map").first.is_hidden()


def test_paper_has_the_maps_and_no_controls(show: Callable[..., Any]) -> None:
    page = show(explanation(), dark=True)
    page.emulate_media(media="print")
    assert page.locator("#controls").is_hidden()
    assert page.locator("canvas.map").first.is_visible()
    assert page.locator(".stripe").first.is_visible()
    page.emulate_media(media="screen")
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_it_looks_as_the_static_figure(show: Callable[..., Any], place: int) -> None:
    """Cell by cell, of the middle of each: the outlines lie at the edges, and pictures are compressed."""
    one = explanation(1)
    page = show(one)
    page.add_style_tag(content=".cell, .field { display: none !important; }")
    shown = Image.open(io.BytesIO(page.locator(".picture").nth(place).screenshot())).convert("RGB")
    layer = one.layers[place]
    parts = layer.maps[0, 0] / layer.ends[0, 0]
    expected = Image.fromarray(blended(one.pictures[0].image, parts, layer.signs))
    size = 6 * layer.columns, 6 * layer.rows
    both = [np.asarray(image.resize(size, Image.Resampling.BOX), int)[2::6, 2::6] for image in (shown, expected)]
    assert np.abs(both[0] - both[1]).mean() < 6
    assert np.quantile(np.abs(both[0] - both[1]), 0.95) < 20
