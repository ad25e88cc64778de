"""The page of the gallery in a browser: nothing is asked for, everybody can read it."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from phosphene import gallery

from .conftest import NARROW, WIDE

pytestmark = pytest.mark.slow

TEXT = '"""{0} squares\n\nOf `torch`, 2016."""\n\nimport torch\n\npicture = torch.rand(3, 64, 64)  # {1}\n'
NAMES = ("channel", "joint", "own")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("gallery")
    known = [gallery.Program(name, TEXT.format(name, "long " * 40)) for name in NAMES]
    gallery.make(folder, known, progress=False)
    gallery.write(folder, page=True, known=known)
    return (folder / "index.html").as_uri()


def test_it_loads_by_itself_and_axe_finds_nothing(browser: Any, address: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    for width, scheme in itertools.product((NARROW, WIDE), ("light", "dark")):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page, noise = context.new_page(), []
        page.on("console", lambda message, noise=noise: noise.append(message.text))
        page.on("request", lambda request, noise=noise: request.url[:5] != "data:" and noise.append(request.url))
        page.goto(address)
        assert noise == [address]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        shown = page.evaluate("[...document.images].map((one) => one.complete && one.naturalWidth)")
        assert shown == [64] * len(NAMES)
        found = axe.run(page)
        assert found.violations_count == 0, (width, scheme, found.generate_report())
        context.close()


def test_the_contents_lead_to_the_pictures(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": NARROW, "height": 500})
    page.goto(address)
    page.get_by_role("link", name="own squares").click()
    assert page.locator("#own").evaluate("one => one.getBoundingClientRect().top") < 400
    page.emulate_media(media="print")
    assert page.get_by_role("navigation").is_hidden()
    page.close()
