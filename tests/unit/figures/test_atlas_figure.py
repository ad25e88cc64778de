"""The atlas as a value: what it refuses, its archive, its static figure, its regions."""

from __future__ import annotations

import dataclasses
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from scipy import ndimage

from phosphene.errors import BadArgument, ShapeMismatch
from phosphene.figures import Atlas, AtlasLayer, Level, load
from phosphene.figures.regions import regions, winners
from phosphene.figures.scene import Box, Text
from phosphene.figures.scenes.atlas import readable
from tests.browser import synthetic_atlas
from tests.drawn_atlases import levels
from tests.unit.figures.test_archive import same


def test_an_archive_brings_the_atlas_back(tmp_path: Any) -> None:
    one = synthetic_atlas.atlas(sides=(10, 20))
    assert same(load(one.save(tmp_path / "data.npz")), one)


@given(levels())
def test_any_level_survives_an_archive(tmp_path_factory: Any, level: Level) -> None:
    layer = AtlasLayer("a", 3, 9, 0, (level,))
    one = Atlas("t", {}, ("a", "b", "c", "d"), np.zeros((5, 2, 2, 3), np.uint8), tuple("abcde"), (layer,))
    assert same(load(one.save(tmp_path_factory.mktemp("atlas") / "data.npz")), one)


@given(levels())
def test_regions_are_the_connected_parts_of_each_class(level: Level) -> None:
    found = regions(level, 0.0)
    expected = []
    for label in range(4):
        paper = np.zeros((level.side, level.side), int)
        counts = np.zeros_like(paper)
        mine = winners(level) == label
        paper.flat[level.cell[mine]] = 1
        counts.flat[level.cell] = level.count
        parts, number = ndimage.label(paper, np.ones((3, 3)))
        expected += [
            (label, int((parts == one + 1).sum()), int(counts[parts == one + 1].sum())) for one in range(number)
        ]
        for one in found:
            if one.label == label:
                assert paper[one.row, one.column]
    assert sorted((one.label, one.cells, one.samples) for one in found) == sorted(expected)
    assert [one.samples for one in found] == sorted((one.samples for one in found), reverse=True)


@given(levels())
def test_cells_of_a_small_share_belong_to_no_region(level: Level) -> None:
    if level.top.shape[1]:
        kept = (level.share >= 0.3) & (level.top[:, 0] >= 0)
        assert sum(one.cells for one in regions(level)) == kept.sum()


@pytest.mark.parametrize("layers", [0, 1, 2, 3])
def test_the_static_figure_names_regions_without_overlap(layers: int) -> None:
    figure = synthetic_atlas.atlas(layers=layers)
    scene = figure.scene()
    boxes = [mark for mark in scene.marks if isinstance(mark, Box)]
    assert len(boxes) >= 4 * layers
    for number, one in enumerate(boxes):
        for other in boxes[:number]:
            apart = abs(one.x - other.x) >= min(one.width, other.width) or abs(one.y - other.y) >= one.height
            assert apart
    texts = {mark.text for mark in scene.marks if isinstance(mark, Text)}
    assert (set(synthetic_atlas.LABELS) <= texts) == (layers > 0)
    assert ElementTree.fromstring(scene.svg()).tag.endswith("svg")
    assert figure.scene().png()[1:4] == b"PNG"


@pytest.mark.parametrize(("side", "expected"), [(960, 40), (468, 20), (100, 10)])
def test_the_finest_readable_level_is_shown(side: float, expected: int) -> None:
    level = readable(synthetic_atlas.layer(0, (10, 20, 40), "a"), side)
    assert level is not None
    assert level.side == expected


GOOD = synthetic_atlas.level(0, 10)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"count": GOOD.count[1:]}, ShapeMismatch, r"count of shape.*1 axes, the first of \d+ cells"),
        ({"icons": GOOD.icons[..., :2]}, ShapeMismatch, r"icons of shape.*bytes of shape \(cells, side, side, 3\)"),
        ({"icons": GOOD.icons.astype(float)}, ShapeMismatch, r"float64.*astype\(np.uint8\)"),
        ({"value": GOOD.value[:, 1:]}, ShapeMismatch, r"top .* and value .*equal shapes"),
        ({"cell": GOOD.cell[::-1]}, BadArgument, r"cells out of order.*row \* 10 \+ column"),
        ({"side": 5}, BadArgument, r"outside of the grid"),
    ],
    ids=["missing", "channels", "type", "values", "order", "outside"],
)
def test_a_level_refuses_arrays_that_do_not_fit(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        dataclasses.replace(GOOD, **change)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"labels": ("one",)}, BadArgument, r"top with 0 to 7.*place in 1 labels"),
        ({"names": ("one",)}, ShapeMismatch, r"40, 48, 48, 3\) and 1 names.*each example its name"),
        ({"layers": (AtlasLayer("a", 3, 9, 0, (GOOD, GOOD)),)}, BadArgument, r"levels \[10, 10\].*from coarse to fine"),
    ],
    ids=["labels", "names", "levels"],
)
def test_an_atlas_refuses_parts_that_do_not_fit(change: dict[str, Any], error: type[Exception], message: str) -> None:
    good = {
        "title": "t",
        "made": {},
        "labels": synthetic_atlas.LABELS,
        "layers": (synthetic_atlas.layer(0, (10,), "a"),),
    }
    given_ = {**good, "examples": synthetic_atlas.thumbnails(40), "names": tuple("x" * 40), **change}
    with pytest.raises(error, match=message):
        Atlas(**given_)


def test_a_notebook_shows_the_static_figure_of_an_atlas_too_large_for_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    one = synthetic_atlas.atlas(sides=(10,), layers=1)
    assert one._repr_html_().startswith("<iframe")
    monkeypatch.setattr("phosphene.html.atlas.page.MEGABYTE", 1)
    assert one._repr_html_().startswith('<img alt="Activation atlas"')


def test_it_prints_as_a_few_lines() -> None:
    one = synthetic_atlas.atlas(sides=(10, 20))
    text = repr(one)
    assert len(text.splitlines()) == 1 + len(one.layers)
    assert "array" not in text
    level = one.layers[0].levels[0]
    assert f"{len(level.cell)} cells of 10 x 10 with {int(level.count.sum()):,} samples" in text
