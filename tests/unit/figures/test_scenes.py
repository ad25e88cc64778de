from __future__ import annotations

import dataclasses
import io
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from phosphene.figures import Figure, fonts, layout
from phosphene.figures.colors import distinct
from phosphene.figures.scene import Box, Image, Line, Mark, Scene, Text
from phosphene.figures.scenes import blend
from tests.drawn_figures import KINDS, figure, figures

Frame = tuple[float, float, float, float]


def frame(mark: Mark) -> Frame:
    """The place of a mark: left, top, right, bottom."""
    if isinstance(mark, Text):
        left = mark.x - {"start": 0, "middle": 0.5, "end": 1}[mark.anchor] * fonts.width(
            mark.text, mark.size, mark.bold
        )
        return (
            left,
            mark.y - 0.75 * mark.size,
            left + fonts.width(mark.text, mark.size, mark.bold),
            mark.y + 0.25 * mark.size,
        )
    if isinstance(mark, Line):
        return mark.x, mark.y, mark.x + mark.dx, mark.y + mark.dy
    return mark.x, mark.y, mark.x + mark.width, mark.y + mark.height


def overlap(a: Frame, b: Frame) -> bool:
    return min(a[2], b[2]) - max(a[0], b[0]) > 0.01 and min(a[3], b[3]) - max(a[1], b[1]) > 0.01


def texts(scene: Scene) -> str:
    return " ".join(mark.text for mark in scene.marks if isinstance(mark, Text))


@given(figures())
@settings(max_examples=25)
def test_texts_overlap_nothing_and_all_is_inside(one: Figure) -> None:
    scene = one.scene()
    lettered = [mark for mark in scene.marks if not (isinstance(mark, Text) and mark.color == "#ffffff")]
    shown = [(mark, frame(mark)) for mark in lettered if not isinstance(mark, Text) or mark.text.strip()]
    for (a, place), (b, other) in combinations(shown, 2):
        if isinstance(a, Text) or isinstance(b, Text):
            assert not overlap(place, other), (a, b)
    for _, (left, top, right, bottom) in shown:
        assert left >= -0.01
        assert top >= -0.01
        assert right <= scene.width + 0.01
        assert bottom <= scene.height + 0.01


@given(figures())
@settings(max_examples=25)
def test_the_picture_and_the_svg_are_as_large_as_the_scene(one: Figure) -> None:
    scene = one.scene()
    assert scene.title == one.title
    assert one.caption in scene.about
    assert all(f"{name}: {value}" in scene.about for name, value in one.made.items())
    width, height = Pillow.open(io.BytesIO(scene.png(0.5))).size
    assert (width, height) == (round(scene.width / 2), max(1, round(scene.height / 2)))


@pytest.mark.parametrize("kind", KINDS)
def test_many_pictures_and_layers_stay_below_4000_pixels_and_say_what_is_left_out(kind: str) -> None:
    scene = figure(kind, pictures=12, layers=5, count=9, names=("photo", "block")).scene()
    assert 2 * max(scene.width, scene.height) <= 4000
    assert "parts are not shown here" in texts(scene)
    assert "not shown" not in texts(figure(kind, names=("photo", "block")).scene())


@pytest.mark.parametrize("kind", KINDS)
def test_long_names_are_cut(kind: str) -> None:
    one = figure(kind, pictures=2, layers=2, names=("a long name " * 30, "features.conv" * 20))
    one = dataclasses.replace(one, title="a title " * 100)
    test_texts_overlap_nothing_and_all_is_inside.hypothesis.inner_test(one)  # type: ignore[attr-defined]
    assert one.scene().width <= layout.WIDTH + 2 * layout.MARGIN


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_is_as_wide_as_what_is_in_it(kind: str) -> None:
    scene = figure(kind, count=3).scene()
    right = max(frame(mark)[2] for mark in scene.marks)
    assert right <= scene.width - layout.MARGIN + 0.01
    assert scene.width == layout.LEAST + 2 * layout.MARGIN or right > scene.width - 3 * layout.MARGIN


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_is_drawn_the_same_each_time(kind: str) -> None:
    one = figure(kind, pictures=2, layers=2)
    assert one.scene().png(1) == one.scene().png(1)
    assert one.scene().svg() == one.scene().svg()


@given(figures("dictionary"))
def test_a_dictionary_has_every_pin_with_its_number_inside_the_picture(one: Any) -> None:
    scene = one.scene()
    letters = [mark for mark in scene.marks if isinstance(mark, Text) and mark.color == "#ffffff"]
    for letter in letters:
        assert any(
            isinstance(mark, Box) and mark.fill == layout.INK and overlap(frame(mark), frame(letter))
            for mark in scene.marks
        )
    assert {"1"} <= {letter.text for letter in letters}
    values = {
        layout.short(float(one.layers[0].value[0][cell].max())) for cell in np.ndindex(one.layers[0].value.shape[1:3])
    }
    assert any(value in texts(scene) for value in values)


@given(figures("grid"))
def test_the_area_of_a_grid_icon_is_in_proportion_to_the_activation(one: Any) -> None:
    layer, scene = one.layers[0], one.scene()
    icons = [mark for mark in scene.marks if isinstance(mark, Image) and mark.pixels.shape == (6, 6, 3)]
    if not layer.icons.size:
        assert not icons
        return
    norms = layer.norms[0].ravel()
    largest = next(m for m in icons if np.array_equal(m.pixels, layer.icons[0].reshape(-1, 6, 6, 3)[norms.argmax()]))
    others = {id(m): m for m in icons}
    for icon, norm in zip(layer.icons[0].reshape(-1, 6, 6, 3), norms, strict=True):
        mark = next((m for m in others.values() if np.array_equal(m.pixels, icon)), None)
        if mark is not None and norm > 0:
            full = largest.width**2 * norm / norms.max() * (layer.norms[0].max() / norms.max())
            assert mark.width == mark.height
            assert mark.width**2 == pytest.approx(full, rel=1e-3)


@given(figures("groups"))
@settings(max_examples=25)
def test_groups_have_their_colors_numbers_and_values(one: Any) -> None:
    layer, scene = one.layers[0], one.scene()
    fills = [mark.fill for mark in scene.marks if isinstance(mark, Box)]
    assert all(color in fills for color in distinct(layer.count))
    words = {mark.text for mark in scene.marks if isinstance(mark, Text)}
    assert {str(group + 1) for group in range(layer.count)} <= words
    if layer.attribution.size:
        assert {layout.signed(float(value)) for value in layer.attribution[0]} <= words
        bars = [mark for mark in scene.marks if isinstance(mark, Box) and layout.GREY in (mark.fill, mark.stroke)]
        most = len(layer.attribution[0])
        assert [bar.fill is None for bar in bars[:most]] == [bool(value < 0) for value in layer.attribution[0]]


@given(figures("influences"))
@settings(max_examples=25)
def test_influences_have_each_channel_on_its_side(one: Any) -> None:
    words = [mark for mark in one.scene().marks if isinstance(mark, Text)]
    values = one.layers[0].value[0]
    colors = {word.text: word.color for word in words if word.text in ("for", "against")}
    assert (layout.FOR in colors.values()) >= bool((values > 0).any())
    assert (layout.AGAINST in colors.values()) >= bool((values < 0).any())
    shown = {word.text for word in words}
    assert {layout.short(float(value)) for value in values if value} <= shown
    assert ("page (.html)" in texts(one.scene())) == bool(one.links)


@given(st.integers(0, 99), st.integers(1, 5), st.integers(1, 5))
def test_an_empty_map_leaves_a_grey_picture(seed: int, rows: int, columns: int) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    empty = np.zeros((rows, columns), np.float32)
    for shown in (blend.over(picture, empty), blend.tinted(picture, empty[None], ["#c31e0f"])):
        assert int(np.ptp(shown.astype(int), axis=-1).max()) == 0
        assert max(shown.shape) == 320


def test_maps_color_the_places_where_they_are() -> None:
    picture = np.full((8, 8, 3), 200, np.uint8)
    half = np.array([[1, 0]], np.float32)
    tinted = blend.tinted(picture, np.stack([half, 1 - half]), ["#c31e0f", "#0078b4"]).astype(int)
    assert tinted[0, 0, 0] > tinted[0, 0, 2] + 80
    assert tinted[0, -1, 2] > tinted[0, -1, 0] + 80
    over = blend.over(picture, half - (1 - half)).astype(int)
    assert over[0, 0, 0] > over[0, 0, 2] + 80
    assert over[0, -1, 2] > over[0, -1, 0] + 80


SCENES = st.lists(st.builds(Scene, st.floats(0, 50), st.floats(0, 50)), max_size=5)


@given(SCENES, st.floats(0, 9))
def test_beside_and_below_add_up(scenes: list[Scene], gap: float) -> None:
    row, column = layout.beside(*scenes, gap=gap), layout.below(*scenes, gap=gap)
    gaps = gap * max(len(scenes) - 1, 0)
    if scenes:
        assert row.width == pytest.approx(sum(one.width for one in scenes) + gaps)
        assert column.height == pytest.approx(sum(one.height for one in scenes) + gaps)
        assert row.height == pytest.approx(max(one.height for one in scenes))
        assert column.width == pytest.approx(max(one.width for one in scenes))
    assert layout.flow(scenes, 60, gap).width <= 60.5


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (-2.5, "−2.5"), (99999, "99999"), (123456, "1.23e+05"), (1e-9, "1e−09")]
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert layout.short(value) == text
