"""Sprites: the record, its files, what it refuses."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from PIL import Image as Pixels

from phosphene.errors import BadArgument, ShapeMismatch
from phosphene.figures import Sprites, load
from phosphene.figures.scene import Image, Text
from tests.browser import synthetic_sprites
from tests.drawn_sprites import sprites


def same(one: Sprites, other: Sprites) -> bool:
    """Equal in every field, arrays with their types."""
    found = [(one, other), *zip(one.layers, other.layers, strict=True)]
    for a, b in found:
        for field in dataclasses.fields(a):
            x, y = getattr(a, field.name), getattr(b, field.name)
            if isinstance(x, np.ndarray):
                if x.dtype != y.dtype or not np.array_equal(x, y):
                    return False
            elif field.name != "layers" and x != y:
                return False
    return True


@given(sprites())
def test_the_archive_gives_back_the_figure(tmp_path_factory: pytest.TempPathFactory, one: Sprites) -> None:
    assert same(load(one.save(tmp_path_factory.mktemp("sprites") / "data.npz")), one)


def test_the_four_files_and_the_folder(tmp_path: Path) -> None:
    one = synthetic_sprites.sprites()
    assert one.save(tmp_path / "page.html").read_text().startswith("<!doctype html>")
    assert ElementTree.fromstring(one.save(tmp_path / "sheet.svg").read_text()).tag.endswith("svg")
    with Pixels.open(one.save(tmp_path / "sheet.png")) as sheet:
        assert sheet.width > 1000
    assert (one.save(tmp_path / "folder") / "index.html").exists()
    assert (one.save(f"{tmp_path}/release.1/") / "index.html").exists()
    with pytest.raises(BadArgument, match=r"a page \(\.html\)"):
        one.save(tmp_path / "sheet.pdf")


def test_the_sheet_has_every_icon_of_a_layer_and_the_number_before_each_row() -> None:
    one = synthetic_sprites.sprites(counts=(45,))
    scene = one.scene()
    shown = [mark.pixels for mark in scene.marks if isinstance(mark, Image)]
    assert all(np.array_equal(a, b) for a, b in zip(shown, one.layers[0].icons, strict=True))
    assert {"0", "20", "40"} <= {mark.text for mark in scene.marks if isinstance(mark, Text)}
    sheet = np.asarray(Pixels.open(io.BytesIO(scene.png())).convert("RGB"))
    for unit in (0, 19, 20, 44):
        mark = [mark for mark in scene.marks if isinstance(mark, Image)][unit]
        middle = sheet[round(2 * mark.y + mark.height), round(2 * mark.x + mark.width)]
        assert tuple(middle) == synthetic_sprites.color(0, unit)


def test_a_layer_of_many_channels_is_shown_whole() -> None:
    scene = synthetic_sprites.sprites(counts=(1280, 80)).scene()
    assert scene.height <= 2000
    assert sum(isinstance(mark, Image) for mark in scene.marks) == 1360


GOOD = synthetic_sprites.layer(0, "block3", 10)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"icons": GOOD.icons[1:]}, ShapeMismatch, r"icons of shape.*4 axes, the first of 10 channels"),
        ({"icons": GOOD.icons[..., :2]}, ShapeMismatch, r"bytes of shape \(channels, side, side, 3\)"),
        ({"icons": GOOD.icons.astype(float)}, ShapeMismatch, r"float64.*astype\(np.uint8\)"),
        ({"activation": GOOD.activation[:, 1:]}, ShapeMismatch, r"examples .* and activation .*equal shapes"),
        ({"units": GOOD.units[::-1]}, BadArgument, r"of 'block3'.*0 to 9 expected, ascending, each once"),
        ({"units": GOOD.units + 1}, BadArgument, r"0 to 9 expected"),
        (
            {name: getattr(GOOD, name)[:0] for name in ("units", "icons", "examples", "activation")},
            BadArgument,
            "some of",
        ),
    ],
    ids=["missing", "colors", "type", "values", "order", "beyond", "none"],
)
def test_a_layer_refuses_arrays_that_do_not_fit(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        dataclasses.replace(GOOD, **change)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"names": ("one",)}, ShapeMismatch, r"150, 48, 48, 3\) and 1 names.*each example its name"),
        ({"layers": (GOOD, GOOD)}, BadArgument, r"\['block3', 'block3'\].*each once"),
        (
            {"examples": synthetic_sprites.thumbnails(3), "names": ("a", "b", "c")},
            BadArgument,
            r"examples -1 to \d+.*-1 or a place in 3 examples",
        ),
    ],
    ids=["names", "layers", "examples"],
)
def test_sprites_refuse_parts_that_do_not_fit(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        dataclasses.replace(synthetic_sprites.sprites(), **change)


def test_an_archive_with_other_numbers_is_refused(tmp_path: Path) -> None:
    path = synthetic_sprites.sprites(counts=(4,)).save(tmp_path / "data.npz")
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["layers/0/units"] = arrays["layers/0/units"] + 7
    np.savez(path, **arrays)
    with pytest.raises(BadArgument, match=r"holds no figure.*0 to 3 expected"):
        load(path)


def test_a_notebook_shows_the_sheet_where_the_page_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    one = synthetic_sprites.sprites(counts=(4,))
    assert one._repr_html_().startswith("<iframe")
    monkeypatch.setattr("phosphene.html.sprites.page.MEGABYTE", 1)
    assert one._repr_html_().startswith('<img alt="Channels and their icons"')
