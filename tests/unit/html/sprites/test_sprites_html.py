"""The page of sprites as one file and as a folder: whole, safe, refused where it would harm."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from phosphene.errors import BadArgument, TooLarge
from phosphene.figures import Sprites
from phosphene.figures.sprites import writable_sprites
from phosphene.html import folders
from phosphene.html.sprites import page, records
from tests.browser import synthetic_sprites
from tests.drawn_sprites import sprites
from tests.kills import killed_saves

NASTY = "</script><img src=x onerror=alert(1)><!--<script> & \"' \u2028 \ud800"
PUT = re.compile(r'phosphene\.put\(("[^"]+"),(.*)\);\n')


def small(**given_: Any) -> Sprites:
    return synthetic_sprites.sprites(counts=(10, 70), **given_)


def files(path: Path) -> dict[str, bytes]:
    return {one.relative_to(path).as_posix(): one.read_bytes() for one in path.rglob("*") if one.is_file()}


def element(text: str, name: str) -> Any:
    """The JSON of a script element, as a browser cuts it out: up to the first end tag."""
    return json.loads(text.split(f'id="{name}">')[1].split("</script")[0])


def decoded(record: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(record["data"]), np.dtype("<" + record["type"]))


def picture(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)))


@given(sprites())
def test_the_numbers_of_every_layer_come_back(one: Sprites) -> None:
    found = dict(records.data(one))
    for number, layer in enumerate(one.layers):
        record = found[f"data/{number}"]
        assert np.array_equal(decoded(record["units"]), layer.units)
        assert np.array_equal(decoded(record["examples"]).astype(int) - 1, layer.examples.ravel())
        assert np.array_equal(decoded(record["activation"]), layer.activation.ravel())
        assert record["each"] == layer.examples.shape[1]
    names = [name for sheet in range(-(-len(one.names) // 64)) for name in found[f"data/examples-{sheet}"]]
    assert tuple(names) == one.names


@pytest.mark.parametrize("count", [1, 8, 9, 64, 65, 130])
def test_every_icon_lies_at_its_place_on_its_tile(count: int) -> None:
    one = synthetic_sprites.sprites(counts=(count, 3), examples=70)
    tiles = {name: picture(content) for name, content in records.tiles(one)}
    assert sum(name.startswith("tiles/0-") for name in tiles) == -(-count // 64)
    for place in range(count):
        row, column = divmod(place % 64, 8)
        middle = tiles[f"tiles/0-{place // 64}.webp"][row * 32 + 16, column * 32 + 16]
        assert np.abs(middle.astype(int) - synthetic_sprites.color(0, place)).max() <= 12
    for place in range(70):
        row, column = divmod(place % 64, 8)
        middle = tiles[f"tiles/examples-{place // 64}.webp"][row * 48 + 24, column * 48 + 24]
        assert np.abs(middle.astype(int) - synthetic_sprites.example_color(place)).max() <= 12


@pytest.mark.parametrize(("count", "across"), [(1, 1), (3, 1), (4, 2), (15, 3), (300, 4)])
def test_a_preview_is_a_square_of_icons_from_all_over(count: int, across: int) -> None:
    layer = synthetic_sprites.layer(0, "block3", count)
    shown = records.preview(layer)
    assert shown.shape == (across * records.EACH, across * records.EACH, 3)
    assert tuple(shown[20, 20]) == synthetic_sprites.color(0, 0)
    if across > 1:
        assert tuple(shown[-20, -20]) == synthetic_sprites.color(0, count - 1)


def test_a_folder_has_an_index_scripts_and_tiles(tmp_path: Path) -> None:
    one = small()
    written = files(one.save(tmp_path / "sprites"))
    data, tiles = dict(records.data(one)), dict(records.tiles(one))
    assert set(written) == {"index.html", *(f"{name}.js" for name in data), *tiles}
    for name, value in data.items():
        found = PUT.fullmatch(written[f"{name}.js"].decode("ascii"))
        assert found
        assert (json.loads(found[1]), json.loads(found[2])) == (name, value)
    assert all(written[name] == content for name, content in tiles.items())
    assert element(written["index.html"].decode(), "stored") == {}


def test_one_file_has_everything_in_it(tmp_path: Path) -> None:
    one = small()
    text = one.save(tmp_path / "page.html").read_text()
    stored = element(text, "stored")
    data, tiles = dict(records.data(one)), dict(records.tiles(one))
    assert set(stored) == {*data, *tiles}
    assert all(stored[name] == value for name, value in data.items())
    assert all(base64.b64decode(stored[name].split(",")[1]) == content for name, content in tiles.items())
    assert element(text, "data") == json.loads(json.dumps(records.index(one)))


@pytest.mark.parametrize("name", ["page.html", "sprites"])
def test_markup_in_data_ends_no_element(name: str, tmp_path: Path) -> None:
    one = small(title=NASTY, made={NASTY: NASTY}, network=NASTY, names=(NASTY,) * 150)
    one = dataclasses.replace(one, layers=(dataclasses.replace(one.layers[0], name=NASTY),))
    path = one.save(tmp_path / name)
    text = (path if path.is_file() else path / "index.html").read_text(encoding="utf-8")
    assert text.count("</script") == 3
    assert "<img src=x" not in text
    assert element(text, "data")["layers"][0]["name"] == NASTY
    assert all(b"<" not in content for one, content in files(tmp_path).items() if one.endswith(".js"))


@given(st.text())
def test_a_title_of_any_text_is_text(title: str) -> None:
    text = page.filled(synthetic_sprites.sprites(counts=(4,), title=title), {}, page.INSIDE)
    assert element(text, "data")["title"] == title
    text.encode()


def test_the_same_sprites_have_the_same_bytes(tmp_path: Path) -> None:
    small().save(tmp_path / "a")
    small().save(tmp_path / "b")
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_the_page_allows_itself_only_its_own_files(tmp_path: Path) -> None:
    def allowed(images: str, scripts: str) -> str:
        return f"default-src 'none'; img-src {images}; style-src 'unsafe-inline'; script-src {scripts}\""

    assert allowed("data: blob:", "'unsafe-inline'") in small().save(tmp_path / "page.html").read_text()
    index = (small().save(tmp_path / "sprites") / "index.html").read_text()
    assert allowed("data: 'self' file:", "'unsafe-inline' 'self' file:") in index


@pytest.mark.parametrize(("kind", "names"), [("styles", page.OWN_STYLES), ("scripts", page.OWN_SCRIPTS)])
def test_every_file_is_in_the_page(kind: str, names: tuple[str, ...]) -> None:
    found = resources.files("phosphene.html.sprites").joinpath(kind).iterdir()
    assert sorted(names) == sorted(one.name.rpartition(".")[0] for one in found)


def test_no_script_writes_html_or_asks_for_anything_but_its_files() -> None:
    text = page.filled(small(), {}, page.INSIDE)
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch(", "XMLHttpRequest"):
        assert word not in text


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"counts": (500,), "examples": 9}, r"\(icons .*save\('sprites/'\), which has no limit.*fewer layers.*size="),
        ({"counts": (9,), "examples": 900}, r"\(examples .*examples=3"),
    ],
)
def test_a_page_beyond_its_limit_is_refused(given_: dict[str, Any], message: str, tmp_path: Path) -> None:
    one, dice = synthetic_sprites.sprites(**given_), np.random.default_rng(0)
    layer = dataclasses.replace(one.layers[0], icons=dice.integers(0, 256, one.layers[0].icons.shape, np.uint8))
    shown = dice.integers(0, 256, one.examples.shape, np.uint8)
    one = dataclasses.replace(one, layers=(layer,), examples=shown)
    with pytest.raises(TooLarge, match=message) as caught:
        one.save(tmp_path / "page.html", limit=0.06)
    found = re.search(r"limit=(\d+)", caught.value.instead)
    assert found
    assert not list(tmp_path.iterdir())
    assert one.save(tmp_path / "page.html", limit=int(found[1])).stat().st_size <= int(found[1]) * 10**6


@pytest.mark.parametrize(
    "name", ["notes.txt", "data/a.js", "tiles/cat.webp", "tiles/0-0.js", "x/index.html", "data/0-0.js"]
)
def test_a_folder_with_other_things_is_left_alone(name: str, tmp_path: Path) -> None:
    path = small().save(tmp_path / "sprites")
    (path / name).parent.mkdir(exist_ok=True)
    (path / name).write_text("mine")
    before = files(tmp_path)
    message = rf"holds '{re.escape(name)}', which is no part of the channels of a network.*write another name"
    with pytest.raises(BadArgument, match=message):
        small(title="other").save(path)
    with pytest.raises(BadArgument, match=message):
        writable_sprites(path)
    assert files(tmp_path) == before


def test_what_can_be_written_is_known_before(tmp_path: Path) -> None:
    assert writable_sprites(tmp_path / "sprites").is_dir()
    assert writable_sprites(tmp_path / "page.html") == tmp_path / "page.html"
    with pytest.raises(BadArgument, match=r"a page \(\.html\)"):
        writable_sprites(tmp_path / "page.pdf")
    with pytest.raises(BadArgument, match="is no folder"):
        writable_sprites(tmp_path / "none" / "sprites")


def test_older_sprites_are_replaced_whole(tmp_path: Path) -> None:
    synthetic_sprites.sprites().save(tmp_path / "sprites")
    small().save(tmp_path / "sprites")
    small().save(tmp_path / "fresh")
    assert files(tmp_path / "sprites") == files(tmp_path / "fresh")


@pytest.mark.parametrize("written", [0, 2, 7])
def test_a_full_disk_leaves_no_index(written: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small().save(tmp_path / "sprites")
    count = iter(range(10**6))
    whole = folders.write_whole

    def fails(path: Any, content: bytes) -> None:
        if next(count) == written:
            raise OSError("no space left on device")
        whole(path, content)

    monkeypatch.setattr(folders, "write_whole", fails)
    with pytest.raises(OSError, match="no space"):
        small(title="new").save(tmp_path / "sprites")
    assert not (tmp_path / "sprites" / "index.html").exists()
    monkeypatch.undo()
    small(title="new").save(tmp_path / "sprites")
    assert files(tmp_path / "sprites") == files(small(title="new").save(tmp_path / "fresh"))


@pytest.mark.slow
def test_a_killed_save_leaves_no_index_that_is_not_whole(tmp_path: Path) -> None:
    path = tmp_path / "sprites"
    expected = files(small().save(tmp_path / "fresh"))
    left = killed_saves(path, "synthetic_sprites", "sprites(counts=(10, 70))", 5, 0.037)
    assert left
    for found in map(files, left):
        if "index.html" in found:
            assert {name: found[name] for name in expected} == expected
    small().save(path)
    assert files(path) == expected
