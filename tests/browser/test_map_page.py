"""The page of a map of pictures in a browser: it zooms, shows what there is room for, and everybody can use it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from . import synthetic_map
from .conftest import NARROW, WIDE, focus_by_tab, keys, rest, said

pytestmark = pytest.mark.slow
Show = Callable[..., Any]
COLORS = """(canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const counts = new Map();
    for (let k = 0; k < data.length; k += 4) {
      const color = (data[k] << 16) | (data[k + 1] << 8) | data[k + 2];
      counts.set(color, (counts.get(color) ?? 0) + 1);
    }
    const large = [...counts].filter(([, count]) => count > 200).map(([color]) => color);
    return large.map((color) => [color >> 16, (color >> 8) & 255, color & 255]);
}"""
"""The colors of areas on the map."""


def pixel(page: Any, x: float, y: float) -> tuple[int, ...]:
    """The color of the map at a place in CSS pixels."""
    code = """([x, y]) => {
        const canvas = document.querySelector(".map canvas");
        const ratio = canvas.width / canvas.clientWidth;
        const copy = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
        copy.drawImage(canvas, -Math.round(x * ratio), -Math.round(y * ratio));
        return [...copy.getImageData(0, 0, 1, 1).data];
    }"""
    return tuple(page.evaluate(code, [x, y]))


def dot(page: Any, one: int) -> tuple[float, float]:
    """Where a picture stands on the map at the start, in CSS pixels, by the formula of the view."""
    box = page.locator(".map").bounding_box()
    scale = min(box["width"], box["height"]) * 0.92
    x, y = synthetic_map.places()[one].tolist()
    return (x - 0.5) * scale + box["width"] / 2, (y - 0.5) * scale + box["height"] / 2


def hover(page: Any, x: float, y: float, click: bool = False) -> None:
    box = page.locator(".map").bounding_box()
    (page.mouse.click if click else page.mouse.move)(box["x"] + x, box["y"] + y)
    rest(page, 60)


def name(page: Any) -> str:
    return str(page.locator(".card h2").text_content())


def near(found: tuple[int, ...], expected: tuple[int, ...], off: int = 16) -> bool:
    return max(abs(int(a) - b) for a, b in zip(found[:3], expected, strict=True)) <= off


def thumbnails_seen(page: Any) -> list[int]:
    """The pictures whose thumbnail stands above their dot at the start."""
    found = []
    for one in range(36):
        x, y = dot(page, one)
        if near(pixel(page, x, y - 7 - 17), synthetic_map.color(one)):
            found.append(one)
    return found


@pytest.mark.parametrize(("width", "dark"), list(itertools.product((NARROW, WIDE), (False, True))))
def test_it_loads_by_itself_and_axe_finds_nothing(show: Show, width: int, dark: bool) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    page = show(synthetic_map.plane(), width, dark)
    assert page.locator("h1").text_content() == "37 <pictures>"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("summary").click()
    page.locator(".chips button").first.click()
    found = axe.run(page)
    assert found.violations_count == 0, found.generate_report()


def test_it_is_there_at_once(show: Show) -> None:
    page = show(synthetic_map.plane())
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    assert page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") < 3000


def test_thumbnails_stand_where_there_is_room_and_appear_with_the_zoom(show: Show) -> None:
    page = show(synthetic_map.plane())
    rest(page, 300)
    assert set(range(1, 5)) <= set(thumbnails_seen(page))
    assert len(set(thumbnails_seen(page)) - set(range(5))) < 4  # of the cluster and beside the middle only a few
    focus_by_tab(page, ".map")
    hover(page, *dot(page, 35))
    before = name(page)
    assert before in {f"picture {one}" for one in range(6, 36)}
    for _ in range(8):
        keys(page, "+")
        rest(page, 250)
    shown = page.locator(".map canvas").evaluate(COLORS)
    clear = [one for one in range(6, 36) if any(near(found, synthetic_map.color(one), 6) for found in shown)]
    assert len(clear) > 8


def test_the_pointer_finds_pictures_and_a_click_holds_one(show: Show) -> None:
    page = show(synthetic_map.plane())
    rest(page, 200)
    hover(page, *dot(page, 1))
    assert name(page) == "picture 1"
    x, y = dot(page, 2)
    hover(page, x, y - 20)  # its thumbnail, not its dot
    assert name(page) == "picture 2"
    assert page.locator(".near .name").all_text_contents() == ["picture 3", "picture 4", "picture 7"]
    assert page.locator(".near .far").all_text_contents() == ["0.125", "0.250", "0.375"]
    assert page.locator(".card > div .kind").first.text_content() == "spiral"
    hover(page, *dot(page, 3), click=True)
    assert page.get_by_role("button", name="Release").count() == 1
    hover(page, *dot(page, 4))
    assert name(page) == "picture 3"
    hover(page, *dot(page, 3), click=True)
    hover(page, *dot(page, 4))
    assert name(page) == "picture 4"
    hover(page, *dot(page, 4), click=True)
    hover(page, 4, 4, click=True)  # where no picture is
    assert page.get_by_role("button", name="Hold", exact=True).count() == 1


def test_wheel_drag_and_buttons_move_the_map(show: Show) -> None:
    page = show(synthetic_map.plane())
    rest(page, 200)
    hint = page.locator(".hint")
    hover(page, *dot(page, 1))
    page.mouse.wheel(0, -400)
    rest(page, 100)
    assert hint.is_visible()
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    rest(page, 200)
    assert page.locator(".overview").is_visible()
    x, y = dot(page, 1)
    hover(page, x, y)
    assert name(page) == "picture 1"  # it stayed under the pointer
    page.mouse.down()
    box = page.locator(".map").bounding_box()
    page.mouse.move(box["x"] + x - 60, box["y"] + y + 90, steps=4)
    page.mouse.up()
    hover(page, x, y)
    hover(page, x - 60, y + 90)
    assert name(page) == "picture 1"
    page.get_by_role("button", name="Show everything").click()
    rest(page, 600)
    assert page.locator(".overview").is_hidden()
    hover(page, *dot(page, 4))
    assert name(page) == "picture 4"


def test_keys_lead_to_pictures_and_say_what_is_there(show: Show) -> None:
    page = show(synthetic_map.plane())
    focus_by_tab(page, ".map")
    assert said(page, "picture 0") == (
        "picture 0, spiral. Nearest: picture 1, stripes; picture 2, spiral; picture 5, no class."
    )
    keys(page, "ArrowUp")
    said(page, "picture 1, ")
    keys(page, "ArrowDown", "ArrowDown")
    said(page, "picture 3, ")
    keys(page, "Home", "Enter")
    assert ", held." in said(page, "held")
    keys(page, "Escape")
    keys(page, "/")
    assert page.evaluate("document.activeElement.closest('.chips') !== null")
    keys(page, "Enter")
    assert "Shown: fireboat & crane." in said(page, "Shown")
    page.locator(".map").focus()
    keys(page, "Escape")
    rest(page, 60)
    assert page.locator("[aria-pressed=true]").count() == 0


def test_a_neighbour_leads_to_itself_and_keeps_the_focus(show: Show) -> None:
    page = show(synthetic_map.plane())
    focus_by_tab(page, ".near button")
    keys(page, "Enter")
    assert name(page) == "picture 1"
    keys(page, "Enter")
    assert name(page) == "picture 2"
    assert page.evaluate("document.activeElement.closest('.near') !== null")


def test_a_class_is_clear_and_the_others_faint(show: Show) -> None:
    page = show(synthetic_map.plane())
    rest(page, 300)
    names = page.locator(".chips .kind").all_text_contents()
    assert names == ["fireboat & crane", "spiral", "stripes"]  # those that stand apart most first
    assert page.locator(".chips button").first.locator(".number").all_text_contents() == ["31", "0.750", "25%"]
    assert page.get_by_role("button", name="spiral, 3 pictures, silhouette 0.500, votes 100%").count() == 1
    x, y = dot(page, 3)  # no neighbour of the picture at the cursor: those are never faint
    assert pixel(page, x, y - 24)[3] == 255
    page.locator(".chips button").nth(1).click()
    rest(page, 100)
    assert pixel(page, x, y - 24)[3] < 64
    x, y = dot(page, 4)
    assert pixel(page, x, y - 24)[3] == 255
    page.locator(".chips button").nth(1).click()
    rest(page, 60)
    assert page.locator("[aria-pressed=true]").count() == 0


def test_pictures_without_thumbnails_labels_and_neighbours(show: Show) -> None:
    figure = synthetic_map.plane(
        thumbnails=0, label=np.full(37, -1), classes=(), silhouette=np.zeros(0, "f4"),
        accuracy=np.zeros(0, "f4"), nearest=np.zeros((37, 0), int),
        distance=np.zeros((37, 0), "f4"), about="",
    )  # fmt: skip
    page = show(figure)
    assert page.locator(".legend").is_hidden()
    assert page.locator(".near").is_hidden()
    hover(page, *dot(page, 2))
    assert name(page) == "picture 2"
    assert said(page, "picture 2") == "picture 2, no class."
    assert "1 picture without a place" in page.locator("#note").text_content()


def test_a_phone_has_room_for_fingers_and_a_touch_holds(show: Show) -> None:
    page = show(synthetic_map.plane(), NARROW, has_touch=True, is_mobile=True)
    sizes = page.evaluate(
        """[...document.querySelectorAll("button, summary")].map((one) => one.getBoundingClientRect())
            .filter(({ width }) => width).map(({ width, height }) => Math.min(width, height))"""
    )
    assert min(sizes) >= 24
    x, y = dot(page, 4)
    page.locator(".map").tap(position={"x": x, "y": y})
    rest(page, 100)
    assert name(page) == "picture 4"
    assert page.get_by_role("button", name="Release").count() == 1


def test_paper_and_readers_without_scripts(show: Show, browser: Any, tmp_path: Any) -> None:
    page = show(synthetic_map.plane(), dark=True)
    page.emulate_media(media="print")
    assert page.locator(".zoom").is_hidden()
    assert page.locator(".map canvas").is_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("dd").first.is_visible()
    context = browser.new_context(java_script_enabled=False)
    bare = context.new_page()
    bare.goto(synthetic_map.plane().save(tmp_path / "map.html").as_uri())
    assert bare.locator("noscript img").count() == 1 or "drawn by a script" in bare.locator("noscript").inner_text()
    context.close()


def test_it_works_in_a_notebook(browser: Any) -> None:
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_content(synthetic_map.plane()._repr_html_())
    said(page.frames[1], "picture")
    assert errors == []
    page.close()
