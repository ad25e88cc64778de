"""The page of sprites, as a folder and as one file: what it shows, by pointer, by keys, by address, and what it asks for."""

from __future__ import annotations

import dataclasses
import io
import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from . import synthetic_sprites
from .conftest import NARROW, WIDE, folder_of, keys, pages, rest, said
from .reading import bars

pytestmark = pytest.mark.slow
NASTY = "a/b </script><img src=x onerror=alert(1)> & \"' %zz #"
Show = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic_sprites.sprites().save(tmp_path_factory.mktemp("sprites") / "sprites") / "index.html"


@pytest.fixture
def show(browser: Any) -> Iterator[Show]:
    """show(index, ...): the page, opened from disk; at the end no message, error, or request outside of its folder is left."""
    with pages(browser) as (opened, _):

        def shown(path: Path, end: str = "", width: int = WIDE, dark: bool = False, **options: Any) -> Any:
            page = opened(path.as_uri() + end, (folder_of(path), "data:", "blob:"), width, dark, **options)
            page.locator("#heading").wait_for()
            return page

        yield shown


def heading(page: Any, text: str) -> None:
    page.locator("#heading", has_text=re.compile(f"^{re.escape(text)}$")).wait_for()


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"))


def near(element: Any, expected: tuple[int, ...], off: int = 16) -> bool:
    """Whether the middle and the corners of an element, as it is painted, have a color."""
    element.scroll_into_view_if_needed()
    pixels = np.asarray(Image.open(io.BytesIO(element.screenshot())).convert("RGB")).astype(int)
    height, width = pixels.shape[:2]
    places = [(height // 2, width // 2), *itertools.product((5, height - 6), (5, width - 6))]
    return max(np.abs(pixels[place] - expected).max() for place in places) <= off


def settled(page: Any) -> None:
    rest(page, 400)


@pytest.mark.parametrize("form", ["folder", "page"])
def test_each_icon_is_at_its_channel(show: Show, folder: Path, form: str, tmp_path: Path) -> None:
    path = folder if form == "folder" else synthetic_sprites.sprites().save(tmp_path / "page.html")
    for number, (name, count) in enumerate({"block3": 80, "block4": 128, "block5": 23}.items()):
        page = show(path, f"#{name}")
        links = page.get_by_role("list", name=f"Channels of {name}").get_by_role("link")
        assert links.count() == count
        for unit in (0, 7, 8, count - 1):
            links.nth(unit).scroll_into_view_if_needed()
            settled(page)
            assert near(links.nth(unit).locator(".icon"), synthetic_sprites.color(number, unit)), (name, unit)
            assert links.nth(unit).get_attribute("href") == f"#{name}/{unit}"


def test_a_tile_is_loaded_when_it_comes_near(show: Show, tmp_path: Path) -> None:
    path = synthetic_sprites.sprites(counts=(1280,)).save(tmp_path / "sprites") / "index.html"
    page = show(path)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.get_by_role("link", name="block3").click()
    settled(page)
    assert "0-0.webp" in asked
    assert "0-19.webp" not in asked
    page.get_by_role("link", name="channel 1279").scroll_into_view_if_needed()
    settled(page)
    assert "0-19.webp" in asked
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("form", ["folder", "page"])
def test_a_channel_shows_its_icon_and_its_examples(show: Show, folder: Path, form: str, tmp_path: Path) -> None:
    path = folder if form == "folder" else synthetic_sprites.sprites().save(tmp_path / "page.html")
    one = synthetic_sprites.sprites().layers[1]
    page = show(path, "#block4/19")
    settled(page)
    assert page.locator("#heading").text_content() == "block4, channel 19"
    assert page.title().startswith("block4 · channel 19")
    assert near(page.get_by_role("img", name="Icon of channel 19 of block4"), synthetic_sprites.color(1, 19))
    assert page.get_by_text("channel('block4', 19)").is_visible()
    shown = page.locator(".examples li")
    places = [place for place in one.examples[19].tolist() if place >= 0]
    assert len(places) == 4
    assert shown.locator(".name").all_text_contents() == [f"drawing {place}" for place in places]
    values = [float(text) for text in shown.locator(".value").all_text_contents()]
    assert np.allclose(values, one.activation[19, :4], rtol=0.006)
    assert np.allclose([part for part, _ in bars(shown)], one.activation[19, :4] / one.activation[19, 0], atol=0.02)
    for line, place in enumerate(places):
        assert near(shown.nth(line).locator(".icon"), synthetic_sprites.example_color(place))
    beside = page.locator(".few .unit")
    assert [int(text) for text in beside.all_text_contents()] == list(range(13, 26))
    assert beside.locator("nth=6").get_attribute("aria-current") == "true"


def test_a_layer_without_examples_says_so(show: Show, folder: Path, tmp_path: Path) -> None:
    page = show(folder, "#block5/3")
    assert page.get_by_text("No activations of this layer were collected.").is_visible()
    bare = dataclasses.replace(
        synthetic_sprites.sprites(counts=(9,)), examples=np.zeros((0, 8, 8, 3), np.uint8), names=()
    )
    page = show(bare.save(tmp_path / "page.html"), "#block3/3")
    assert page.get_by_text("No pictures were given to this page.").is_visible()


def test_keys_alone_reach_any_channel(show: Show, folder: Path) -> None:
    page = show(folder)
    for _ in range(30):
        keys(page, "Tab")
        if focused(page).startswith("block3"):
            break
    keys(page, "ArrowRight", "Enter")
    heading(page, "block4")
    assert focused(page) == "channel 0"
    across = page.evaluate("getComputedStyle(document.querySelector('.units')).gridTemplateColumns.split(' ').length")
    keys(page, "ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft")
    assert focused(page) == f"channel {2 * across}"
    keys(page, "End")
    assert focused(page) == "channel 127"
    keys(page, "ArrowDown", "ArrowRight")
    assert focused(page) == "channel 127"
    keys(page, "Home", "ArrowUp", "ArrowRight", "Enter")
    heading(page, "block4, channel 1")
    assert page.evaluate("location.hash") == "#block4/1"
    assert "block4, channel 1" in said(page, "channel 1")
    keys(
        page, "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowRight", "ArrowRight"
    )
    heading(page, "block4, channel 2")
    keys(page, "Escape")
    heading(page, "block4")
    assert focused(page) == "channel 2"
    assert page.evaluate("document.querySelectorAll('.units [tabindex=\"0\"]').length") == 1
    keys(page, "]")
    heading(page, "block5")
    keys(page, "]", "[", "[")
    heading(page, "block3")
    assert focused(page) == "channel 0"
    keys(page, "Escape")
    heading(page, "Layers")
    assert focused(page).startswith("block3")
    keys(page, "Escape", "ArrowRight", "ArrowRight", "ArrowRight", "Enter")
    heading(page, "block5")


def test_arrows_find_the_list_from_anywhere_in_the_text(show: Show, folder: Path) -> None:
    page = show(folder, "#block3")
    keys(page, "ArrowDown", "ArrowRight")
    assert focused(page) == "channel 1"


def test_the_search_finds_channels_and_layers(show: Show, folder: Path) -> None:
    page = show(folder, "#block4")
    keys(page, "/")
    page.keyboard.type("17")
    results = page.get_by_role("list", name="Found").get_by_role("link")
    results.nth(2).wait_for()
    assert results.all_text_contents() == ["block4, channel 17", "block3, channel 17", "block5, channel 17"]
    keys(page, "Enter")
    heading(page, "block4, channel 17")
    assert results.count() == 0
    for text, expected in {
        "block3": "block3",
        "BLOCK5 22": "block5, channel 22",
        "block3/79": "block3, channel 79",
        "ck3 7": "block3, channel 7",
    }.items():
        keys(page, "/")
        page.keyboard.type(text)
        keys(page, "Enter")
        heading(page, expected)
    keys(page, "/")
    page.keyboard.type("999")
    page.get_by_text("Nothing is called “999” here. Layers: block3, block4, block5").wait_for()
    keys(page, "Enter")
    heading(page, "block3, channel 7")
    keys(page, "Escape")
    assert page.locator("input").input_value() == ""
    assert focused(page) == "block3, channel 7"
    page.locator("input").fill("block")
    results.nth(1).click()
    heading(page, "block4")


def test_the_address_leads_to_what_is_shown_and_the_history_back(show: Show, folder: Path) -> None:
    page = show(folder, "#block4/100")
    heading(page, "block4, channel 100")
    assert page.evaluate("document.activeElement === document.body")
    page.get_by_role("navigation", name="Where you are").get_by_role("link", name="block4").click()
    heading(page, "block4")
    assert focused(page) == "channel 100"
    page.get_by_role("link", name="channel 99", exact=True).click()
    heading(page, "block4, channel 99")
    page.go_back()
    heading(page, "block4")
    page.go_back()
    heading(page, "block4, channel 100")
    page.go_forward()
    heading(page, "block4")
    page.evaluate("location.hash = '#block3/5'")
    heading(page, "block3, channel 5")
    page.get_by_role("link", name="block3, channel 6").click()
    heading(page, "block3, channel 6")


@pytest.mark.parametrize(
    ("end", "text"),
    [
        ("#block9", "There is no layer “block9” on this page."),
        ("#%zz/3", "There is no layer “%zz” on this page."),
        ("#/3", "There is no layer “” on this page."),
        ("#block3/80", "Channel 80 of block3 is not on this page. It has 80 channels."),
        ("#block3/99999999999999999999", "is not on this page"),
        ("#block3/-1", "There is no layer “block3/-1” on this page."),
    ],
)
def test_an_address_that_leads_nowhere_says_so(show: Show, folder: Path, end: str, text: str) -> None:
    page = show(folder, end)
    page.get_by_text(text).wait_for()
    keys(page, "]" if "layer" in text else "Escape")
    heading(page, "block3")


@pytest.mark.parametrize("form", ["folder", "page"])
def test_axe_finds_nothing(show: Show, folder: Path, form: str, tmp_path: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    path = folder if form == "folder" else synthetic_sprites.sprites().save(tmp_path / "page.html")
    for end in ("", "#block3", "#block3/17", "#block5/1", "#nowhere", "#block3/99"):
        page = show(path, end)
        page.get_by_text("How this was made").click()
        page.locator("input").fill("1")
        settled(page)
        for width, scheme in itertools.product((NARROW, WIDE), ("light", "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            found = axe.run(page)
            assert found.violations_count == 0, (end, width, scheme, found.generate_report())


@pytest.mark.parametrize("end", ["", "#block3", "#block3/17"])
def test_a_phone_has_no_sideways_scrolling_and_room_for_fingers(show: Show, folder: Path, end: str) -> None:
    page = show(folder, end, NARROW)
    page.locator("input").fill("17")
    page.get_by_text("How this was made").click()
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    sizes = page.evaluate(
        """[...document.querySelectorAll("a, button, input, summary")]
            .map((one) => one.getBoundingClientRect())
            .filter(({ width }) => width)
            .map(({ width, height }) => Math.min(width, height))"""
    )
    assert min(sizes) >= 24


def test_markup_and_slashes_in_names_stay_text(show: Show, tmp_path: Path) -> None:
    one = synthetic_sprites.sprites(
        counts=(5, 5), title=NASTY, made={NASTY: NASTY}, network=NASTY, names=(NASTY,) * 150
    )
    one = dataclasses.replace(one, layers=(dataclasses.replace(one.layers[0], name=NASTY), one.layers[1]))
    page = show(one.save(tmp_path / "sprites") / "index.html")
    page.locator(".card").first.click()
    heading(page, NASTY)
    page.reload()
    heading(page, NASTY)
    keys(page, "ArrowRight", "ArrowRight", "Enter")
    heading(page, f"{NASTY}, channel 1")
    settled(page)
    assert page.locator(".examples .name").first.text_content() == NASTY
    assert page.title() == f"{NASTY} · channel 1 · {NASTY}"
    assert page.locator("img[src=x]").count() == 0


def test_missing_files_are_named(browser: Any, tmp_path: Path) -> None:
    path = synthetic_sprites.sprites(counts=(5, 5)).save(tmp_path / "sprites")
    (path / "tiles/0-0.webp").unlink()
    page = browser.new_page()
    page.goto((path / "index.html").as_uri() + "#block3")
    page.get_by_text("tiles/0-0.webp is missing beside this page").wait_for()
    (path / "data/1.js").rename(path / "data/2.js")
    page.get_by_role("link", name="block4").click()
    page.get_by_text("data/1.js is missing beside this page").wait_for()
    (path / "data/2.js").rename(path / "data/1.js")
    page.get_by_role("link", name="block4").click()
    heading(page, "block4")
    page.close()


def test_some_channels_keep_their_numbers(show: Show, tmp_path: Path) -> None:
    layer = synthetic_sprites.layer(0, "block3", 80, units=[3, 50, 79])
    page = show(synthetic_sprites.sprites(layers=(layer,)).save(tmp_path / "page.html"), "#block3")
    assert page.get_by_text("3 of 80 channels; ").is_visible()
    assert page.locator(".unit").all_text_contents() == ["3", "50", "79"]
    settled(page)
    assert near(page.locator(".unit .icon").nth(1), synthetic_sprites.color(0, 50))
    page.locator(".unit").nth(1).click()
    heading(page, "block3, channel 50")
    keys(page, "ArrowRight")
    heading(page, "block3, channel 79")


def test_a_sheet_of_1280_channels_is_fluent(show: Show, tmp_path: Path) -> None:
    page = show(synthetic_sprites.sprites(counts=(1280, 9)).save(tmp_path / "sprites") / "index.html")
    took = page.evaluate(
        """async () => {
            const begin = performance.now();
            document.querySelector(".card").click();
            while (!document.querySelector(".unit")) await new Promise((done) => setTimeout(done));
            document.body.getBoundingClientRect();
            return performance.now() - begin;
        }"""
    )
    assert took < 1500
    frames = page.evaluate(
        """async () => {
            const took = [];
            for (let step = 0; step < 60; step++) {
                scrollBy(0, 120);
                document.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
                const begin = performance.now();
                document.body.getBoundingClientRect();
                took.push(performance.now() - begin);
                await new Promise(requestAnimationFrame);
            }
            return took.sort((a, b) => a - b);
        }"""
    )
    assert frames[30] < 16


def test_without_scripts_there_are_pictures(browser: Any, folder: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(folder.as_uri())
    assert page.locator("noscript img").count() == 3
    assert page.locator("noscript figcaption").nth(1).text_content() == "block4: 128 of 128 channels"
    assert page.locator("noscript img").nth(1).is_visible()
    context.close()


def test_paper_has_the_icons_and_no_search(show: Show, folder: Path) -> None:
    page = show(folder, "#block3", dark=True)
    page.emulate_media(media="print")
    for hidden in (".search", "#keys", ".steps"):
        assert page.locator(hidden).is_hidden()
    assert page.locator(".unit").first.is_visible()
    page.emulate_media(media="screen")
    assert page.pdf().startswith(b"%PDF")


def test_it_works_in_a_notebook(browser: Any) -> None:
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_content(synthetic_sprites.sprites(counts=(9, 9))._repr_html_())
    frame = page.frames[1]
    frame.get_by_role("link", name="block4").click()
    frame.get_by_role("link", name="channel 3", exact=True).click()
    heading(frame, "block4, channel 3")
    settled(page)
    assert near(frame.get_by_role("img", name="Icon of channel 3 of block4"), synthetic_sprites.color(1, 3))
    assert errors == []
    page.close()
