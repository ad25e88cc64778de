"""The page as a file: one, valid, safe, within its limit."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene.errors import TooLarge
from phosphene.html import page

BARE = {"kind": "dictionary", "title": "t", "caption": "c", "made": [], "pictures": [], "layers": []}
texts = st.text() | st.sampled_from(["</script>", "<!--<script>", "]]>", "&lt;", "\u2028", "\ud800", "$title", "${x}"])


class Elements(HTMLParser):
    """The elements of a page and the text in each, as a browser finds them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes), ""))

    def handle_data(self, data: str) -> None:
        if self.found:
            tag, attributes, text = self.found[-1]
            self.found[-1] = tag, attributes, text + data

    def all(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        return [(attributes, text) for name, attributes, text in self.found if name == tag]


@given(texts, texts, st.dictionaries(texts, texts))
def test_data_of_any_text_comes_back(title: str, caption: str, made: dict[str, str]) -> None:
    data = {**BARE, "title": title, "caption": caption, "made": [list(item) for item in made.items()]}
    scripts = Elements(page.build(data, 1)).all("script")
    assert len(scripts) == 2
    assert scripts[0][0] == {"type": "application/json", "id": "data"}
    assert json.loads(scripts[0][1]) == data


@given(texts)
def test_a_title_of_any_text_is_text(title: str) -> None:
    built = page.build({**BARE, "title": title}, 1)
    built.encode()
    shown = re.findall("<title>(.*?)</title>", built, re.DOTALL)
    assert shown == [html.escape(title).encode("ascii", "xmlcharrefreplace").decode()]


@given(st.lists(st.floats()))
def test_numbers_that_json_does_not_know_are_null(values: list[float]) -> None:
    built = Elements(page.build({**BARE, "scores": values}, 1)).all("script")[0][1]
    known = json.loads(built, parse_constant=pytest.fail)["scores"]
    assert known == [value if abs(value) < float("inf") else None for value in values]


def test_the_page_forbids_itself_everything_but_its_own_data() -> None:
    elements = Elements(page.build(BARE, 1))
    policies = [a["content"] for a, _ in elements.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"]
    links = [a[name] for _, a, _ in elements.found for name in ("src", "href") if name in a]
    assert links == ["data:,"]
    assert elements.all("html")[0][0] == {"lang": "en"}


@pytest.mark.parametrize(("folder", "names"), [("styles", page.STYLES), ("scripts", page.SCRIPTS)])
def test_every_file_is_in_the_page(folder: str, names: tuple[str, ...]) -> None:
    files = resources.files("phosphene.html").joinpath(folder).iterdir()
    assert sorted(names) == sorted(one.name.rpartition(".")[0] for one in files)


def test_no_script_writes_html_or_asks_for_anything() -> None:
    script = page.build(BARE, 1)
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch(", "XMLHttpRequest"):
        assert word not in script


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"pictures": [{"source": "x" * 10**6}]}, r"\(pictures 1, .*fewer pictures"),
        ({"layers": [{"sheet": {"source": "x" * 10**6}}]}, r"\(icons 1, .*a smaller top= or a smaller size="),
        ({"layers": [{"views": [{"maps": {"data": "x" * 10**6}}]}]}, r"\(maps 1, .*fewer layers, a smaller top="),
        ({"layers": [{"views": [{"joint": "x" * 10**6}]}]}, r"\(joint pictures 1, .*fewer layers or pictures"),
        ({"links": [{"views": [{"data": "x" * 10**6}]}]}, r"\(links 1, .*write fewer layers"),
        ({"layers": [{"names": ["x" * 10**6]}]}, r"\(other numbers 1\).*fewer layers or pictures"),
    ],
    ids=["pictures", "icons", "maps", "joint", "links", "other"],
)
def test_a_page_beyond_its_limit_is_refused(part: dict[str, Any], message: str) -> None:
    with pytest.raises(TooLarge, match=message) as caught:
        page.build({**BARE, **part}, 0.5)
    assert "limit=2 to allow it" in caught.value.instead
    assert page.build({**BARE, **part}, 2)
