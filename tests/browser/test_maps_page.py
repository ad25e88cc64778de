"""The page of frames and their maps in a browser: it plays, in the colors that Python has, and everybody can use it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from phosphene import maps
from phosphene.maps.clip import ClipLayer
from phosphene.maps.colors import colored

from .conftest import NARROW, WIDE, focus_by_tab, keys, rest, said

pytestmark = pytest.mark.slow

COUNT, CHANNELS = 4, (2, 5, 7)


def clip(count: int = COUNT, rate: float = 50) -> maps.Clip:
    """A layer without negative numbers, one with signs, and one without positions."""
    random = np.random.default_rng(0)
    channels = np.array(CHANNELS)
    flat, both, vector = (
        random.normal(size=(count, 3, *shape)).astype(np.float32) for shape in ((4, 6), (2, 3), (1, 1))
    )
    layers = (
        ClipLayer("relu", channels, np.abs(flat)),
        ClipLayer("conv", channels, both),
        ClipLayer("fc", channels, vector),
    )
    pictures = random.integers(0, 256, (count, 24, 36, 3), np.uint8)
    return maps.Clip("A clip of <noise>", {"network": "none, " + "long " * 30}, rate, pictures, layers)


def painted(page: Any, selector: str) -> Any:
    """The pixels of canvases (n, h, w, 3)."""
    found = page.locator(selector).evaluate_all(
        """all => all.map((one) => {
          const canvas = new OffscreenCanvas(one.width, one.height);
          const context = canvas.getContext("2d", { willReadFrequently: true });
          context.drawImage(one, 0, 0);
          return { h: one.height, w: one.width, data: [...context.getImageData(0, 0, one.width, one.height).data] };
        })"""
    )
    return np.stack([np.array(one["data"]).reshape(one["h"], one["w"], 4)[..., :3] for one in found])


def at(page: Any) -> str:
    return str(page.locator(".transport .here").text_content())


@pytest.mark.parametrize(("width", "dark"), list(itertools.product((NARROW, WIDE), (False, True))))
def test_it_loads_by_itself_and_axe_finds_nothing(show: Callable[..., Any], width: int, dark: bool) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    page = show(clip(), width, dark)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").text_content() == "A clip of <noise>"
    for _ in range(3):
        found = axe.run(page)
        assert found.violations_count == 0, found.generate_report()
        keys(page, "]")


@pytest.mark.parametrize("scale", ["own", "shared", "clip"])
def test_the_colors_are_those_of_python(show: Callable[..., Any], scale: str) -> None:
    made = clip()
    page = show(made)
    page.get_by_role("radio", name={"own": "each map", "shared": "frame", "clip": "clip"}[scale], exact=True).check()
    for layer in made.layers[:2]:
        page.locator("h1").click()  # away from the choice, whose keys are its own
        for frame, key in enumerate(("Home", "ArrowRight")):
            keys(page, key)
            x = layer.maps[frame]
            most = {
                "own": np.abs(x).max((1, 2), keepdims=True),
                "shared": np.abs(x).max(),
                "clip": np.abs(layer.maps).max(),
            }
            expected = colored(x / most[scale], bool((layer.maps < 0).any())).astype(int)
            assert np.abs(painted(page, "#maps canvas") - expected).max() <= 8  # bytes of a map, on another scale
            assert np.abs(painted(page, ".chosen canvas")[0] - expected[0]).max() <= 8
        keys(page, "]")


def test_keys_lead_through_frames_and_layers(show: Callable[..., Any]) -> None:
    page = show(clip())
    first = page.locator("#frame").get_attribute("src")
    assert at(page) == "1 of 4"
    keys(page, "ArrowRight")
    assert (at(page), said(page, "frame")) == ("2 of 4", "frame 2 of 4")
    assert page.locator("#frame").get_attribute("src") != first
    keys(page, "ArrowLeft", "ArrowLeft")
    assert at(page) == "1 of 4"
    keys(page, "End", "ArrowRight")
    assert at(page) == "4 of 4"
    keys(page, "Home")
    assert at(page) == "1 of 4"
    keys(page, "]", "]", "]")
    assert page.get_by_role("radio", name="fc").is_checked()
    assert page.locator("#maps legend").text_content() == "3 channels of fc, 1 × 1 positions"
    keys(page, "[")
    assert said(page, "conv") == "conv"


def test_controls_are_reached_by_tab_and_keep_their_own_keys(show: Callable[..., Any]) -> None:
    page = show(clip())
    focus_by_tab(page, "input[type=range]")
    keys(page, "ArrowRight", "ArrowRight")
    assert at(page) == "3 of 4"
    focus_by_tab(page, "#maps input")
    keys(page, "ArrowRight")
    assert at(page) == "3 of 4"
    assert page.locator("h2").text_content() == "relu, channel 5"
    keys(page, "]")
    assert page.locator("h2").text_content() == "conv, channel 5"
    keys(page, "ArrowRight")
    assert page.locator("h2").text_content() == "conv, channel 7"


def test_space_plays_and_stops(show: Callable[..., Any]) -> None:
    page = show(clip())
    button = page.locator(".transport button")
    keys(page, " ")
    assert button.text_content() == "Stop"
    for _ in range(200):
        if (moved := at(page)) != "1 of 4":
            break
        rest(page, 20)
    assert moved != "1 of 4"  # a second look might find it there again, four frames on
    keys(page, " ")
    assert button.text_content() == "Play"
    there = at(page)
    rest(page, 150)
    assert at(page) == there
    focus_by_tab(page, ".transport button")
    keys(page, " ")
    assert button.text_content() == "Stop"
    keys(page, "Enter")
    assert button.text_content() == "Play"


def test_the_strongest_place_is_outlined_in_the_frame(show: Callable[..., Any]) -> None:
    made = clip()
    page = show(made)
    page.get_by_role("radio", name="channel 7").check()
    x = made.layers[0].maps[0, 2]
    row, column = np.unravel_index(x.argmax(), x.shape)
    frame, cell = (page.locator(one).bounding_box() for one in ("#frame", ".cell"))
    assert abs((cell["y"] - frame["y"]) / frame["height"] - row / 4) < 0.01
    assert abs((cell["x"] - frame["x"]) / frame["width"] - column / 6) < 0.01
    fact = page.locator(".chosen .note").text_content()
    assert fact.endswith(f"in row {row + 1}, column {column + 1}")
    assert abs(float(fact.split()[2].rstrip(",")) - x.max()) < 0.01


def test_one_frame_has_nothing_to_play(show: Callable[..., Any]) -> None:
    page = show(clip(1))
    assert page.locator(".transport").is_hidden()
    keys(page, " ", "ArrowRight", "End")
    rest(page, 60)
    assert page.locator("#frame").get_attribute("alt") == "Frame 1"


def test_without_scripts_there_is_the_first_frame(browser: Any, tmp_path: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(clip().save(tmp_path / "maps.html").as_uri())
    assert page.locator("#frame").is_visible()
    assert "allow scripts" in page.locator("noscript").inner_text()
    context.close()


def test_paper_has_no_controls(show: Callable[..., Any]) -> None:
    page = show(clip())
    page.emulate_media(media="print")
    assert page.locator(".transport").is_hidden()
    assert page.locator("#controls").is_hidden()
    assert page.locator("#maps canvas").first.is_visible()
