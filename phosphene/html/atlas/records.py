"""The numbers of an atlas as its page takes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..encode import numbers
from . import tiles

if TYPE_CHECKING:
    from ...figures.atlas import Atlas, AtlasLayer, Level

FIRST = 40
"""Regions that a level names."""


def index(atlas: Atlas) -> dict[str, Any]:
    """What the page needs before it shows anything."""
    return {
        "kind": atlas.kind,
        "title": atlas.title,
        "caption": atlas.caption,
        "made": list(atlas.made.items()),
        "labels": list(atlas.labels),
        "across": tiles.ACROSS,
        "examples": {"count": len(atlas.names), "side": int(atlas.examples.shape[1])},
        "layers": [_layer(layer) for layer in atlas.layers],
    }


def entries(atlas: Atlas) -> Iterator[tuple[str, Any]]:
    """Everything else, each under the name by which the page asks for it.

    data/L-l: level l of layer L.  tiles/L-l/y-x: the icons of `tiles.ACROSS` x `tiles.ACROSS` cells as one picture; none
    without icons.  tiles/examples/k: as many thumbnails, and their names.
    """
    for number, layer in enumerate(atlas.layers):
        for place, level in enumerate(layer.levels):
            yield f"data/{number}-{place}", record(level)
            for (row, column), url in tiles.tiles(level):
                yield f"tiles/{number}-{place}/{row}-{column}", url
    for number, sheet in enumerate(tiles.examples(atlas.examples)):
        names = atlas.names[number * tiles.ACROSS**2 :][: tiles.ACROSS**2]
        yield f"tiles/examples/{number}", {"source": sheet, "names": list(names)}


def record(level: Level) -> dict[str, Any]:
    """A level's arrays; places count from 1, with 0 for none."""
    from ...figures.regions import regions

    return {
        "cell": numbers(level.cell, "whole"),
        "count": numbers(level.count, "whole"),
        "full": tiles.full(level),
        "classes": level.top.shape[1],
        "top": numbers(level.top + 1, "whole"),
        "value": numbers(level.value, "f4"),
        "coherence": numbers(level.coherence, "f4"),
        "share": numbers(level.share, "f4"),
        "examples": level.nearest.shape[1],
        "nearest": numbers(level.nearest + 1, "whole"),
        "regions": [[one.label, one.row, one.column, one.cells, one.samples] for one in regions(level)[:FIRST]],
    }


def _layer(layer: AtlasLayer) -> dict[str, Any]:
    return {
        "name": layer.name,
        "channels": layer.channels,
        "samples": layer.samples,
        "outliers": layer.outliers,
        "overview": tiles.overview(layer),
        "negative": any(bool((level.value[level.top >= 0] < 0).any()) for level in layer.levels),
        "levels": [
            {
                "side": level.side,
                "cells": len(level.cell),
                "icon": level.icons.shape[1],
                "samples": int(level.count.sum()),
            }
            for level in layer.levels
        ],
    }
