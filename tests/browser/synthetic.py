"""Figures of random but always equal arrays, with icons that say their own number."""

from __future__ import annotations

import colorsys
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from phosphene.figures import (
    Dictionary,
    DictionaryLayer,
    Grid,
    GridLayer,
    Groups,
    GroupsLayer,
    Influences,
    InfluencesLayer,
    Link,
    Picture,
)

MADE = {"network": "patterns, release 1", "layers": "block2, block3, block4", "steps": "256", "seed": "7"}
SIZES = {
    "block2": (14, 14, 64, 48),
    "block3": (9, 12, 96, 96),
    "block4": (7, 7, 128, 0),
}  # rows, columns, channels, sees


def chance(*key: Any) -> np.random.Generator:
    return np.random.default_rng([*"/".join(map(str, key)).encode()])


def color(number: int) -> tuple[int, int, int]:
    """The color of an icon; neighbours differ."""
    red, green, blue = colorsys.hsv_to_rgb(number * 0.381966 % 1, 0.55, 0.85)
    return round(255 * red), round(255 * green), round(255 * blue)


def icons(count: int, side: int = 64) -> np.ndarray:
    """Icons (count, side, side, 3) of one color each, the number in the middle."""
    return np.stack([icon(number, side) for number in range(count)])


def icon(number: int, side: int) -> np.ndarray:
    image = Image.new("RGB", (side, side), color(number))
    ImageDraw.Draw(image).text((side / 2, side / 2), str(number), fill="black", anchor="mm", font_size=side // 3)
    return np.asarray(image)


def smooth(*shape: int, key: Any) -> np.ndarray:
    """Soft random fields (..., rows, columns) from 0 to 1."""
    *lead, rows, columns = shape
    coarse = chance(key).random((int(np.prod(lead)), 5, 5)).astype(np.float32)
    fields = [Image.fromarray(one).resize((columns, rows), Image.Resampling.BICUBIC) for one in coarse]
    return np.clip(np.stack(fields), 0, 1).reshape(shape).astype(np.float32)


def picture(number: int, name: str, height: int = 192, width: int = 256) -> Picture:
    bands = smooth(3, height, width, key=("picture", number)).transpose(1, 2, 0)
    return Picture(name, np.clip(255 * bands, 0, 255).astype(np.uint8))


def pictures(count: int = 2) -> tuple[Picture, ...]:
    names = ["A spiral on sand", "Stripes and a ring", "Leaves"]
    return tuple(picture(number, names[number % 3]) for number in range(count))


def size(name: str) -> dict[str, Any]:
    rows, columns, channels, sees = SIZES[name]
    return {"name": name, "rows": rows, "columns": columns, "channels": channels, "sees": sees}


def units(name: str, count: int) -> np.ndarray:
    return np.sort(chance("units", name).choice(SIZES[name][2], count, replace=False))


def dictionary(shown: int = 2, top: int = 8, signed: bool = False, count: int = 40, **given: Any) -> Dictionary:
    layers = [dictionary_layer(name, shown, top, signed, count) for name in SIZES]
    title = "What the layers answer to in a spiral"
    pins = np.array([[0.3, 0.6], [0.7, 0.2]], np.float32)
    common = {"title": title, "made": MADE, "pictures": pictures(shown), "measure": "activation", "pins": pins}
    return Dictionary(**{**common, "layers": tuple(layers), **given})


def dictionary_layer(name: str, shown: int, top: int, signed: bool, count: int) -> DictionaryLayer:
    rows, columns, *_ = SIZES[name]
    maps = 5 * smooth(shown, count, rows, columns, key=("maps", name)) - (2.5 if signed else 0)
    cells = maps.transpose(0, 2, 3, 1)
    index = (-cells).argsort(-1, kind="stable")[..., :top]
    value = np.take_along_axis(cells, index, -1)
    return DictionaryLayer(
        **size(name), units=units(name, count), icons=icons(count), index=index, value=value, maps=maps
    )


def grid(shown: int = 2, painted: bool = True, joint: bool = True, **given: Any) -> Grid:
    layers = [grid_layer(name, shown, painted, joint) for name in SIZES]
    common = {"title": "One icon for each activation", "made": MADE, "pictures": pictures(shown), "whitened": True}
    return Grid(**{**common, "layers": tuple(layers), **given})


def grid_layer(name: str, shown: int, painted: bool, joint: bool) -> GridLayer:
    rows, columns, channels, _ = SIZES[name]
    strength = 0.2 + smooth(shown, rows, columns, key=("norms", name))[..., None]
    vectors = strength * chance("vectors", name).normal(size=(shown, rows, columns, channels)).astype(np.float32)
    shape = (shown, rows, columns, 48, 48, 3) if painted else (shown, rows, columns, 0, 0, 3)
    drawn = np.stack([icons(rows * columns, 48)] * shown).reshape(shape) if painted else np.zeros(shape, np.uint8)
    whole = smooth(shown, 3, 192, 256, key=("joint", name)).transpose(0, 2, 3, 1)
    together = (255 * whole).astype(np.uint8) if joint else np.zeros((shown, 0, 0, 3), np.uint8)
    return GridLayer(**size(name), vectors=vectors, icons=drawn, joint=together)


def groups(shown: int = 2, count: int = 6, toward: str = "logit('spiral')", **given: Any) -> Groups:
    layers = [groups_layer(name, shown, count, bool(toward)) for name in SIZES]
    common = {"title": "Six groups of each layer", "made": MADE, "pictures": pictures(shown), "toward": toward}
    return Groups(**{**common, "layers": tuple(layers), **given})


def groups_layer(name: str, shown: int, count: int, toward: bool) -> GroupsLayer:
    rows, columns, channels, _ = SIZES[name]
    maps = smooth(shown, count, rows, columns, key=("groups", name)) ** 3 * 4
    directions = chance("directions", name).random((count, channels)) ** 8
    attribution = chance("attribution", name).normal(size=(shown, count if toward else 0))
    return GroupsLayer(
        **size(name),
        maps=maps,
        directions=(directions / directions.sum(1, keepdims=True)).astype(np.float32),
        icons=icons(count),
        explained=0.87,
        attribution=attribution.astype(np.float32),
    )


def influences(shown: int = 2, top: int = 6, count: int = 12, **given: Any) -> Influences:
    names = list(SIZES)
    layers = [influences_layer(name, shown, top, count) for name in names]
    links = [link(lower, names, shown) for lower in range(len(names) - 1)]
    common = {
        "title": "What speaks for a spiral",
        "made": MADE,
        "pictures": pictures(shown),
        "toward": "logit('spiral')",
        "method": "integrated gradients over 32 steps",
        "scores": np.array([12.34, -0.5, 3.0][:shown], np.float32),
        "missing": np.array([[0.012] * shown, [np.nan] * shown, [0.3] * shown], np.float32),
        "links": tuple(links),
    }
    return Influences(**{**common, "layers": tuple(layers), **given})


def influences_layer(name: str, shown: int, top: int, count: int) -> InfluencesLayer:
    rows, columns, *_ = SIZES[name]
    maps = smooth(shown, count, rows, columns, key=("influence", name)) - 0.5
    totals = maps.sum((2, 3))
    order = totals.argsort(1)[:, ::-1]
    index = np.concatenate([order[:, : top // 2], order[:, -top // 2 :]], 1)
    return InfluencesLayer(
        **size(name),
        spatial=maps.sum(1),
        units=units(name, count),
        icons=icons(count),
        index=index,
        value=np.take_along_axis(totals, index, 1).astype(np.float32),
        maps=maps,
    )


def link(lower: int, names: list[str], shown: int) -> Link:
    rows, columns, *_ = SIZES[names[lower]]
    above, across, *_ = SIZES[names[lower + 1]]
    matrix = smooth(shown, above, across, rows, columns, key=("link", lower)) - 0.3
    return Link(lower, lower + 1, matrix.astype(np.float32))


FIGURES = {"dictionary": dictionary, "grid": grid, "groups": groups, "influences": influences}
