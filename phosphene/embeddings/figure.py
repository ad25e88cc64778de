"""The figure of a map: places, thumbnails, classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..collection.sources import Unreadable
from ..collection.work import as_seen
from ..errors import PhospheneError
from ..figures import Map
from ..figures.base import Bytes
from ..values import check_integer
from .nearest import Metric
from .plane import USUAL
from .result import Doubles, Embeddings
from .separation import Separation

SIDE = 64
"""Pixels of a thumbnail."""
APART = 0.06
"""How far two thumbnails stand apart on a map of side 1, on one axis at least."""


def map_figure(
    embeddings: Embeddings,
    method: Callable[[Doubles, int], Doubles] = USUAL,
    seed: int = 0,
    *,
    metric: Metric = "cosine",
    k: int = 5,
    thumbnails: int = 300,
    classes: Sequence[str] | None = None,
) -> Map:
    """A map of pictures with thumbnails, and, where they have labels, how far their classes stand apart.

    method, seed, metric: of the map, as `Embeddings.plane`; silhouettes and the votes of the k nearest neighbours are those of
    the vectors themselves, by the same metric.  thumbnails: at most so many, none over another.  classes: the names of the
    labels, those of the network where not given and where they fit.

    Returns a `figures.Map`: `.save("map.png")`, .svg, .html, .npz.  Errors: those of `plane`, before any work.

    >>> import phosphene as ph
    >>> from phosphene import atlas, embeddings
    >>> drawn = ph.collection.sources.drawn(46)
    >>> found = embeddings.embed(ph.models.load("patterns"), "block4", drawn, size=64, progress=False)
    >>> map_figure(found, atlas.pca(), k=1).place.shape
    (46, 2)
    """
    check_integer("map_figure", "thumbnails", thumbnails, 0)
    place = embeddings.plane(method, seed, metric)
    known, label = np.unique(embeddings.label[embeddings.label >= 0]), embeddings.label.copy()
    label[label >= 0] = np.searchsorted(known, label[label >= 0])
    apart = embeddings.separation(k=k, metric=metric) if 1 < len(known) < int((label >= 0).sum()) else None
    shown = _spread(place, thumbnails if embeddings.source is not None else 0)
    pictures, shown = _thumbnails(embeddings, shown)
    silhouette, accuracy = (one.astype(np.float32) for one in _by_class(apart))
    return Map(
        f"{len(embeddings):,} pictures at {embeddings.layer} of {embeddings.network}",
        {
            "network": embeddings.network,
            "layer": f"{embeddings.layer}, {embeddings.take}",
            "map": f"{method!r}, {metric}, seed {seed}",
        },
        place.astype(np.float32),
        label,
        embeddings.names,
        _names(known, embeddings.classes if classes is None else classes),
        shown,
        pictures,
        silhouette,
        accuracy,
        "" if apart is None else _told(apart),
    )


def _by_class(apart: Separation | None) -> tuple[Doubles, Doubles]:
    return (np.zeros(0), np.zeros(0)) if apart is None else (apart.silhouette_of, apart.accuracy_of)


def _told(apart: Separation) -> str:
    votes = f"{apart.accuracy:.1%} have the class that their {apart.k} nearest neighbours vote for"
    return f"Mean silhouette {apart.silhouette:.2f} ({apart.metric}); {votes}, both by the vectors, not by the map."


def _names(known: NDArray[np.int64], names: Sequence[str] | None) -> tuple[str, ...]:
    fit = names is not None and (not len(known) or known[-1] < len(names))
    return tuple(str(names[one]) if names is not None and fit else f"class {one}" for one in known.tolist())


def _spread(place: Doubles, most: int) -> NDArray[np.int64]:
    """Pictures of which none is near another, in their order."""
    chosen: list[int] = []
    free = np.isfinite(place).all(1)
    while free.any() and len(chosen) < most:
        one = int(free.argmax())
        chosen.append(one)
        free &= (np.abs(place - place[one]) > APART).any(1)
    return np.array(chosen, np.int64)


def _thumbnails(embeddings: Embeddings, shown: NDArray[np.int64]) -> tuple[Bytes, NDArray[np.int64]]:
    """The pictures that are still there, and which they are."""
    found: list[tuple[int, Any]] = []
    for one in shown.tolist():
        try:
            assert embeddings.source is not None
            picture = as_seen(embeddings.source, embeddings.names[one], embeddings.key[one].tobytes(), (SIDE, SIDE))
        except (Unreadable, PhospheneError):  # gone since: its dot says where it stands
            continue
        found.append((one, (picture * 255).round().byte().movedim(0, 2).numpy()))
    pictures = np.stack([pixels for _, pixels in found]) if found else np.zeros((0, SIDE, SIDE, 3), np.uint8)
    return pictures, np.array([one for one, _ in found], np.int64)
