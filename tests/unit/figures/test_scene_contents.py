"""What static figures say: which icon is where, how long bars are, what color a place has. All numbers are made up."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from phosphene.figures import (
    Dictionary,
    DictionaryLayer,
    Groups,
    GroupsLayer,
    Influences,
    InfluencesLayer,
    Picture,
    layout,
)
from phosphene.figures.scene import Box, Image, Scene, Text

LAYER: dict[str, Any] = {"name": "block", "rows": 2, "columns": 5, "channels": 9, "sees": 0}
UNITS = np.array([11, 23, 35, 47])
HEIGHT, WIDTH = 20, 50


def icons(count: int) -> Any:
    """Icons of one grey each: 10, 20, ..."""
    return np.stack([np.full((6, 6, 3), 10 * (number + 1), np.uint8) for number in range(count)])


def shown(count: int = 2) -> tuple[Picture, ...]:
    return tuple(Picture(f"photo {i}", np.full((HEIGHT, WIDTH, 3), 200, np.uint8)) for i in range(count))


def drawn_icons(scene: Scene) -> list[tuple[Image, int]]:
    """The icons of a scene and their numbers, as one reads: by rows, then from the left."""
    found = [mark for mark in scene.marks if isinstance(mark, Image) and mark.pixels.shape == (6, 6, 3)]
    ordered = sorted(found, key=lambda mark: (round(mark.y), mark.x))
    return [(mark, int(mark.pixels[0, 0, 0]) // 10 - 1) for mark in ordered]


def under(scene: Scene, icon: Image) -> list[str]:
    """The words under an icon, down to the next row."""
    below = [
        mark
        for mark in scene.marks
        if isinstance(mark, Text)
        and icon.x - 1 <= mark.x < icon.x + icon.width
        and 0 < mark.y - icon.y - icon.height < 45
    ]
    return [mark.text for mark in sorted(below, key=lambda mark: (mark.y, mark.x))]


def bar(scene: Scene, icon: Image) -> Box:
    """The bar under an icon."""
    (found,) = (
        mark
        for mark in scene.marks
        if isinstance(mark, Box)
        and mark.fill in (layout.FOR, layout.AGAINST)
        and abs(mark.x - icon.x) < 0.01
        and 0 < mark.y - icon.y - icon.height < 10
    )
    return found


def dictionary(pins: list[tuple[float, float]], layers: int = 1) -> Dictionary:
    """At each position two channels, in an order of its own, with values that differ from position to position."""
    cells = np.arange(2 * 2 * 5).reshape(2, 2, 5)
    index = np.stack([(cells + 1) % 4, (cells + 3) % 4], -1)
    value = np.stack([40.0 - cells, -(1.0 + cells)], -1).astype(np.float32)
    maps = np.zeros((2, 4, 2, 5), np.float32)
    layer = DictionaryLayer(**LAYER, units=UNITS, icons=icons(4), index=index, value=value, maps=maps)
    return Dictionary("Title", {}, shown(), "activation", np.array(pins, np.float32).reshape(-1, 2), (layer,) * layers)


PINS = [(0.1, 0.9), (0.8, 0.3), (0.55, 0.05)]
CELLS = [(0, 4), (1, 1), (1, 0)]


def test_a_dictionary_shows_the_channels_of_the_pinned_positions_in_their_order() -> None:
    figure = dictionary(PINS)
    scene, layer = figure.scene(), figure.layers[0]
    found = drawn_icons(scene)
    assert len(found) == 2 * 3 * 2
    for place, (icon, number) in enumerate(found):
        picture, pin, rank = np.unravel_index(place, (2, 3, 2))
        at = (picture, *CELLS[pin], rank)
        assert number == layer.index[at]
        assert under(scene, icon) == [str(UNITS[layer.index[at]]), layout.short(float(layer.value[at]))]


def test_bars_of_a_dictionary_are_in_proportion_to_the_largest_shown_of_the_picture() -> None:
    figure = dictionary(PINS)
    scene, layer = figure.scene(), figure.layers[0]
    for place, (icon, _) in enumerate(drawn_icons(scene)):
        picture, pin, rank = np.unravel_index(place, (2, 3, 2))
        most = max(abs(float(layer.value[picture, y, x, k])) for y, x in CELLS for k in range(2))
        value = float(layer.value[(picture, *CELLS[pin], rank)])
        assert bar(scene, icon).width == pytest.approx(icon.width * abs(value) / most, rel=1e-5)
        assert bar(scene, icon).fill == (layout.FOR if value > 0 else layout.AGAINST)


def test_pins_are_outlined_at_their_positions() -> None:
    scene = dictionary(PINS).scene()
    pictures = [mark for mark in scene.marks if isinstance(mark, Image) and mark.pixels.shape == (HEIGHT, WIDTH, 3)]
    for picture in pictures:
        high, wide = picture.height / 2, picture.width / 5
        outlines = {
            (round((box.y - picture.y) / high), round((box.x - picture.x) / wide))
            for box in scene.marks
            if isinstance(box, Box)
            and box.stroke == "#ffffff"
            and not box.fill
            and box.width == pytest.approx(wide)
            and box.height == pytest.approx(high)
            and picture.y - 1 <= box.y <= picture.y + picture.height
        }
        assert outlines == set(CELLS)


def test_without_layers_a_pin_stands_at_its_place() -> None:
    scene = dictionary([(0.5, 0.2)], layers=0).scene()
    picture = next(mark for mark in scene.marks if isinstance(mark, Image))
    named = next(mark for mark in scene.marks if isinstance(mark, Text) and mark.color == "#ffffff")
    assert named.x - picture.x == pytest.approx(0.2 * picture.width + 10)
    assert named.y - picture.y == pytest.approx(0.5 * picture.height + 4)


def influences(values: list[float], spatial: Any = None) -> Influences:
    """Two pictures; the second has ten times the values of the first."""
    index = np.array([[2, 0, 3, 1], [1, 3, 0, 2]])
    value = np.array([values, [10 * one for one in values]], np.float32)
    places = np.zeros((2, 2, 5), np.float32) if spatial is None else spatial
    maps = np.zeros((2, 4, 2, 5), np.float32)
    layer = InfluencesLayer(**LAYER, spatial=places, units=UNITS, icons=icons(4), index=index, value=value, maps=maps)
    missing = np.full((1, 2), np.nan, np.float32)
    return Influences("Title", {}, shown(), "goal", "method", np.zeros(2, np.float32), missing, (layer,), ())


@pytest.mark.parametrize("values", [[3.0, 1.0, -0.5, -2.0], [1.0, 0.5, -2.0, -4.0]])
def test_influences_show_each_channel_with_a_bar_in_proportion_to_the_largest(values: list[float]) -> None:
    figure = influences(values)
    scene, layer = figure.scene(), figure.layers[0]
    found = drawn_icons(scene)
    ranks = sorted((i for i in range(4) if values[i] > 0), key=lambda i: -values[i])
    ranks += sorted((i for i in range(4) if values[i] < 0), key=lambda i: values[i])
    assert len(found) == 8
    for place, (icon, number) in enumerate(found):
        picture, rank = place // 4, ranks[place % 4]
        assert number == layer.index[picture, rank]
        value = float(layer.value[picture, rank])
        assert under(scene, icon) == [str(UNITS[number]), layout.short(value)]
        assert bar(scene, icon).width == pytest.approx(icon.width * abs(values[rank]) / max(map(abs, values)), rel=1e-5)
        assert bar(scene, icon).fill == (layout.FOR if value > 0 else layout.AGAINST)


def test_places_for_are_orange_and_places_against_blue() -> None:
    spatial = np.zeros((2, 2, 5), np.float32)
    spatial[0, 0, 0], spatial[0, 1, 4] = 2, -2
    spatial[1, 0, 0], spatial[1, 1, 4] = -2, 1
    scene = influences([1.0, 0.5, -0.5, -1.0], spatial).scene()
    views = [mark.pixels.astype(int) for mark in scene.marks if isinstance(mark, Image) and mark.pixels.shape[1] == 320]
    assert len(views) == 2
    for view, (first, last) in zip(views, ((1, -1), (-1, 1)), strict=True):
        for pixel, sign in ((view[5, 5], first), (view[-6, -6], last)):
            assert sign * (pixel[0] - pixel[2]) > 60
        assert np.ptp(view[5, -6]) <= 20
        assert np.ptp(view[-6, 5]) <= 20


def groups() -> Groups:
    """Two groups of nine channels in two pictures: the first picture is all of group 1, the second all of group 2."""
    maps = np.zeros((2, 2, 2, 5), np.float32)
    maps[0, 0], maps[1, 1] = 0.3, 0.1
    directions = np.array([[0, 0.1, 0, 0.2, 0, 0, 0.7, 0, 0], [0.25, 0, 0.4, 0, 0, 0.35, 0, 0, 0]], np.float32)
    layer = GroupsLayer(
        **LAYER, maps=maps, directions=directions, icons=icons(2), explained=0.5, attribution=np.zeros((2, 0))
    )
    return Groups("Title", {}, shown(), "", (layer,))


def test_shares_of_groups_are_of_all_pictures_and_channels_are_the_strongest() -> None:
    figure = groups()
    scene = figure.scene()
    (first, _), (second, _) = found = drawn_icons(scene)
    assert [number for _, number in found] == [0, 1]
    assert under(scene, first)[:3] == ["1", "75%", "channels 6, 3, 1"]
    assert under(scene, second)[:3] == ["2", "25%", "channels 2, 5, 0"]
    data = figure.layers[0].data()["groups"]
    assert [one["share"] for one in data] == pytest.approx([0.75, 0.25])


def test_the_strongest_channels_of_a_group_come_first_ties_in_their_order() -> None:
    layer = groups().layers[0]
    assert layer.strongest(0, 2) == [(6, pytest.approx(0.7)), (3, pytest.approx(0.2))]
    even = dataclasses.replace(layer, directions=np.full((2, 9), 1 / 9, np.float32))
    assert [channel for channel, _ in even.strongest(1, 4)] == [0, 1, 2, 3]
    for group, direction in enumerate(layer.directions.tolist()):
        expected = sorted(range(9), key=lambda channel: (-direction[channel], channel))
        assert [channel for channel, _ in layer.strongest(group, 9)] == expected
