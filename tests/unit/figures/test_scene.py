from __future__ import annotations

import base64
import io
import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from phosphene.errors import BadArgument, ShapeMismatch
from phosphene.figures import fonts
from phosphene.figures.scene import Box, Image, Line, Scene, Text

RED, BLUE = (200, 30, 20), (0, 120, 180)
SVG = "{http://www.w3.org/2000/svg}"


def drawn(scene: Scene, scale: float = 1) -> Any:
    return np.array(Pillow.open(io.BytesIO(scene.png(scale))))


def flat(color: tuple[int, ...], height: int = 4, width: int = 4) -> Any:
    return np.broadcast_to(np.array(color, np.uint8), (height, width, len(color))).copy()


def elements(scene: Scene) -> list[ElementTree.Element]:
    return [one for one in ElementTree.fromstring(scene.svg()) if one.get("width") != "100%"]


@pytest.mark.parametrize("scale", [0.5, 1, 2, 3])
def test_the_png_has_the_size_of_the_scene(scale: float) -> None:
    assert drawn(Scene(30, 20), scale).shape == (round(20 * scale), round(30 * scale), 3)
    assert (drawn(Scene(30, 20), scale) == 255).all()


def test_a_picture_fills_its_place_and_nothing_else() -> None:
    pixels = drawn(Scene(20, 20, (Image(5, 6, 10, 8, flat(RED)),)), 2)
    assert (pixels[12:28, 10:30] == RED).all()
    pixels[12:28, 10:30] = 255
    assert (pixels == 255).all()


@given(st.integers(0, 255))
def test_transparency_is_a_mean_with_what_is_below(opacity: int) -> None:
    image = Image(0, 0, 4, 4, flat((*RED, opacity)))
    shown = drawn(Scene(4, 4, (Box(0, 0, 4, 4, "#0078b4"), image)))
    share = opacity / 255
    expected = share * np.array(RED) + (1 - share) * np.array(BLUE)
    assert np.abs(shown - expected).max() <= 1.5


def test_later_marks_lie_over_earlier_ones() -> None:
    boxes = Box(0, 0, 4, 4, "#c81e14"), Box(2, 0, 2, 4, "#0078b4")
    assert (drawn(Scene(4, 4, boxes))[0] == [RED, RED, BLUE, BLUE]).all()


def test_a_stroke_lies_half_inside() -> None:
    solid = drawn(Scene(20, 20, (Box(5, 5, 10, 10, stroke="#000000", thickness=2),)))
    dark = (solid == 0).all(-1)
    assert dark[4:6, 4:16].all()
    assert dark[4:16, 14:16].all()
    assert not dark[7:13, 7:13].any()


def test_a_line_goes_where_it_should() -> None:
    dark = (drawn(Scene(20, 10, (Line(2, 5, 15, 0, thickness=2),))) == 0).all(-1)
    assert dark[:, 3:16].any(0).all()
    assert not dark[:, :2].any()
    assert not dark[:3].any()
    assert not dark[7:].any()


@pytest.mark.parametrize("anchor", ["start", "middle", "end"])
@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("size", [8, 11, 18])
@pytest.mark.parametrize("scale", [1, 2])
def test_text_stays_where_it_was_measured(anchor: Any, bold: bool, size: float, scale: float) -> None:
    text = "Illegible glyphs, 0.123"
    width = fonts.width(text, size, bold)
    shown = drawn(Scene(500, 40, (Text(250, 25, text, size, bold, anchor),)), scale)
    columns = np.flatnonzero((shown < 200).any((0, 2))) / scale
    rows = np.flatnonzero((shown < 200).any((1, 2))) / scale
    left = 250 - {"start": 0, "middle": 0.5, "end": 1}[anchor] * width
    assert abs(columns[0] - left) < 0.15 * size + 1
    assert abs(columns[-1] - left - width) < 0.15 * size + 1
    assert rows[0] >= 25 - size
    assert rows[-1] <= 25 + 0.35 * size
    assert columns[0] >= left - 1
    assert columns[-1] <= left + width + 1


@given(st.text(), st.text(), st.text())
def test_any_text_is_valid_xml_and_any_png(title: str, about: str, text: str) -> None:
    scene = Scene(40, 20, (Text(0, 12, text),), title, about)
    tree = ElementTree.fromstring(scene.svg())
    found = [one.text or "" for one in tree if one.tag == f"{SVG}text"]
    assert len(found) == 1
    assert len(found[0]) == len(text.replace("\r\n", "\n"))
    assert drawn(scene).shape == (20, 40, 3)


def test_text_is_escaped() -> None:
    scene = Scene(40, 20, (Text(0, 12, "</text><script>a & b"),), '</title>"', "</desc>")
    tree = ElementTree.fromstring(scene.svg())
    assert [one.text for one in tree if one.tag == f"{SVG}text"] == ["</text><script>a & b"]
    assert tree.findtext(f"{SVG}title") == '</title>"'
    assert tree.findtext(f"{SVG}desc") == "</desc>"
    assert not tree.findall(f".//{SVG}script")


def test_the_svg_has_the_same_marks_at_the_same_places() -> None:
    marks = (
        Image(1, 2, 10, 8, flat(RED)),
        Box(3.25, 4, 5, 6, "#0078b4", "#000000", 2),
        Line(1, 1, 4, 5, "#00ff00", 1.5),
        Text(20, 18, "blue", 12, True, "end", "#123456"),
    )
    image, box, line, text = elements(Scene(60, 20, marks))
    assert [image.get(k) for k in ("x", "y", "width", "height")] == ["1", "2", "10", "8"]
    assert [box.get(k) for k in ("x", "fill", "stroke", "stroke-width")] == ["3.25", "#0078b4", "#000000", "2"]
    assert [line.get(k) for k in ("x1", "y1", "x2", "y2", "stroke-width")] == ["1", "1", "5", "6", "1.5"]
    assert [text.get(k) for k in ("text-anchor", "font-weight", "fill")] == ["end", "600", "#123456"]
    assert abs(float(text.get("textLength", "0")) - fonts.width("blue", 12, True)) < 0.01


@pytest.mark.parametrize(("color", "kind"), [(RED, "JPEG"), ((*RED, 99), "PNG")])
def test_pictures_are_inside_the_svg(color: tuple[int, ...], kind: str) -> None:
    (image,) = elements(Scene(10, 10, (Image(0, 0, 10, 8, flat(color)),)))
    data = re.fullmatch(r"data:image/(jpeg|png);base64,(.*)", image.get("href") or "")
    assert data is not None
    opened = Pillow.open(io.BytesIO(base64.b64decode(data[2])))
    assert opened.format == kind
    assert opened.size == (20, 16)
    assert np.abs(np.array(opened).astype(int) - color).max() <= 3


def test_a_png_says_what_it_shows() -> None:
    opened = Pillow.open(io.BytesIO(Scene(4, 4, (), "Größe", "日本").png()))
    assert (opened.text["Title"], opened.text["Description"]) == ("Größe", "日本")


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 2), np.uint8), np.zeros((0, 4, 3), np.uint8), np.zeros((4, 4, 3))],
    ids=["grey", "two", "empty", "floats"],
)
def test_what_is_no_picture(pixels: Any) -> None:
    with pytest.raises(ShapeMismatch, match=r"a picture of shape.*bytes of shape"):
        Image(0, 0, 1, 1, pixels)


def test_arguments_out_of_range() -> None:
    with pytest.raises(BadArgument, match=r"anchor is 'left'"):
        Text(0, 0, "a", anchor="left")  # type: ignore[arg-type]
    with pytest.raises(BadArgument, match=r"size is 0"):
        Text(0, 0, "a", 0)
    with pytest.raises(BadArgument, match=r"scale is 0"):
        Scene(4, 4).png(0)


@given(st.text(min_size=1), st.floats(10, 300), st.floats(6, 20))
def test_texts_fit_the_room_that_they_were_cut_for(text: str, room: float, size: float) -> None:
    cut = fonts.shortened(text, room, size)
    assert fonts.width(cut, size) <= room or cut == "…"
    assert all(fonts.width(line, size) <= room or line == "…" for line in fonts.wrapped(text, room, size))


@given(st.text())
def test_drawable_text_is_drawable(text: str) -> None:
    assert fonts.drawable(fonts.drawable(text)) == fonts.drawable(text)
    assert len(fonts.drawable("a" + text)) == 1 + len(fonts.drawable(text))
