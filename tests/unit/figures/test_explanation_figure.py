"""The figure of explanations: its scale against NumPy, its colors, and what its page and its pictures say."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from phosphene.errors import TooLarge
from phosphene.figures.explanation import check_room, ends
from phosphene.figures.scenes.explanation import blended
from tests.drawn_figures import figure


@given(arrays.arrays(np.float32, (2, 1, 9, 30), elements=st.floats(-5, 5, width=32)))
def test_a_scale_ends_where_one_value_of_a_hundred_is_beyond(maps: Any) -> None:
    for picture, end in zip(maps, ends(maps), strict=True):
        sizes = np.sort(np.abs(picture).ravel())
        place = int(np.ceil(0.99 * (sizes.size - 1)))
        assert end[0] == (sizes[place] if sizes[place] > 0 else sizes[-1])
    np.testing.assert_array_equal(ends(maps, "torchcam"), np.abs(maps).max((2, 3)))


def test_a_small_map_ends_at_its_largest_value() -> None:
    maps = np.arange(98, dtype=np.float32).reshape(1, 2, 7, 7) - 60
    assert ends(maps).tolist() == [[60, 37]]


def test_colors_say_the_sign_and_keep_the_picture() -> None:
    grey = np.full((2, 3, 3), 100, np.uint8)
    nothing = blended(grey, np.zeros((2, 3), np.float32), True)
    both = blended(grey, np.array([[-1, 0, 1]], np.float32), True).astype(int)
    wide = both.shape[1] // 3
    blue, white, orange = both[0, 0], both[0, wide + 1], both[0, -1]
    assert blue[2] > blue[0]
    assert orange[0] > orange[2]
    assert np.ptp(white) == 0
    assert (white == nothing[0, 0]).all()
    light = blended(grey, np.array([[0, 0.5, 1]], np.float32), False).astype(int).sum(2)[0]
    assert light[0] < light[wide + 1] < light[-1]


def test_the_page_has_the_numbers() -> None:
    one: Any = figure("explanation", pictures=2, layers=2, count=2)
    data = one.data()
    for layer, told in zip(one.layers, data["layers"], strict=True):
        for number in range(2):
            for goal in range(2):
                record = told["maps"][number][goal]
                found = np.frombuffer(base64.b64decode(record["data"]), "<f4")
                np.testing.assert_array_equal(found, layer.maps[number, goal].ravel())
    assert [layer["by"] for layer in data["layers"]] == ["grad_cam", "saliency(reduce='sum')"]
    assert [layer["signs"] for layer in data["layers"]] == [True, False]
    assert "NaN" not in one.page()


def test_the_static_figure_says_scores_scales_and_sums() -> None:
    one: Any = figure("explanation", count=2)
    text = one.scene().svg()
    assert "score" in text
    assert "grad_cam" in text
    assert ("missing" in text) == bool(np.isfinite(one.layers[0].missing).any())


def test_a_page_beyond_its_limit_says_what_is_large() -> None:
    with pytest.raises(TooLarge, match=r"the page of 'Explanation' has .* MB .*0.01 MB at most"):
        figure("explanation").page(0.01)
    check_room(180_000, 1)
    with pytest.raises(TooLarge, match=r"maps of 1.07 MB. 1 MB at most expected.*fewer methods, layers.*limit=3"):
        check_room(200_000, 1)
