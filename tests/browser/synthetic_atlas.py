"""An atlas whose icons have one flat color each, so that a pixel of the page says which cell it shows."""

from __future__ import annotations

import colorsys
from typing import Any

import numpy as np

from phosphene.figures import Atlas, AtlasLayer, Level

LABELS = ("spiral", "stripes", "ring", "checkerboard", "dots", "fireboat & crane", "waves", "star")
MADE = {"network": "patterns, release 1", "layout": "umap(neighbours=20, distance=0.01)", "seed": "0"}


def color(layer: int, side: int, cell: int) -> tuple[int, int, int]:
    """The color of an icon; those of touching cells, of levels and of layers differ."""
    row, column = divmod(cell, side)
    hue = ((row * 0.381966 + column * 0.618034) + side / 97 + layer * 0.5) % 1
    red, green, blue = colorsys.hsv_to_rgb(hue, 0.6 - 0.2 * layer, 0.9)
    return round(255 * red), round(255 * green), round(255 * blue)


def filled(side: int) -> np.ndarray:
    """The cells (m,) of an island with a bay; each cell of a coarser grid has one of a finer one in it."""
    y, x = (np.indices((side, side)) + 0.5) / side - 0.5
    radius = 0.42 + 0.06 * np.sin(5 * np.arctan2(y, x))
    return np.flatnonzero((np.hypot(y, x) < radius) & ~((x > 0.15) & (abs(y) < 0.08)))


def level(number: int, side: int, size: int = 32, classes: int = 5, nearest: int = 4, examples: int = 40) -> Level:
    """A level with sectors of classes: the angle says which class comes first."""
    cell = filled(side)
    random = np.random.default_rng([number, side])
    y, x = (cell // side + 0.5) / side - 0.5, (cell % side + 0.5) / side - 0.5
    first = ((np.arctan2(y, x) / (2 * np.pi) + 1 + 0.1 * number) * len(LABELS)).astype(np.int64) % len(LABELS)
    top = (first[:, None] + np.arange(classes)) % len(LABELS)
    value = (1 + 4 * np.hypot(y, x)[:, None]) * np.array([1, 0.6, 0.3, -0.2, -0.4, -0.5, -0.6, -0.7])[:classes]
    icons = np.empty((len(cell), size, size, 3), np.uint8)
    icons[:] = np.array([color(number, side, int(one)) for one in cell]).reshape(-1, 1, 1, 3)
    return Level(
        side,
        cell,
        8 + random.integers(0, 40_000 // side**2 + 1, len(cell)),
        icons,
        top,
        value.astype(np.float32),
        random.uniform(0.3, 1, len(cell)).astype(np.float32),
        random.uniform(0.2, 1, len(cell)).astype(np.float32),
        random.integers(0, max(examples, 1), (len(cell), nearest)) if examples else np.full((len(cell), 0), -1),
    )


def thumbnails(count: int, side: int = 48) -> np.ndarray:
    rows, columns = np.indices((side, side)) * 4
    shown = [np.stack([rows, columns, np.full_like(rows, number * 37 % 256)], -1) for number in range(count)]
    return np.array(shown, np.uint8).reshape(count, side, side, 3)


def layer(number: int, sides: tuple[int, ...], name: str, **given: Any) -> AtlasLayer:
    return AtlasLayer(name, 96, 20_000, 12 * number, tuple(level(number, side, **given) for side in sides))


def atlas(
    sides: tuple[int, ...] = (10, 20, 40), layers: int = 2, examples: int = 40, classes: int = 5, **given: Any
) -> Atlas:
    made = [layer(number, sides, f"block{number + 3}", examples=examples, classes=classes) for number in range(layers)]
    common = {
        "title": "What the pattern network sees",
        "made": MADE,
        "labels": LABELS,
        "examples": thumbnails(examples),
        "names": tuple(f"drawing {number}" for number in range(examples)),
        "layers": tuple(made),
    }
    return Atlas(**{**common, **given})
