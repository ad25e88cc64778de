"""Pieces of figures, against what they say of themselves: names left out, mixed colors, sides of icons."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene.figures import Grid, GridLayer, Picture, layout
from phosphene.figures.scene import Scene, Text
from phosphene.figures.scenes import blend


@given(st.lists(st.integers(10, 60), min_size=1, max_size=9), st.integers(0, 9), st.integers(60, 300))
def test_every_part_is_shown_or_named(heights: list[int], gap: int, room: int) -> None:
    parts = [(f"p{i}", lambda i=i, h=h: Scene(20, h, (Text(0, 10, f"shown {i}"),))) for i, h in enumerate(heights)]
    words = [mark.text for mark in layout.fitting(parts, 900, room, gap).marks if isinstance(mark, Text)]
    shown = [word for word in words if word.startswith("shown")]
    assert shown == [f"shown {i}" for i in range(len(shown))]
    assert shown
    missing = [f"p{i}" for i in range(len(shown), len(heights))]
    told = f"{len(missing)} of {len(heights)} parts are not shown here: {', '.join(missing)}"
    assert words[len(shown) :] == ([told] if missing else [])


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=3), st.integers(0, 255))
def test_where_groups_meet_their_colors_are_mixed_by_squares(shares: list[float], level: int) -> None:
    colors = ["#c31e0f", "#0078b4", "#e1a500"][: len(shares)]
    maps = np.array(shares, np.float32).reshape(-1, 1, 1) * np.ones((1, 2, 3), np.float32)
    found = blend.tinted(np.full((4, 6, 3), level, np.uint8), maps, colors)
    grey, most = 0.5 + 0.5 * level / 255, max(shares)
    total = sum(share * share for share in shares)
    for channel in range(3):
        parts = [int(color[1 + 2 * channel : 3 + 2 * channel], 16) / 255 for color in colors]
        mixed = sum(share * share * part for share, part in zip(shares, parts, strict=True)) / max(total, 1e-12)
        expected = grey * (1 - 0.85 * most) + (0.4 * grey + 0.6) * mixed * 0.85 * most
        assert np.abs(found[..., channel] - 255 * expected).max() <= 1


def decoded(record: dict[str, Any]) -> Any:
    assert record["type"] == "f4"
    return np.frombuffer(base64.b64decode(record["data"]), "<f4")


@pytest.mark.parametrize("painted", [True, False])
def test_the_page_of_a_grid_has_lengths_and_sides(painted: bool) -> None:
    dice = np.random.default_rng(0)
    vectors = dice.normal(size=(2, 2, 3, 4)).astype(np.float32)
    vectors[1] *= 4
    icons = np.zeros((2, 2, 3, *((6, 6) if painted else (0, 0)), 3), np.uint8)
    layer = GridLayer("block", 2, 3, 4, 0, vectors, icons, np.zeros((2, 0, 0, 3), np.uint8))
    picture = Picture("photo", np.zeros((4, 6, 3), np.uint8))
    views = Grid("Title", {}, (picture, picture), False, (layer,)).data()["layers"][0]["views"]
    lengths = [[sum(float(x) ** 2 for x in v) ** 0.5 for v in one.reshape(-1, 4)] for one in vectors]
    most = max(map(max, lengths))
    for view, row in zip(views, lengths, strict=True):
        assert decoded(view["norm"]) == pytest.approx(row, rel=1e-5)
        assert decoded(view["side"]) == pytest.approx([(one / most) ** 0.5 for one in row], rel=1e-5)
        assert (view["sheet"] is not None) == painted
