"""A map whose thumbnails have one flat color each, so that a pixel of the page says which picture it shows; and units."""

from __future__ import annotations

import colorsys
from typing import Any

import numpy as np

from phosphene.figures import Map, Units, UnitsLayer

CLASSES = ("spiral", "stripes", "fireboat & crane")
SIDE = 24


def color(one: int) -> tuple[int, int, int]:
    """The color of a picture's thumbnail."""
    red, green, blue = colorsys.hsv_to_rgb(one * 0.381966 % 1, 0.5 + 0.5 * (one % 2), 0.95)
    return round(255 * red), round(255 * green), round(255 * blue)


def places() -> np.ndarray:
    """Picture 0 in the middle, 1 to 4 around it, 5 close to it, 6 to 35 in a small cluster at the lower right, 36 without."""
    around = [(0.5, 0.5), (0.5, 0.1), (0.9, 0.5), (0.5, 0.9), (0.1, 0.5), (0.505, 0.5)]
    cluster = [(0.9 + 0.01 * (k % 6), 0.9 + 0.01 * (k // 6)) for k in range(30)]
    return np.array([*around, *cluster, (np.nan, np.nan)], np.float32)


def plane(thumbnails: int = 36, **given: Any) -> Map:
    place = places()
    count = len(place)
    shown = np.arange(thumbnails)
    images = np.empty((thumbnails, SIDE, SIDE, 3), np.uint8)
    images[:] = np.array([color(one) for one in range(thumbnails)], np.uint8).reshape(-1, 1, 1, 3)
    label = np.where(np.arange(count) < 6, np.arange(count) % 2, 2)
    label[5] = -1
    nearest = np.array([[(one + step) % 36 for step in (1, 2, 5)] for one in range(count)])
    fields = {
        "title": "37 <pictures>",
        "made": {"network": "none, " + "long " * 20},
        "place": place,
        "label": label,
        "names": tuple(f"picture {one}" for one in range(count)),
        "classes": CLASSES,
        "shown": shown,
        "thumbnails": images,
        "silhouette": np.array([0.5, -0.25, 0.75], np.float32),
        "accuracy": np.array([1, 0.5, 0.25], np.float32),
        "about": "Mean silhouette 0.33.",
        "nearest": nearest,
        "distance": np.full(nearest.shape, 0.125, np.float32) * np.array([1, 2, 3], np.float32),
    }
    return Map(**{**fields, **given})


def layer(name: str, count: int, painted: bool, lowest: bool, each: int = 3) -> UnitsLayer:
    random = np.random.default_rng(count)
    icons = random.integers(0, 256, (count, 16, 16, 3), np.uint8) if painted else np.zeros((count, 0, 0, 3), np.uint8)
    pictures = random.integers(0, 256, (count, each, 12, 18, 3), np.uint8)
    values = np.sort(random.uniform(1, 9, (count, each)).astype(np.float32), 1)[:, ::-1]
    values[0, -1] = np.nan  # a unit with fewer pictures
    names = tuple(tuple(f"{name} & {unit} {one}" for one in range(each)) for unit in range(count))
    under = each if lowest else 0
    return UnitsLayer(
        name, np.arange(count) * 7, icons, icons if lowest else icons[:, :0, :0], pictures, values,
        pictures[:, :under], -values[:, :under], names, tuple(one[:under] for one in names),
    )  # fmt: skip


def units(painted: bool = True, lowest: bool = True) -> Units:
    layers = (layer("block<3>", 3, painted, lowest), layer("block4", 2, painted, lowest))
    return Units("5 units of <none>", {"network": "none, " + "long " * 20}, layers)
