"""One Chromium for all tests here, and pages that remember what went wrong in them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

WIDE, NARROW = 1440, 375


def said(page: Any, part: str) -> str:
    """The live line of a page or frame, once it says something with `part` in it."""
    for _ in range(200):
        text = str(page.locator("#said").text_content())
        if text and part in text:
            return text
        page.wait_for_timeout(20)
    raise AssertionError(f"{part!r} is not said, but {text!r}")


def rest(page: Any, milliseconds: int = 0) -> None:
    """Until the page has had this long by its own clock, and has then drawn: however slow the machine is."""
    page.evaluate(
        "time => new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), time))",
        milliseconds,
    )


def keys(page: Any, *names: str) -> None:
    """Presses keys, and waits until the page has drawn what they do."""
    for name in names:
        page.keyboard.press(name)
    rest(page)


def focus_by_tab(page: Any, selector: str) -> None:
    """Presses Tab until what is selected has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install 'phosphene[test]'")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        pytest.skip("needs Chromium: no chromium, chromium-browser or google-chrome on the path")
    with api.sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield started
        started.close()


@contextmanager
def pages(browser: Any) -> Iterator[tuple[Callable[..., Any], list[str]]]:
    """opened(address, inside, ...): a page that asks for nothing but addresses that begin so; and what is amiss in any of them.

    At the end nothing may be.
    """
    contexts: list[Any] = []
    noise: list[str] = []

    def opened(address: str, inside: tuple[str, ...], width: int = WIDE, dark: bool = False, **options: Any) -> Any:
        scheme = "dark" if dark else "light"
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options))
        page = contexts[-1].new_page()
        page.on("console", lambda message: noise.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: noise.append(f"error: {error}"))
        page.on("dialog", lambda dialog: noise.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: request.url.startswith(inside) or noise.append(request.url))
        page.on("requestfailed", lambda request: noise.append(f"failed: {request.url}"))
        page.goto(address)
        return page

    yield opened, noise
    for context in contexts:
        context.close()
    assert noise == []


def folder_of(path: Path) -> str:
    """What a page may ask for: the files beside it, or, of a page in one file, that alone."""
    return path.parent.as_uri() + "/" if path.name == "index.html" else path.as_uri()


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """show(figure, width, dark): its page, opened from disk; at the end no request, message or error may be left."""
    with pages(browser) as (opened, noise):

        def shown(figure: Any, width: int = WIDE, dark: bool = False, **options: Any) -> Any:
            address = figure.save(tmp_path / "figure.html").as_uri()
            page = opened(address, ("data:",), width, dark, **options)
            assert noise.pop(0) == address
            said(page, "")
            return page

        yield shown
