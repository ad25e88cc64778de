"""The page of an atlas, as a folder and as one file: what it shows, by pointer, by keys, by address, and what it asks for."""

from __future__ import annotations

import dataclasses
import io
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from . import synthetic_atlas
from .conftest import NARROW, WIDE, focus_by_tab, folder_of, keys, pages, rest, said

pytestmark = pytest.mark.slow
NASTY = "</script><img src=x onerror=alert(1)><!--<script> & \"'"
Show = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic_atlas.atlas().save(tmp_path_factory.mktemp("atlas") / "atlas") / "index.html"


@pytest.fixture
def show(browser: Any) -> Iterator[Show]:
    """show(index, ...): the page, opened from disk; at the end no message, error, or request outside of its folder is left."""
    with pages(browser) as (opened, _):

        def shown(path: Path, width: int = WIDE, dark: bool = False, end: str = "", **options: Any) -> Any:
            page = opened(path.as_uri() + end, (folder_of(path), "data:"), width, dark, **options)
            said(page, "row")
            return page

        yield shown


def settled(page: Any) -> None:
    """Waits until the view stands still and every tile in it has arrived."""
    rest(page, 900)


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


def place(page: Any, view: tuple[float, float, float], side: int, cell: int) -> tuple[float, float]:
    """Where the middle of a cell is on the map, in CSS pixels, by the formula of the view."""
    box = page.locator(".map").bounding_box()
    scale = min(box["width"], box["height"]) * 0.92 * view[2]
    row, column = divmod(cell, side)
    across = ((column + 0.5) / side - view[0]) * scale + box["width"] / 2
    return across, ((row + 0.5) / side - view[1]) * scale + box["height"] / 2


def near(found: tuple[int, ...], expected: tuple[int, ...], off: int = 14) -> bool:
    return max(abs(int(a) - b) for a, b in zip(found[:3], expected, strict=True)) <= off


def some(side: int, count: int = 12) -> list[int]:
    cells = synthetic_atlas.filled(side)
    return [int(cell) for cell in cells[:: max(1, len(cells) // count)]]


def test_each_icon_is_at_its_cell_in_every_grid(show: Show, folder: Path) -> None:
    for side in (10, 20, 40):
        page = show(folder, end=f"#grid={side}&sized=0&named=0")
        settled(page)
        for cell in some(side):
            assert near(pixel(page, *place(page, (0.5, 0.5, 1), side, cell)), synthetic_atlas.color(0, side, cell))
        assert pixel(page, 4, 4)[3] == 0


def test_icons_of_more_samples_are_larger_and_the_switch_makes_all_equal(show: Show, folder: Path) -> None:
    page = show(folder, end="#grid=10&named=0")
    settled(page)
    level = synthetic_atlas.level(0, 10)
    small, full = int(level.cell[level.count.argmin()]), 2 * np.median(level.count)
    x, y = place(page, (0.5, 0.5, 1), 10, small)
    cell = page.locator(".map").bounding_box()["height"] * 0.92 / 10
    reach = cell / 2 * np.sqrt(level.count.min() / full)
    assert pixel(page, x, y)[3] == 255
    assert pixel(page, x + reach + 2, y)[3] == 0
    page.get_by_label("Area by samples").uncheck()
    rest(page, 100)
    assert near(pixel(page, x + cell / 2 - 3, y), synthetic_atlas.color(0, 10, small))


def test_the_grid_becomes_finer_with_the_zoom(show: Show, folder: Path) -> None:
    page = show(folder)
    page.locator(".map").focus()
    shown = []
    for _ in range(5):
        shown.append(page.locator("select option").first.text_content())
        keys(page, "+")
        rest(page, 400)
    sides = [int(text.split()[-1]) for text in shown]
    assert sides == sorted(sides)
    assert {10, 20, 40} <= set(sides)


def test_the_coarse_grid_shows_while_the_fine_one_is_missing(show: Show, folder: Path) -> None:
    page = show(folder, end="#grid=10&sized=0&named=0")
    settled(page)
    page.evaluate("phosphene.put = () => {}")  # nothing that is asked for from now on arrives
    page.get_by_label("Grid").select_option("40")
    rest(page, 300)
    for cell in some(10, 5):
        assert near(pixel(page, *place(page, (0.5, 0.5, 1), 10, cell)), synthetic_atlas.color(0, 10, cell))


def test_the_cell_under_the_pointer_is_explained(show: Show, folder: Path) -> None:
    page = show(folder, end="#grid=10&sized=0")
    settled(page)
    level = synthetic_atlas.level(0, 10)
    cell = int(level.cell[7])
    x, y = place(page, (0.5, 0.5, 1), 10, cell)
    page.locator(".map").hover(position={"x": x, "y": y})
    row, column = divmod(cell, 10)
    text = said(page, f"row {row + 1}, column {column + 1} of 10")
    assert f"{level.count[7]} samples" in text
    card = page.locator(".card")
    assert card.count() == 1
    names = [synthetic_atlas.LABELS[label] for label in level.top[7]]
    assert card.locator(".name").all_text_contents() == names
    values = [float(one.replace("−", "-")) for one in card.locator(".value").all_text_contents()]
    assert np.allclose(values, level.value[7], rtol=0.01)
    assert f"{level.coherence[7]:.3g}"[:4] in card.inner_text()
    page.locator(".example").first.wait_for()
    shown = [one.get_attribute("aria-label") for one in page.locator(".example").all()]
    assert shown == [f"drawing {number}" for number in level.nearest[7]]


def test_two_pinned_cells_are_compared(show: Show, folder: Path) -> None:
    page = show(folder, end="#grid=10&sized=0")
    settled(page)
    first, second = some(10)[1], some(10)[6]
    for cell in (first, second):
        x, y = place(page, (0.5, 0.5, 1), 10, cell)
        page.locator(".map").click(position={"x": x, "y": y})
    page.locator(".card").nth(1).wait_for()
    page.locator(".card h2 b", has_text="B").wait_for()
    assert page.locator(".card").count() == 2
    assert page.locator(".card h2 b").all_text_contents() == ["A", "B"]
    assert page.locator(".difference th[scope=col]").all_text_contents() == ["Class", "A", "B", "A − B"]
    assert page.locator(".pin:visible").count() == 2
    page.get_by_role("button", name="Release A").click()
    rest(page, 200)
    assert page.locator(".pin:visible").count() == 1


def compared(page: Any) -> dict[str, list[str]]:
    """The lines of the comparison of two cells by class: what the one has, the other, and their difference."""
    page.locator(".difference tbody tr").first.wait_for()
    lines = [row.locator("th, td").all_text_contents() for row in page.locator(".difference tbody tr").all()]
    return {name: [text.replace("−", "-") for text in texts] for name, *texts in lines}


def test_a_class_that_one_cell_does_not_keep_is_bounded_by_the_least_that_it_does(show: Show, folder: Path) -> None:
    level = synthetic_atlas.level(0, 10)
    pair = [5, 40]
    end = "&".join(f"pin=10:{level.cell[place]}:block3" for place in pair)
    shown = compared(show(folder, end=f"#grid=10&{end}"))
    kept = [dict(zip(level.top[place].tolist(), level.value[place].tolist(), strict=True)) for place in pair]
    assert set(shown) == {synthetic_atlas.LABELS[label] for label in {*kept[0], *kept[1]}}
    bounded = 0
    for label in {*kept[0], *kept[1]}:
        a, b = (one.get(label, min(one.values())) for one in kept)
        known = [label in one for one in kept]
        signs = ["" if known[0] else "≤ ", "" if known[1] else "≤ ", "" if all(known) else "≥ " if known[0] else "≤ "]
        texts = shown[synthetic_atlas.LABELS[label]]
        for text, sign, value in zip(texts, signs, (a, b, a - b), strict=True):
            assert text.startswith(sign)
            assert np.isclose(float(text.removeprefix(sign)), value, rtol=0.01)
        bounded += not all(known)
    assert bounded


def test_a_cell_lists_few_classes_and_is_compared_by_all_that_it_keeps(show: Show, tmp_path: Path) -> None:
    figure = synthetic_atlas.atlas(sides=(10,), layers=1, classes=8)
    (level,) = figure.layers[0].levels
    page = show(
        figure.save(tmp_path / "page.html"), end=f"#pin=10:{level.cell[5]}:block3&pin=10:{level.cell[40]}:block3"
    )
    shown = compared(page)
    assert len(shown) == 8 or set(shown) < set(synthetic_atlas.LABELS)
    assert not any("≤" in text for texts in shown.values() for text in texts)
    assert "stored" not in page.locator(".difference").inner_text()
    assert [page.locator(".card").nth(one).locator(".bars li").count() for one in range(2)] == [5, 5]


def test_keys_alone_reach_and_pin_any_cell(show: Show, folder: Path) -> None:
    page = show(folder)
    focus_by_tab(page, ".map")
    keys(page, "PageDown", "PageDown")
    assert page.get_by_label("Grid").input_value() == "40"
    keys(page, *["Shift+ArrowLeft"] * 8, *["Shift+ArrowUp"] * 8)
    said(page, "row 1, column 1 of 40: no icon")
    keys(page, "Enter")
    assert page.locator(".pin:visible").count() == 0
    cell = some(40)[5]
    row, column = divmod(cell, 40)
    keys(page, *["Shift+ArrowDown"] * (row // 5), *["ArrowDown"] * (row % 5))
    keys(page, *["Shift+ArrowRight"] * (column // 5), *["ArrowRight"] * (column % 5), "Enter")
    assert "pinned as A" in said(page, f"row {row + 1}, column {column + 1} of 40")
    keys(page, "ArrowRight", "Escape")
    rest(page, 100)
    assert page.locator(".pin:visible").count() == 0
    keys(page, "]")
    said(page, "block4, ")
    keys(page, "[", "Home")
    assert "of 40" not in said(page, "block3, ")
    keys(page, "/")
    assert page.evaluate("document.activeElement.id") == "search"


def test_a_class_dims_the_others_and_jumps_to_its_strongest_cell(show: Show, folder: Path) -> None:
    page = show(folder, end="#grid=10&sized=0&named=0")
    settled(page)
    level = synthetic_atlas.level(0, 10)
    label = synthetic_atlas.LABELS.index("ring")
    values = np.where(level.top == label, level.value, 0).sum(1)
    page.locator("#search").fill("RIN")
    assert page.locator(".chip").count() == 1
    said(page, "1 class found")
    keys(page, "Enter")
    best = int(level.cell[values.argmax()])
    said(page, f"row {best // 10 + 1}, column {best % 10 + 1} of 10")
    assert f"{(values > 0).sum()} cells of 10 × 10 speak for ring" in page.locator(".classes").inner_text()
    for number, cell in enumerate(level.cell):
        x, y = place(page, (0.5, 0.5, 1), 10, int(cell))
        opacity = 0.08 + 0.92 * max(0, values[number]) / abs(values).max()
        assert abs(pixel(page, x, y)[3] / 255 - opacity) < 0.02
    assert page.locator(".rank").text_content() == f"1 of {(values > 0).sum()}"
    page.get_by_role("button", name="Next cell").click()
    second = int(level.cell[(-values).argsort(kind="stable")[1]])
    said(page, f"row {second // 10 + 1}, column {second % 10 + 1} of 10")
    assert page.locator(".rank").text_content() == f"2 of {(values > 0).sum()}"
    page.get_by_role("button", name="Previous cell").click()
    said(page, f"row {best // 10 + 1}, column {best % 10 + 1} of 10")
    page.get_by_role("button", name="Show where it speaks against").click()
    rest(page, 100)
    assert f"{(values < 0).sum()} cells of 10 × 10 speak against ring" in page.locator(".classes").inner_text()
    page.get_by_role("button", name="Clear the filter").click()
    rest(page, 100)
    assert pixel(page, *place(page, (0.5, 0.5, 1), 10, some(10)[0]))[3] == 255


def test_chips_count_the_samples_of_the_shown_grid(show: Show, folder: Path) -> None:
    page = show(folder, end="#grid=10")
    for side in (10, 40, 20):
        page.get_by_label("Grid").select_option(str(side))
        page.get_by_text(f"samples in the cells of {side} × {side}").wait_for()
        level = synthetic_atlas.level(0, side)
        counts = {
            name: level.count[level.top[:, 0] == label].sum() for label, name in enumerate(synthetic_atlas.LABELS)
        }
        texts = [chip.locator("span").all_text_contents() for chip in page.locator(".chip").all()]
        assert {name: int(count.replace(",", "")) for name, count in texts} == counts


def test_all_of_many_classes_are_in_a_list_that_is_seen_to_go_on(show: Show, tmp_path: Path) -> None:
    labels = (*synthetic_atlas.LABELS, *(f"class {number}" for number in range(992)))
    page = show(synthetic_atlas.atlas(sides=(10,), layers=1, labels=labels).save(tmp_path / "page.html"))
    page.get_by_role("button", name="Show all 1000 classes").click()
    assert page.locator(".chip").count() == 1000
    page.get_by_text("All 1000 are here: scroll the list").wait_for()
    assert page.evaluate("getComputedStyle(document.querySelector('.chips')).overflowY") == "scroll"
    page.locator(".chip").last.click()
    rest(page, 100)
    assert "class=class+991" in page.evaluate("location.hash")
    page.get_by_role("button", name="Show 12 of 1000 classes").click()
    assert page.locator(".chip").count() == 13


def test_a_search_without_a_match_says_so(show: Show, folder: Path) -> None:
    page = show(folder)
    page.locator("#search").fill("xyz")
    page.get_by_text("no class matches 'xyz'").first.wait_for()
    assert page.locator(".about").inner_text() == "no class matches 'xyz'"
    said(page, "no class matches 'xyz'")
    page.locator("#search").fill("")
    rest(page)
    assert page.locator(".about").is_hidden()


def test_what_words_mean_is_written_where_they_are_shown(show: Show, folder: Path, tmp_path: Path) -> None:
    page = show(folder, end="#class=ring")
    assert "Coherence is 1 where" in page.locator(".cells").inner_text()
    assert "above 0 the cell speaks for it" in page.locator(".cells").inner_text()
    page.get_by_text("A cell speaks for a class whose score its activations raise").wait_for()
    assert "Known where the class is among the 5 largest of a cell" in page.locator(".about").inner_text()
    assert "not stored" not in page.locator(".about").inner_text()
    figure = synthetic_atlas.atlas(sides=(10,), layers=1, classes=3)
    page = show(figure.save(tmp_path / "page.html"), end="#class=ring")
    page.get_by_text("Where it speaks against a class is not stored in this atlas").wait_for()


def test_an_example_is_enlarged_by_pointer_and_keys(show: Show, folder: Path) -> None:
    page = show(folder, NARROW, end="#grid=10")
    page.locator(".example").nth(3).wait_for()
    first, second = page.locator(".example").nth(0), page.locator(".example").nth(1)
    small = first.locator("canvas").bounding_box()["width"]
    first.click()
    assert first.locator("canvas").bounding_box()["width"] >= 3 * small
    assert first.inner_text() == first.get_attribute("aria-label")
    second.focus()
    keys(page, "Enter")
    assert second.get_attribute("aria-expanded") == "true"
    assert first.locator("canvas").bounding_box()["width"] == small
    keys(page, "Enter")
    assert second.locator("canvas").bounding_box()["width"] == small


def test_the_address_leads_back_to_the_view(show: Show, folder: Path) -> None:
    page = show(folder)
    page.locator(".map").focus()
    keys(page, "+", "ArrowRight", "Enter", "]")
    page.locator("#search").fill("dots")
    keys(page, "Enter")
    settled(page)
    end = page.evaluate("location.hash")
    again = show(folder, end=end)
    settled(again)
    assert again.evaluate("location.hash") == end
    assert again.locator(".card h2").all_text_contents() == page.locator(".card h2").all_text_contents()
    shots = [np.asarray(Image.open(io.BytesIO(one.locator(".map canvas").screenshot()))) for one in (page, again)]
    assert np.abs(shots[0].astype(int) - shots[1]).mean() < 1


@pytest.mark.parametrize(
    "end", ["#grid=7&view=a,b&at=&pin=1:2&layer=none&class=none", "#view=9,9,1e9", "#%ff", "#pin=10:999:block3"]
)
def test_a_damaged_address_opens(show: Show, folder: Path, end: str) -> None:
    page = show(folder, end=end)
    assert page.locator(".card").count() == 1


def test_the_history_leads_back_from_jumps(show: Show, folder: Path) -> None:
    page = show(folder)
    page.get_by_label("block4").check()
    said(page, "block4")
    page.locator(".chip").first.click()
    rest(page, 400)
    page.go_back()
    rest(page, 300)
    assert page.locator(".chip[aria-pressed=true]").count() == 0
    page.go_back()
    said(page, "block3")
    assert page.get_by_label("block3").is_checked()


def test_the_layers_are_switched(show: Show, folder: Path) -> None:
    page = show(folder, end="#grid=10&sized=0&named=0")
    page.get_by_label("block4").check()
    settled(page)
    for cell in some(10, 5):
        assert near(pixel(page, *place(page, (0.5, 0.5, 1), 10, cell)), synthetic_atlas.color(1, 10, cell))
    assert "12 outliers left out" in page.locator("#note").text_content()


def saved(page: Any) -> tuple[str, np.ndarray]:
    """The name of the saved view and its pixels."""
    with page.expect_download() as file:
        page.get_by_role("button", name="Save this view as PNG").click()
    return file.value.suggested_filename, np.asarray(Image.open(file.value.path()).convert("RGB"))


LEFT, TOP = 54, 100  # CSS pixels of the saved view before its map, with a title of one line


@pytest.mark.parametrize("form", ["folder", "page"])
def test_the_view_is_saved_as_a_picture(show: Show, folder: Path, form: str, tmp_path: Path) -> None:
    path = folder if form == "folder" else synthetic_atlas.atlas(sides=(10, 20)).save(tmp_path / "page.html")
    page = show(path, end="#grid=20&sized=0&named=0")
    settled(page)
    name, picture = saved(page)
    assert name == "What-the-pattern-network-sees-block3.png"
    for cell in some(20):
        x, y = place(page, (0.5, 0.5, 1), 20, cell)
        assert near(tuple(picture[round(y) + TOP, round(x) + LEFT]), synthetic_atlas.color(0, 20, cell))


@pytest.mark.parametrize("dark", [False, True])
def test_the_saved_view_is_black_on_white_with_title_scale_and_pins(show: Show, folder: Path, dark: bool) -> None:
    cell = some(20)[5]
    _, bare = saved(show(folder, dark=dark, end="#grid=20"))
    page = show(folder, dark=dark, end=f"#grid=20&pin=20:{cell}:block3&pin=10:{some(10)[3]}:block4")
    settled(page)
    _, picture = saved(page)
    box = page.locator(".map").bounding_box()
    below = TOP + round(box["height"])
    assert (picture[[0, 0, -1, -1], [0, -1, 0, -1]] == 255).all()
    assert tuple(picture[TOP + 5, LEFT + 5]) == (255, 255, 255)
    for top, bottom in ((20, 50), (50, 68), (below + 8, below + 40)):  # title, what is shown, scale
        assert (picture[top:bottom].max(-1) < 90).sum() > 50
    assert len(picture) - len(bare) == 36  # a line for each pin
    x, y = (round(one) for one in place(page, (0.5, 0.5, 1), 20, cell))
    half = round(box["height"] * 0.92 / 40)
    across = picture[y + TOP, x + LEFT - half - 4 : x + LEFT - half + 5]
    assert across.max(-1).min() < 60
    assert across.min(-1).max() > 200


def test_the_tables_say_the_same(show: Show, folder: Path) -> None:
    page = show(folder, end="#grid=20")
    page.get_by_text("Cells and classes as tables").click()
    level = synthetic_atlas.level(0, 20)
    cells = page.locator(".tables table").nth(1)
    cells.locator("tbody tr").nth(49).wait_for()
    assert cells.locator("tbody tr").count() == 50
    order = np.lexsort((np.arange(len(level.cell)), -level.count))
    first = cells.locator("tbody tr").first
    row, column = divmod(int(level.cell[order[0]]), 20)
    assert first.locator("th").text_content() == f"row {row + 1}, column {column + 1} of 20"
    assert first.locator("td").first.text_content() == str(level.count[order[0]])
    page.get_by_role("button", name="50 more cells").click()
    cells.locator("tbody tr").nth(99).wait_for()
    assert cells.locator("tbody tr").count() == 100
    third = cells.locator("tbody tr").nth(2).get_by_role("button")
    name = third.text_content()
    third.click()
    said(page, str(name))
    classes = page.locator(".tables table").first
    assert classes.locator("tbody tr").count() == len(set(level.top[:, 0].tolist()))


def test_the_pointer_drags_and_the_wheel_zooms_in_focus_alone(show: Show, folder: Path) -> None:
    page = show(folder, end="#view=0.5,0.5,3")
    box = page.locator(".map").bounding_box()
    x, y = box["x"] + 300, box["y"] + 300
    page.mouse.move(x, y)
    page.mouse.wheel(0, -200)
    rest(page, 500)
    assert "view=0.5%2C0.5%2C3" in page.evaluate("location.hash")
    assert page.get_by_text("hold Ctrl").is_visible()
    page.evaluate("scrollTo(0, 0)")
    box = page.locator(".map").bounding_box()
    x, y = box["x"] + 300, box["y"] + 300
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 40, steps=4)
    page.mouse.up()
    rest(page, 400)
    scale = min(box["width"], box["height"]) * 0.92 * 3
    view = [float(one) for one in page.evaluate("new URLSearchParams(location.hash.slice(1)).get('view')").split(",")]
    assert np.allclose(view[:2], [0.5 - 60 / scale, 0.5 - 40 / scale], atol=2e-3)
    assert page.locator(".pin:visible").count() == 0
    page.locator(".map").focus()
    page.mouse.wheel(0, -200)
    rest(page, 400)
    assert float(page.evaluate("new URLSearchParams(location.hash.slice(1)).get('view')").split(",")[2]) > 3.5


def test_fingers_pin_look_and_pinch(show: Show, folder: Path) -> None:
    page = show(folder, NARROW, end="#grid=10", has_touch=True)
    page.locator(".map").scroll_into_view_if_needed()
    x, y = place(page, (0.5, 0.5, 1), 10, some(10)[4])
    page.locator(".map").tap(position={"x": x, "y": y})
    assert "pinned as A" in said(page, "pinned")
    box = page.locator(".map").bounding_box()
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *offsets: float) -> None:
        points = [{"x": box["x"] + 180 + off, "y": box["y"] + 180, "id": one} for one, off in enumerate(offsets)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", -20, 20)
    for step in range(1, 6):
        fingers("touchMove", -20 - 8 * step, 20 + 8 * step)
    fingers("touchEnd")
    rest(page, 400)
    zoom = float(page.evaluate("new URLSearchParams(location.hash.slice(1)).get('view')").split(",")[2])
    assert 2.4 < zoom < 3.6
    assert page.locator(".pin").first.count() == 1


@pytest.mark.parametrize("form", ["folder", "page"])
def test_axe_finds_nothing(show: Show, folder: Path, form: str, tmp_path: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    path = folder if form == "folder" else synthetic_atlas.atlas(sides=(10, 20)).save(tmp_path / "page.html")
    page = show(path)
    page.locator(".map").focus()
    keys(page, "Enter", "ArrowRight", "Enter")
    page.locator(".chip").nth(1).click()
    for summary in page.locator("#more summary").all():
        summary.click()
    settled(page)
    for width, scheme in itertools.product((NARROW, WIDE), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        found = axe.run(page)
        assert found.violations_count == 0, (width, scheme, found.generate_report())


def test_a_phone_has_no_sideways_scrolling_and_room_for_fingers(show: Show, folder: Path) -> None:
    page = show(folder, NARROW)
    for summary in page.locator("summary").all():
        summary.click()
    page.locator(".chip").first.click()
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    sizes = page.evaluate(
        """[...document.querySelectorAll("button, select, label, summary, input[type=range], input[type=search]")]
            .map((one) => one.getBoundingClientRect())
            .filter(({ width }) => width)
            .map(({ width, height }) => Math.min(width, height))"""
    )
    assert min(sizes) >= 24


def test_less_motion_means_no_steps(show: Show, folder: Path) -> None:
    page = show(folder, reduced_motion="reduce")
    page.locator(".map").focus()
    keys(page, "+")
    moved = "new Promise((done) => requestAnimationFrame(() => done(document.querySelector('.overview').hidden)))"
    assert page.evaluate(moved) is False
    rest(page, 300)
    assert "view=" in page.evaluate("location.hash")
    assert float(page.evaluate("new URLSearchParams(location.hash.slice(1)).get('view')").split(",")[2]) == 1.6


def test_names_of_regions_are_read_on_any_icon(show: Show, folder: Path) -> None:
    """White letters on a halo: the contrast of the two, over the brightest icon, is 4.5 or more."""
    page = show(folder, end="#grid=10&sized=0")
    settled(page)
    halo = 255 * 0.2

    def light(gray: float) -> float:
        part = gray / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    assert (1 + 0.05) / (light(halo) + 0.05) >= 4.5
    shot = np.asarray(Image.open(io.BytesIO(page.locator(".map").screenshot())).convert("RGB")).astype(int)
    assert (shot.min(-1) == 255).sum() > 100
    assert (shot.max(-1) <= halo).sum() > 100


def test_markup_in_data_stays_text(show: Show, tmp_path: Path) -> None:
    one = synthetic_atlas.atlas(sides=(10,), title=NASTY, made={NASTY: NASTY}, labels=(NASTY,) * 8, names=(NASTY,) * 40)
    page = show(one.save(tmp_path / "atlas") / "index.html")
    page.get_by_text("Cells and classes as tables").click()
    page.locator(".example").first.wait_for()
    assert page.title() == NASTY
    assert page.locator(".card .name").first.text_content() == NASTY
    assert page.locator(".chip span").first.text_content() == NASTY
    assert page.locator("img[src=x]").count() == 0


def test_one_file_asks_for_nothing(show: Show, tmp_path: Path) -> None:
    page = show(synthetic_atlas.atlas().save(tmp_path / "page.html"), end="#grid=40&sized=0&named=0")
    settled(page)
    for cell in some(40):
        assert near(pixel(page, *place(page, (0.5, 0.5, 1), 40, cell)), synthetic_atlas.color(0, 40, cell))
    page.locator(".example").first.wait_for()


def test_a_missing_file_is_named(browser: Any, tmp_path: Path) -> None:
    path = synthetic_atlas.atlas(sides=(10,)).save(tmp_path / "atlas")
    (path / "tiles/0-0/0-0.js").unlink()
    page = browser.new_page()
    page.goto((path / "index.html").as_uri())
    page.get_by_text("tiles/0-0/0-0.js is missing beside this page").wait_for()
    page.close()


@pytest.mark.parametrize("given", [{"layers": 0}, {"sides": ()}, {"examples": 0}, {"classes": 0}])
def test_an_atlas_without_some_part_opens(browser: Any, tmp_path: Path, given: dict[str, Any]) -> None:
    path = synthetic_atlas.atlas(**{"sides": (10,), "layers": 1, **given}).save(tmp_path / "page.html")
    errors: list[str] = []
    page = browser.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(path.as_uri())
    page.get_by_text("How this was made").click()
    rest(page, 300)
    assert errors == []
    assert page.locator("dd:visible").count() >= 3
    page.close()


def test_without_scripts_there_is_a_picture_and_a_table(browser: Any, folder: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(folder.as_uri())
    assert page.locator("noscript img").count() == 2
    assert page.locator("noscript tbody tr").count() == 40
    context.close()


def test_paper_has_the_map_and_no_controls(show: Show, folder: Path) -> None:
    cells = some(20)
    page = show(folder, dark=True, end=f"#grid=20&class=ring&pin=20:{cells[2]}:block3&pin=20:{cells[7]}:block3")
    page.locator(".difference table").wait_for()
    page.emulate_media(media="print")
    page.locator(".example").first.wait_for()
    for hidden in ("#controls", ".zoom", ".classes", "summary >> nth=0", ".card header button >> nth=0"):
        assert page.locator(hidden).is_hidden()
    assert page.locator(".example").first.is_visible()
    assert (
        page.locator(".shown").inner_text() == "block3, 20 × 20 cells, 12,255 samples; clear where they speak for ring"
    )
    assert page.evaluate("getComputedStyle(document.querySelector('.map')).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator(".difference table").evaluate("one => getComputedStyle(one).breakInside") == "avoid"
    assert page.locator(".map canvas").is_visible()
    assert page.locator(".card").first.is_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("dd").last.is_visible()
    page.emulate_media(media="screen")
    assert page.pdf().startswith(b"%PDF")


def test_it_works_in_a_notebook(browser: Any) -> None:
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_content(synthetic_atlas.atlas(sides=(10,))._repr_html_())
    frame = page.frames[1]
    said(frame, "row")
    frame.locator(".map").focus()
    page.keyboard.press("Enter")
    assert "pinned as A" in said(frame, "pinned")
    assert errors == []
    page.close()


def test_the_first_paint_and_the_frames_are_quick(show: Show, folder: Path) -> None:
    page = show(folder, end="#view=0.5,0.5,3")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    assert page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") < 3000
    took = page.evaluate(
        """async () => {
            const map = document.querySelector(".map");
            const { left, top } = map.getBoundingClientRect();
            const send = (kind, move) => map.dispatchEvent(
                new PointerEvent(kind, { pointerId: 1, clientX: left + 300 + 4 * move, clientY: top + 300 + 3 * move }));
            map.setPointerCapture = () => {};
            send("pointerdown", 0);
            const took = [];
            for (let move = 2; move < 40; move++) {
                send("pointermove", move);
                await new Promise(requestAnimationFrame);
                const begin = performance.now();
                await new Promise((done) => setTimeout(done));
                took.push(performance.now() - begin);
            }
            send("pointerup", 40);
            return took.sort((a, b) => a - b)[took.length / 2];
        }"""
    )
    assert took < 100


@pytest.mark.parametrize(("left", "shown"), [(3, "10 × 10"), (1000, "20 × 20")])
def test_no_zoom_leads_to_a_grid_that_shows_less_than_half(left: int, shown: str, show: Show, tmp_path: Path) -> None:
    figure = synthetic_atlas.atlas()
    (coarse, fine, *_), first = figure.layers[0].levels, figure.layers[0]
    names = [field.name for field in dataclasses.fields(fine)][1:]
    thin = dataclasses.replace(fine, **{name: getattr(fine, name)[:left] for name in names})
    made = dataclasses.replace(figure, layers=(dataclasses.replace(first, levels=(coarse, thin)),))
    page = show(made.save(tmp_path / "atlas") / "index.html")
    for _ in range(4):
        page.get_by_role("button", name="Zoom in").click()
    settled(page)
    assert page.get_by_text(f"by zoom: {shown}").count() == 1
