"""Sprites whose icons have one flat color each, so that a pixel of the page says which channel it shows."""

from __future__ import annotations

import colorsys
from typing import Any

import numpy as np

from phosphene.figures import Sprites, SpritesLayer

MADE = {"network": "patterns, release 1", "icons": "steps 64, seed 0"}


def color(layer: int, unit: int) -> tuple[int, int, int]:
    """The color of an icon; those of neighbours on a sheet differ."""
    red, green, blue = colorsys.hsv_to_rgb((unit * 0.381966 + layer * 0.21) % 1, 0.65, 0.5 + 0.05 * (unit % 9))
    return round(255 * red), round(255 * green), round(255 * blue)


def example_color(number: int) -> tuple[int, int, int]:
    return number * 37 % 256, 90, 255 - number * 53 % 256


def layer(
    number: int, name: str, count: int, each: int = 9, examples: int = 150, size: int = 32, units: Any = None
) -> SpritesLayer:
    """Channel u answers most with pictures 7u, 7u + 1, ...; every fifth has fewer examples."""
    shown = np.arange(count) if units is None else np.array(units)
    icons = np.array([color(number, int(unit)) for unit in shown], np.uint8)
    rank = np.arange(each)
    places = (7 * shown[:, None] + rank) % max(examples, 1)
    places[(shown[:, None] % 5 == 4) & (rank > 3)] = -1
    values = np.where(places < 0, 0, (shown[:, None] + 1) / 4 * 0.8**rank)
    pixels = np.broadcast_to(icons[:, None, None], (len(shown), size, size, 3)).copy()
    return SpritesLayer(name, count, shown, pixels, places, values.astype(np.float32))


def thumbnails(count: int, side: int = 48) -> np.ndarray:
    shown = np.array([example_color(number) for number in range(count)], np.uint8).reshape(count, 1, 1, 3)
    return np.broadcast_to(shown, (count, side, side, 3)).copy()


def sprites(counts: tuple[int, ...] = (80, 128, 23), each: int = 9, examples: int = 150, **given: Any) -> Sprites:
    """The last layer has no examples."""
    last = len(counts) - 1
    made = [
        layer(number, f"block{number + 3}", count, 0 if number == last else each, examples)
        for number, count in enumerate(counts)
    ]
    common = {
        "title": f"{sum(counts)} channels of patterns",
        "made": MADE,
        "network": "patterns",
        "examples": thumbnails(examples),
        "names": tuple(f"drawing {number}" for number in range(examples)),
        "layers": tuple(made),
    }
    return Sprites(**{**common, **given})
