"""What the page of an atlas is told: arrays and tiles come back as they went in."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from phosphene.figures import AtlasLayer, Level
from phosphene.html.atlas import records, tiles
from tests.browser import synthetic_atlas
from tests.drawn_atlases import levels


def picture(url: str) -> np.ndarray:
    head, data = url.split(",")
    assert head == "data:image/webp;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))


def decoded(record: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(record["data"]), np.dtype("<" + record["type"]))


@given(levels())
def test_the_arrays_of_a_level_come_back(level: Level) -> None:
    record = records.record(level)
    assert np.array_equal(decoded(record["cell"]), level.cell)
    assert np.array_equal(decoded(record["count"]), level.count)
    assert np.array_equal(decoded(record["top"]).astype(int) - 1, level.top.ravel())
    assert np.array_equal(decoded(record["nearest"]).astype(int) - 1, level.nearest.ravel())
    for name in ("value", "coherence", "share"):
        assert np.array_equal(decoded(record[name]), getattr(level, name).astype(np.float32).ravel())
    assert (record["classes"], record["examples"]) == (level.top.shape[1], level.nearest.shape[1])


@given(levels())
def test_a_tile_is_written_exactly_where_it_has_a_cell(level: Level) -> None:
    rows, columns = divmod(level.cell, level.side)
    expected = set(zip((rows // tiles.ACROSS).tolist(), (columns // tiles.ACROSS).tolist(), strict=True))
    assert {place for place, _ in tiles.tiles(level)} == expected


@pytest.mark.parametrize("side", [1, 5, 8, 20])
def test_every_icon_lies_at_its_cell(side: int) -> None:
    level = synthetic_atlas.level(0, side) if side > 5 else whole(side)
    shown = {place: picture(url) for place, url in tiles.tiles(level)}
    size = level.icons.shape[1]
    for cell in level.cell.tolist():
        row, column = divmod(cell, side)
        tile = shown[row // 8, column // 8]
        middle = tile[row % 8 * size + size // 2, column % 8 * size + size // 2]
        assert np.abs(middle.astype(int) - synthetic_atlas.color(0, side, cell)).max() <= 12
    assert all(tile.shape[0] <= 8 * size and tile.shape[1] <= min(side, 8) * size for tile in shown.values())


def whole(side: int) -> Level:
    """A level with every cell filled."""
    cell = np.arange(side**2)
    icons = np.array([synthetic_atlas.color(0, side, int(one)) for one in cell], np.uint8)
    nothing = np.zeros((len(cell), 0))
    return Level(
        side,
        cell,
        cell + 8,
        np.broadcast_to(icons[:, None, None], (len(cell), 32, 32, 3)),
        nothing.astype(np.int64),
        nothing.astype(np.float32),
        np.ones(len(cell), np.float32),
        np.ones(len(cell), np.float32),
        nothing.astype(np.int64),
    )


@given(st.integers(0, 150))
def test_thumbnails_lie_in_sheets_of_64(count: int) -> None:
    shown = synthetic_atlas.thumbnails(count, 8)
    shown[:] = (np.arange(count) * 97 % 256).astype(np.uint8)[:, None, None, None]
    sheets = [picture(url) for url in tiles.examples(shown)]
    assert len(sheets) == -(-count // 64)
    for number in range(count):
        row, column = divmod(number % 64, 8)
        cut = sheets[number // 64][row * 8 + 2 : row * 8 + 6, column * 8 + 2 : column * 8 + 6]
        assert np.abs(cut.astype(int) - shown[number, 0, 0]).max() <= 16


@given(levels())
def test_the_area_of_an_icon_is_proportional_to_its_samples(level: Level) -> None:
    parts, full = tiles.extents(level), tiles.full(level)
    smaller = level.count < full
    assert (parts[~smaller] == 1).all()
    assert np.allclose(parts[smaller] ** 2 * full, level.count[smaller])


def test_the_overview_is_clear_where_no_icon_is() -> None:
    layer = synthetic_atlas.layer(0, (10, 20), "block3")
    shown = picture(str(tiles.overview(layer)))
    side = shown.shape[0] // 20
    alpha = shown[side // 2 :: side, side // 2 :: side, 3]
    assert np.array_equal(np.flatnonzero(alpha > 128), layer.levels[1].cell)


def test_a_layer_without_levels_has_no_overview() -> None:
    assert tiles.overview(AtlasLayer("block3", 96, 0, 5, ())) is None


def test_every_name_is_asked_for_once() -> None:
    names = [name for name, _ in records.entries(synthetic_atlas.atlas(sides=(10, 20), examples=70))]
    assert len(set(names)) == len(names)
    assert {"data/0-0", "data/1-1", "tiles/examples/0", "tiles/examples/1"} <= set(names)
    assert "tiles/examples/2" not in names
