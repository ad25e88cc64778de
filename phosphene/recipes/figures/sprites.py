"""Every unit of a network: an icon of each channel of whole layers, and the pictures that it answered most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from typing_extensions import Unpack

from ...collection import Collection
from ...collection.sources import Source
from ...figures import Sprites, SpritesLayer
from ...models import as_vision
from ...objectives import channel
from .examples import thumbnails
from .painter import Painting, painter
from .units import answers, met, ranked, units


def sprites(
    model: Any,
    layers: str | Sequence[str] | None = None,
    *,
    channels: Sequence[int] | None = None,
    collection: Collection | None = None,
    source: Source | None = None,
    examples: int = 9,
    **painting: Unpack[Painting],
) -> Sprites:
    """An icon of every channel of layers, painted where the store lacks it: a call that was ended goes on where it was.

    layers: one or several; all inside the network where not given, as `models.distinct` lists them, which are many.
    channels: some of each layer only.  collection, source: activations of the same network and the pictures that they were
    collected from; those that a channel answered most at the position that is kept of each are its `examples`, for layers of
    the collection.  painting: icon, store, seed, progress, workers, ray, as in `recipes.Painting`.

    Returns a `figures.Sprites`: `.save("sprites/")` a folder to open from disk, `.save("page.html")` one page,
    `.save("sheet.png")`, `.save("data.npz")`.
    Errors, before any icon is painted: UnknownLayer, BadArgument (a layer or a channel that is not there, another network's
    collection, one without its pictures). Later those of `icons.Store.paint`.

    >>> import phosphene as ph, tempfile
    >>> quick = {"icon": ph.presets.icon(16, steps=2), "store": tempfile.mkdtemp(), "progress": False}
    >>> sprites(ph.models.load("patterns"), ["block3", "block4"], channels=[0, 5], **quick).layers[1].icons.shape
    (2, 16, 16, 3)
    """
    paint, vision = painter(**painting), as_vision(model)
    counts, found = units(vision, layers, channels)
    best = answers(vision, collection, source, found, examples)
    order = met(image for image, _ in best.values())
    goals = [channel(layer, unit) for layer, some in found.items() for unit in some.tolist()]
    icons = np.split(paint(vision, goals), np.cumsum([len(some) for some in found.values()])[:-1])
    shown, names = thumbnails(source, collection, order) if collection else (np.zeros((0, 1, 1, 3), np.uint8), ())
    seen = {} if collection is None else {"examples": f"of {collection.count} pictures, one position of each"}
    return Sprites(
        f"{len(goals):,} channels of {vision.name}",
        {"network": f"{vision.name} (weights {vision.digest()[:12]})", **seen, "icons": str(paint)},
        vision.name,
        shown,
        names,
        tuple(
            SpritesLayer(name, counts[name], some, part, ranked(best[name][0], order), best[name][1])
            for (name, some), part in zip(found.items(), icons, strict=True)
        ),
    )
