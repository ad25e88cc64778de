"""Activation atlases: what a network sees in many pictures at once, as a map (Carter et al. 2019)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from typing_extensions import Unpack

from ...atlas import Cells, Layout, cells, kept_layout, members, second_moment
from ...atlas.checks import check_cells, check_collection, check_grids
from ...atlas.layout import USUAL
from ...collection import Collection, collect
from ...collection.sources import Source
from ...figures import Atlas, AtlasLayer, Level
from ...figures.base import Bytes, Numbers
from ...models import as_vision
from ...moments import whitening
from ...objectives import Objective, cosine_spatial
from ...values import hold
from .directions import STRENGTH
from .examples import thumbnails
from .painter import Painting, painter

STORED = 32
"""Classes that a cell keeps, so that two cells can be compared: all of a small network, the largest of another."""


def atlas(
    model: Any,
    pictures: Source | str | os.PathLike[str],
    layers: str | Sequence[str],
    folder: str | os.PathLike[str],
    *,
    method: Callable[..., Any] = USUAL,
    size: int | tuple[int, int] | None = None,
    sides: tuple[int, ...] = (10, 20),
    least: int = 8,
    whiten: float | None = STRENGTH,
    power: int | float = 2,
    **painting: Unpack[Painting],
) -> Atlas:
    """Look at pictures, lay out what each layer answers, and paint an icon for the mean answer in each cell of grids.

    pictures: as for `collection.collect`.  folder: of the collection; what is there is not done again, the layout
    included.  method: of the layout, `atlas.umap()` or another of `atlas.layout`.  seed: of positions, layout and icons.
    The other arguments are those of `atlas_of`; for every other choice call `collection.collect`, `atlas.layout` and
    `atlas_of` one after the other.  Errors: those of these.
    """
    paint, vision = painter(**painting), as_vision(model)
    check_grids(sides, least, whiten, power, method)
    made = collect(
        vision, pictures, layers, folder, seed=paint.seed, size=size,
        workers=paint.workers, ray=paint.ray, progress=paint.progress,
    )  # fmt: skip
    layouts = {layer: kept_layout(made, layer, method, paint.seed) for layer in made.layers}
    source = pictures if isinstance(pictures, Source) else None
    return atlas_of(
        vision, made, layouts, source=source, sides=sides, least=least, whiten=whiten, power=power, **painting
    )


def atlas_of(
    model: Any,
    collection: Collection,
    layouts: Mapping[str, Layout],
    *,
    source: Source | None = None,
    sides: tuple[int, ...] = (10, 20),
    least: int = 8,
    whiten: float | None = STRENGTH,
    power: int | float = 2,
    **painting: Unpack[Painting],
) -> Atlas:
    """The atlas of a collection's layers with their layouts.

    sides: cells a side of each grid, from coarse to fine.  least: pictures that a cell needs.  An icon is painted for
    `objectives.cosine_spatial` of its cell's mean activation, with `power`; whiten: the strength of the regularization of
    the layer's second moment by which activations are whitened, None: not.  source: shows the nearest pictures of a cell.
    painting: icon, store, seed, progress, workers, ray, as in `recipes.Painting`.

    Returns a `figures.Atlas`: `.save("atlas/")` a folder to open from disk, `.save("atlas.html")` one page.
    Errors: BadArgument; those of `atlas.cells` and of painting.

    >>> import tempfile, phosphene as ph
    >>> from phosphene.collection import collect, sources
    >>> net, drawn = ph.models.load("patterns"), sources.drawn(60)
    >>> made = collect(net, drawn, "block4", tempfile.mkdtemp(), progress=False)
    >>> places = ph.atlas.layout(lambda: made.rows("block4"), ph.atlas.pca())
    >>> quick = {"icon": ph.presets.icon(16, steps=2), "store": tempfile.mkdtemp(), "progress": False}
    >>> atlas_of(net, made, {"block4": places}, sides=(2,), **quick).layers[0].levels[0].icons.shape
    (3, 16, 16, 3)
    """
    paint, vision, labels = painter(**painting), as_vision(model), collection.definition.labels
    check_grids(sides, least, whiten, power)
    check_collection(collection, vision, layouts)
    rows = {layer: members(partial(collection.rows, layer), place) for layer, place in layouts.items()}
    classes = min(collection.definition.classes, STORED) if collection.definition.kept else 1
    found = {layer: cells(rows[layer], place, sides, least, max(classes, 1)) for layer, place in layouts.items()}
    check_cells(found, least)
    near = np.unique([place for levels in found.values() for level in levels for place in level.nearest.ravel()])
    examples, names = thumbnails(source, collection, near[near >= 0])
    shown = near[near >= 0][: len(names)]
    made = {
        "network": f"{vision.name} (weights {vision.digest()[:12]})",
        "pictures": f"{collection.count}, one position of each, seed {collection.definition.seed}",
        "layout": "; ".join(f"{layer}: {place.made['method']}" for layer, place in layouts.items()),
        "cells": f"of {least} pictures or more, {'as they are' if whiten is None else f'whitened, strength {whiten:g}'}",
        **{layer: _shown(layouts[layer], levels) for layer, levels in found.items()},
        "icons": str(paint),
    }
    return Atlas(
        f"What {vision.name} sees in {max(len(place.image) for place in layouts.values())} pictures",
        made,
        labels=labels or tuple(f"class {number}" for number in range(collection.definition.classes)),
        examples=examples,
        names=names,
        layers=tuple(
            _layer(
                layer, layouts[layer], levels, shown, paint(vision, _goals(collection, layer, levels, whiten, power))
            )
            for layer, levels in found.items()
        ),
    )


def _shown(place: Layout, levels: Sequence[Cells]) -> str:
    """How many pictures the grids of a layer show."""
    grids = ", ".join(f"{int(level.count.sum())} at {level.side} x {level.side}" for level in levels)
    left = ", ".join(f"{count} {reason}" for reason, count in place.outliers.items() if count) or "none"
    return f"{len(place.image)} pictures, in cells {grids}; outliers: {left}"


def _goals(
    collection: Collection, layer: str, levels: Sequence[Cells], whiten: float | None, power: float
) -> list[Objective]:
    """What the icon of each cell is painted for, from coarse to fine."""
    moment = None if whiten is None else second_moment(collection.rows(layer)).matrix()
    space = None if moment is None else hold(whitening(moment, whiten or 0).astype(np.float32))
    directions = np.concatenate([level.direction for level in levels]).astype(np.float32)
    return [cosine_spatial(layer, direction, power, whitening=space) for direction in directions]


def _layer(name: str, place: Layout, levels: Sequence[Cells], shown: Numbers, icons: Bytes) -> AtlasLayer:
    parts = np.split(icons, np.cumsum([len(level.cell) for level in levels])[:-1])
    outliers = sum(place.outliers.values())
    return AtlasLayer(
        name,
        channels=levels[0].direction.shape[1],
        samples=len(place.image) - outliers,
        outliers=outliers,
        levels=tuple(_level(level, part, shown) for level, part in zip(levels, parts, strict=True)),
    )


def _level(found: Cells, icons: Bytes, shown: Numbers) -> Level:
    nearest = np.where(np.isin(found.nearest, shown), np.searchsorted(shown, found.nearest), -1)
    reals = {name: getattr(found, name).astype(np.float32) for name in ("value", "coherence", "share")}
    return Level(found.side, found.cell, found.count, icons, found.top, nearest=nearest, **reals)
