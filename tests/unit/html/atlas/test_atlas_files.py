"""The atlas as one file and as a folder: safe, whole, refused where it would harm."""

from __future__ import annotations

import dataclasses
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene.errors import BadArgument, TooLarge
from phosphene.html import folders
from phosphene.html.atlas import page, records
from tests.browser import synthetic_atlas
from tests.kills import killed_saves

NASTY = "</script><img src=x onerror=alert(1)><!--<script> & \"' \u2028 \ud800"
PUT = re.compile(r'phosphene\.put\(("[^"]+"),(.*)\);\n')


def small(**given_: Any) -> Any:
    return synthetic_atlas.atlas(sides=(10, 20), layers=1, examples=5, **given_)


def nasty() -> Any:
    one = small(title=NASTY, made={NASTY: NASTY}, labels=(NASTY,) * 8, names=(NASTY,) * 5)
    return dataclasses.replace(one, layers=(dataclasses.replace(one.layers[0], name=NASTY),))


def files(path: Path) -> dict[str, bytes]:
    return {one.relative_to(path).as_posix(): one.read_bytes() for one in path.rglob("*") if one.is_file()}


def element(text: str, name: str) -> Any:
    """The JSON of a script element, as a browser cuts it out: up to the first end tag."""
    return json.loads(text.split(f'id="{name}">')[1].split("</script")[0])


def test_a_folder_has_an_index_and_a_script_for_each_entry(tmp_path: Path) -> None:
    one = small()
    assert one.save(tmp_path / "atlas") == tmp_path / "atlas"
    written = files(tmp_path / "atlas")
    expected = dict(records.entries(one))
    assert set(written) == {"index.html", *(f"{name}.js" for name in expected)}
    for name, value in expected.items():
        found = PUT.fullmatch(written[f"{name}.js"].decode("ascii"))
        assert found
        assert json.loads(found[1]) == name
        assert json.loads(found[2]) == value
    assert element(written["index.html"].decode(), "stored") == {}


def test_one_file_has_all_entries_in_it(tmp_path: Path) -> None:
    one = small()
    text = one.save(tmp_path / "page.html").read_text()
    assert element(text, "stored") == json.loads(json.dumps(dict(records.entries(one))))
    assert element(text, "data") == json.loads(json.dumps(records.index(one)))


@pytest.mark.parametrize("name", ["page.html", "atlas"])
def test_markup_in_data_ends_no_element(name: str, tmp_path: Path) -> None:
    path = nasty().save(tmp_path / name)
    index = path if path.is_file() else path / "index.html"
    text = index.read_text(encoding="utf-8")
    assert text.count("</script") == 3
    assert "<img src=x" not in text
    assert element(text, "data")["labels"] == [NASTY] * 8
    assert all(b"<" not in content for one, content in files(tmp_path).items() if one.endswith(".js"))


@given(st.text())
def test_a_title_of_any_text_is_text(title: str) -> None:
    text = page.filled(small(title=title), {}, page.INLINE)
    assert element(text, "data")["title"] == title
    text.encode()


def test_the_same_atlas_has_the_same_bytes(tmp_path: Path) -> None:
    small().save(tmp_path / "a")
    small().save(tmp_path / "b")
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_the_page_allows_itself_only_its_own_scripts(tmp_path: Path) -> None:
    one = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    assert f'content="{one}"' in small().save(tmp_path / "page.html").read_text()
    assert f"content=\"{one} 'self' file:\"" in (small().save(tmp_path / "atlas") / "index.html").read_text()


@pytest.mark.parametrize(("kind", "names"), [("styles", page.OWN_STYLES), ("scripts", page.OWN_SCRIPTS)])
def test_every_file_is_in_the_page(kind: str, names: tuple[str, ...]) -> None:
    found = resources.files("phosphene.html.atlas").joinpath(kind).iterdir()
    assert sorted(names) == sorted(one.name.rpartition(".")[0] for one in found)


def test_no_script_writes_html_or_asks_for_anything_but_its_entries() -> None:
    text = page.filled(small(), {}, page.INLINE)
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch(", "XMLHttpRequest"):
        assert word not in text


def noisy(one: Any) -> Any:
    """An atlas with icons that are hard to compress."""
    dice = np.random.default_rng(0)
    layers = tuple(
        dataclasses.replace(
            layer,
            levels=tuple(
                dataclasses.replace(level, icons=dice.integers(0, 256, level.icons.shape, np.uint8))
                for level in layer.levels
            ),
        )
        for layer in one.layers
    )
    return dataclasses.replace(one, layers=layers)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        (
            {"sides": (10, 40), "examples": 1},
            r"\(icons .*save\('atlas/'\), which has no limit.*sides=\(10, 20\).*size=",
        ),
        ({"sides": (10,), "layers": 1, "examples": 900}, r"\(examples .*nearest=1"),
        ({"sides": (40,), "layers": 1, "examples": 1, "size": 1}, r"\(numbers .*fewer levels"),
    ],
    ids=["icons", "examples", "numbers"],
)
def test_a_page_beyond_its_limit_is_refused(given_: dict[str, Any], message: str, tmp_path: Path) -> None:
    size = given_.pop("size", 32)
    one = noisy(synthetic_atlas.atlas(**given_))
    layers = tuple(
        dataclasses.replace(
            layer,
            levels=tuple(dataclasses.replace(level, icons=level.icons[:, :size, :size]) for level in layer.levels),
        )
        for layer in one.layers
    )
    one = dataclasses.replace(one, layers=layers)
    with pytest.raises(TooLarge, match=message) as caught:
        one.save(tmp_path / "page.html", limit=0.06)
    found = re.search(r"limit=(\d+)", caught.value.instead)
    assert found
    assert not list(tmp_path.iterdir())
    assert one.save(tmp_path / "page.html", limit=int(found[1])).stat().st_size <= int(found[1]) * 10**6


@pytest.mark.parametrize(
    "name", ["notes.txt", "data/notes.txt", "data/a.js", "tiles/0-0/cat.js", "index.htm", "x/index.html"]
)
def test_a_folder_with_other_things_is_left_alone(name: str, tmp_path: Path) -> None:
    small().save(tmp_path / "atlas")
    (tmp_path / "atlas" / name).parent.mkdir(exist_ok=True)
    (tmp_path / "atlas" / name).write_text("mine")
    before = files(tmp_path)
    with pytest.raises(
        BadArgument, match=rf"holds '{re.escape(name)}', which is no part of an atlas.*write another name"
    ):
        small(title="other").save(tmp_path / "atlas")
    assert files(tmp_path) == before


@pytest.mark.parametrize("path", ["none/atlas", "file/"])
def test_a_folder_that_cannot_be(path: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(BadArgument, match="is no folder"):
        small().save(f"{tmp_path}/{path}")


def test_an_older_atlas_is_replaced_whole(tmp_path: Path) -> None:
    synthetic_atlas.atlas(sides=(10, 20, 40)).save(tmp_path / "atlas")
    small().save(tmp_path / "atlas")
    small().save(tmp_path / "fresh")
    assert files(tmp_path / "atlas") == files(tmp_path / "fresh")


def test_a_dot_in_a_folder_is_meant_by_a_slash(tmp_path: Path) -> None:
    assert (small().save(f"{tmp_path}/release.1/") / "index.html").exists()
    with pytest.raises(BadArgument, match=r"a page \(\.html\)"):
        small().save(tmp_path / "release.2")


@pytest.mark.parametrize("written", [0, 1, 5])
def test_a_full_disk_leaves_no_index(written: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small().save(tmp_path / "atlas")
    count = iter(range(10**6))
    whole = folders.write_whole

    def fails(path: Any, content: bytes) -> None:
        if next(count) == written:
            raise OSError("no space left on device")
        whole(path, content)

    monkeypatch.setattr(folders, "write_whole", fails)
    with pytest.raises(OSError, match="no space"):
        small(title="new").save(tmp_path / "atlas")
    assert not (tmp_path / "atlas" / "index.html").exists()
    monkeypatch.undo()
    small(title="new").save(tmp_path / "atlas")
    small(title="new").save(tmp_path / "fresh")
    assert files(tmp_path / "atlas") == files(tmp_path / "fresh")


@pytest.mark.slow
def test_a_killed_save_leaves_no_index_that_is_not_whole(tmp_path: Path) -> None:
    path = tmp_path / "atlas"
    small().save(tmp_path / "fresh")
    expected = files(tmp_path / "fresh")
    left = killed_saves(path, "synthetic_atlas", "atlas(sides=(10, 20), layers=1, examples=5)", 6, 0.043)
    assert left
    for found in map(files, left):
        if "index.html" in found:
            assert {name: found[name] for name in expected} == expected
    small().save(path)
    assert files(path) == expected
