"""Maps over pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..colors import Colors, signed

Bytes = NDArray[np.uint8]
LEAST = 320
"""The pixels that the longer side of a blended picture has at least."""
COVER = 0.65
"""How much of the light under a map without negative values is its own; pages have the same."""


def over(picture: Bytes, values: NDArray[np.float32]) -> Bytes:
    """A signed map (rows, columns) in [-1, 1] over a pale grey picture, as squares: orange for, blue against."""
    grey = _grey(picture)
    return _bytes(grey * signed(_enlarged(values, grey.shape[:2], Image.Resampling.NEAREST)))


def through(picture: Bytes, colors: Bytes) -> Bytes:
    """Colors (rows, columns, 3) over a pale grey picture, which is seen through them everywhere, as squares."""
    grey = _grey(picture)
    size = grey.shape[1], grey.shape[0]
    shown = np.asarray(Image.fromarray(colors).resize(size, Image.Resampling.NEAREST), np.float64) / 255
    return _bytes((1 - COVER) * grey + COVER * shown)


def tinted(picture: Bytes, maps: NDArray[np.float32], colors: list[str]) -> Bytes:
    """Maps (g, rows, columns) in [0, 1] over a pale grey picture, each in its color; where several are, they mix."""
    grey = _grey(picture)
    shares = np.stack([np.clip(_enlarged(one, grey.shape[:2], Image.Resampling.BICUBIC), 0, 1) for one in maps], -1)
    weights = shares**2  # squared, so that the color of the strongest group stays itself
    mixed = weights @ np.array([_rgb(color) for color in colors]) / np.maximum(weights.sum(-1, keepdims=True), 1e-12)
    strength = 0.85 * shares.max(-1, keepdims=True)
    return _bytes(grey * (1 - strength) + (0.4 * grey + 0.6) * mixed * strength)


def _grey(picture: Bytes) -> Colors:
    """A picture without color, with little contrast, (h, w, 1) in [0, 1]."""
    height, width = picture.shape[:2]
    scale = max(1.0, LEAST / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    light = np.asarray(Image.fromarray(picture).convert("L").resize(size, Image.Resampling.LANCZOS), np.float64)
    return 0.5 + 0.5 * light[..., None] / 255


def _enlarged(values: NDArray[np.float32], shape: tuple[int, ...], way: Image.Resampling) -> Colors:
    """A map at the size of a picture."""
    image = Image.fromarray(np.ascontiguousarray(values, np.float32))
    return np.asarray(image.resize((shape[1], shape[0]), way), np.float64)


def _rgb(color: str) -> list[float]:
    return [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def _bytes(picture: Colors) -> Bytes:
    return (255 * np.clip(picture, 0, 1) + 0.5).astype(np.uint8)
