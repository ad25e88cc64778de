"""Arrays and pictures as text inside a page."""

from __future__ import annotations

import base64
import io
import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import TooLarge

Type = Literal["whole", "f4", "scaled"]
WIDEST = 16383
"""Pixels that a WebP picture may have, either way."""


def numbers(array: NDArray[Any], kind: Type) -> dict[str, Any]:
    """An array as base64: {type, data}, little-endian, in C order.

    "whole": whole numbers from 0, in the fewest bytes that hold the largest.  "f4": single precision.
    "scaled": bytes, of which 255 is the largest value of each slice along the first axis (its last two axes for an array of
    two), given in `most`; with negative values signed bytes of type "i1" and 127.

    >>> numbers(np.array([[[0, 1], [2, 4]]]), "scaled")
    {'type': 'u1', 'data': 'AECA/w==', 'most': [4.0]}
    """
    if kind != "scaled":
        element = (
            np.min_scalar_type(max(0, int(array.max(initial=0)))).newbyteorder("<")
            if kind == "whole"
            else np.dtype("<f4")
        )
        return {"type": element.str[1:], "data": _base64(array.astype(element))}
    slices = array.reshape(array.shape[0] if array.ndim > 2 else 1, -1).astype(np.float64)
    signed = bool((slices < 0).any())
    most = np.abs(slices).max(1)
    scaled = slices / np.where(most > 0, most, 1)[:, None] * (127 if signed else 255)
    kept = np.floor(scaled + 0.5).astype(np.int8 if signed else np.uint8)
    return {"type": "i1" if signed else "u1", "data": _base64(kept), "most": most.astype(np.float32).tolist()}


def picture_url(image: NDArray[np.uint8], quality: int = 80) -> str:
    """A picture (h, w, 3) as a data URL, WebP."""
    return "data:image/webp;base64," + base64.b64encode(webp(image, quality)).decode()


def webp(image: NDArray[np.uint8], quality: int = 80) -> bytes:
    """A picture (h, w, 3) as a WebP file."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "WEBP", quality=quality, method=4)
    return buffer.getvalue()


def sheet(icons: NDArray[np.uint8], quality: int = 80) -> dict[str, Any]:
    """Icons (n, s, s, 3) side by side as one picture: {source, side, across, count}; near to a square.

    Errors: TooLarge for a sheet beyond what a WebP picture holds.

    >>> made = sheet(np.zeros((5, 8, 8, 3), np.uint8))
    >>> made["side"], made["across"], made["count"]
    (8, 3, 5)
    """
    count, side = icons.shape[:2]
    across = max(1, math.ceil(math.sqrt(count)))
    if across * side > WIDEST:
        raise TooLarge(
            f"{count} icons of {side} px on one sheet",
            f"at most {(WIDEST // side) ** 2} expected",
            "show fewer, or smaller ones",
        )
    whole = np.zeros((max(1, -(-count // across)) * side, across * side, 3), np.uint8)
    for place, icon in enumerate(icons):
        top, left = place // across * side, place % across * side
        whole[top : top + side, left : left + side] = icon
    return {"source": picture_url(whole, quality), "side": side, "across": across, "count": count}


def _base64(array: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
