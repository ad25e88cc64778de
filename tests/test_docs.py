"""Every word has an entry in docs: its example reads, is the one that the picture shows, and the picture is there.

`test_readme` runs the Python blocks of these pages.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import phosphene as ph
from phosphene import values

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
LIMIT = 2_000_000
ROOMS = {
    "": "objectives",
    "param": "param",
    "param.codes": "param",
    "tf": "transforms",
    "rules": "rules",
    "attribution": "attribution",
    "superpixels": "attribution",
    "atlas": "atlas",
    **dict.fromkeys(("gradients", "operators", "constraints", "optimizers", "schedules", "stages"), "render"),
}
PLUMBING = {"tensor"}
"""Words that only printed values have."""
WORDS = {
    word
    for word in values.words
    if values._origins[word][0].startswith("phosphene.")
    and not values._origins[word][0].startswith(
        ("phosphene.testing", "phosphene.models.generators", "phosphene.sanity")
    )
} - PLUMBING
"""The library's own, before any test has made others; those of a training program or a check stand in its file alone."""


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("pictures", DOCS / "pictures.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DOCS)  # as for a script
        spec.loader.exec_module(module)
    return module


pictures = _load()
PAGES = sorted({*pictures.SHOWN, *pictures.EXTRA})
ROW = re.compile(r"^\| `(?P<source>.*?)` \| .* \| .* \| !\[(?P<word>.*?)\]\((?P<picture>.*?)\) \|$")


def rows(page: str) -> list[dict[str, str]]:
    """Word, example and picture of every row of a page's tables."""
    found = [ROW.match(line) for line in (DOCS / f"{page}.md").read_text().splitlines()]
    return [{name: text.replace(r"\|", "|") for name, text in row.groupdict().items()} for row in found if row]


def kinds(value: Any) -> Iterator[str]:
    """The words of a value and of all values in it."""
    if isinstance(value, tuple):
        for one in value:
            yield from kinds(one)
    if isinstance(value, values.Value):
        yield value.word
        for field in dataclasses.fields(value):
            yield from kinds(getattr(value, field.name))


def test_every_word_has_an_entry_on_the_page_of_its_room() -> None:
    expected: dict[str, set[str]] = {page: set() for page in PAGES}
    for word in WORDS:
        expected[ROOMS[word.rpartition(".")[0]]].add(word)
    assert {page: set(pictures.SHOWN.get(page, ())) for page in PAGES} == expected


@pytest.mark.parametrize("page", PAGES)
def test_the_page_lists_what_the_script_shows(page: str) -> None:
    listed = rows(page)
    assert len(listed) == len({row["word"] for row in listed})
    assert {row["word"]: row["source"] for row in listed} == {
        w: shown.source for w, shown in pictures.SHOWN.get(page, {}).items()
    }


@pytest.mark.parametrize("page", PAGES)
def test_examples_read_and_hold_their_word(page: str) -> None:
    for row in rows(page):
        value = pictures.read(row["source"])
        assert ph.parse(repr(value)) == value
        name = row["word"].rpartition(".")[2]
        assert re.search(rf"\b{name}\b", row["source"]) or row["word"] in kinds(value), row
        if before := pictures.SHOWN[page][row["word"]].before:
            pictures.read(before)


@pytest.mark.parametrize("page", PAGES)
def test_pictures_are_there_and_no_others(page: str) -> None:
    listed = [row["picture"] for row in rows(page)]
    assert listed == [f"pictures/{page}/{row['word']}.png" for row in rows(page)]
    extra = {f"pictures/{page}/{name}.png" for name in pictures.EXTRA.get(page, {})}
    there = {path.relative_to(DOCS).as_posix() for path in (DOCS / "pictures" / page).glob("*")}
    assert there == set(listed) | extra
    for name in sorted(there):
        with Image.open(DOCS / name) as image:
            assert len(image.convert("RGB").getcolors(maxcolors=256) or []) > 1, name


def test_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in (DOCS / "pictures").rglob("*.png")) < LIMIT


@pytest.mark.parametrize(
    ("page", "word"),
    [("transforms", "tf.flip"), ("render", "schedules.ramp"), ("render", "constraints.l2"), ("objectives", "log")],
)
def test_the_script_makes_the_picture(page: str, word: str) -> None:
    made = pictures.MAKERS[page](pictures.SHOWN[page][word])
    with Image.open(DOCS / "pictures" / page / f"{word}.png") as image:
        assert made.size == image.size


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted(DOCS.glob("*.md"))], ids=lambda page: page.relative_to(ROOT).as_posix()
)
def test_links_resolve(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.DOTALL)):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), target
        assert not anchor or anchor in headings(file), target


def headings(page: Path) -> set[str]:
    """The anchors that a page's headings have."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
