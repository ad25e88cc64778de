"""Arrays and pictures as text: what comes back is what went in, to the last step of the scale."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from phosphene.errors import TooLarge
from phosphene.html.encode import numbers, picture_url, sheet

TYPES = {"u1": (np.uint8, 255), "i1": (np.int8, 127), "f4": (np.dtype("<f4"), 0)} | {
    f"u{size}": (np.dtype(f"<u{size}"), 255) for size in (2, 4)
}


def decoded(record: dict[str, Any]) -> np.ndarray:
    """The numbers of a record, as the page reads them: slices of equal length, each with its own scale."""
    kind, largest = TYPES[record["type"]]
    flat = np.frombuffer(base64.b64decode(record["data"]), kind)
    if "most" not in record:
        return flat
    return (flat.reshape(len(record["most"]), -1) * (np.array(record["most"])[:, None] / largest)).ravel()


def picture(url: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.removeprefix("data:image/webp;base64,")))))


shapes = hnp.array_shapes(min_dims=2, max_dims=4, max_side=5)
floats = st.floats(-(2.0**60), 2.0**60, width=32, allow_subnormal=False)


@given(st.sampled_from([np.uint8, np.uint16, np.uint32]).flatmap(lambda kind: hnp.arrays(kind, shapes)))
def test_whole_numbers_come_back_from_the_fewest_bytes(x: np.ndarray) -> None:
    record = numbers(x.astype(np.int64), "whole")
    assert np.array_equal(decoded(record), x.ravel())
    assert record["type"] == ("u1" if x.max() < 2**8 else "u2" if x.max() < 2**16 else "u4")


@given(hnp.arrays(np.float32, shapes, elements=floats))
def test_single_precision_comes_back(x: np.ndarray) -> None:
    assert np.array_equal(decoded(numbers(x, "f4")), x.ravel())


@given(hnp.arrays(np.float32, shapes, elements=floats), st.booleans())
def test_scaled_bytes_are_half_a_step_off_at_most(x: np.ndarray, positive: bool) -> None:
    x = abs(x) if positive else x
    record = numbers(x, "scaled")
    assert record["type"] == ("i1" if (x < 0).any() else "u1")
    slices = x.reshape(x.shape[0] if x.ndim > 2 else 1, -1).astype(float)
    step = abs(slices).max(1, keepdims=True) / TYPES[record["type"]][1]
    off = abs(decoded(record).reshape(slices.shape) - slices)
    assert (off <= step * (0.5 + 1e-4)).all()


@given(hnp.arrays(np.float32, shapes, elements=floats))
def test_the_signs_of_scaled_bytes_are_kept(x: np.ndarray) -> None:
    assert (decoded(numbers(x, "scaled")) * x.ravel() >= 0).all()


def test_an_array_of_zeros_is_zeros() -> None:
    assert np.array_equal(decoded(numbers(np.zeros((2, 3, 3)), "scaled")), np.zeros(18))


@pytest.mark.parametrize("quality", [50, 85])
def test_a_picture_keeps_its_size_and_colors(quality: int) -> None:
    image = np.full((30, 40, 3), (200, 90, 30), np.uint8)
    assert np.allclose(picture(picture_url(image, quality)), image, atol=6)


def test_a_sheet_beyond_what_a_picture_holds_is_refused() -> None:
    with pytest.raises(TooLarge, match=r"5 icons of 6000 px on one sheet. at most 4 expected. show fewer"):
        sheet(np.broadcast_to(np.uint8(0), (5, 6000, 6000, 3)))


@given(st.integers(1, 30))
def test_icons_lie_in_rows_of_a_sheet(count: int) -> None:
    icons = np.stack([np.full((16, 16, 3), 8 * number, np.uint8) for number in range(count)])
    made = sheet(icons)
    whole = picture(made["source"])
    assert (made["side"], made["count"]) == (16, count)
    assert whole.shape[1] == 16 * made["across"]
    for number in range(count):
        top, left = number // made["across"] * 16, number % made["across"] * 16
        assert np.allclose(whole[top + 4 : top + 12, left + 4 : left + 12], 8 * number, atol=12)
