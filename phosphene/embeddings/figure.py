"""The figure of a map: places, thumbnails, classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..collection.collect import source_of
from ..collection.sources import Unreadable
from ..collection.work import as_seen
from ..errors import BadArgument, PhospheneError
from ..figures import Map
from ..figures.base import Bytes
from ..figures.spread import spread
from ..html.plane import page as plane_page
from ..values import check_integer
from .nearest import Metric
from .plane import MOST, USUAL
from .result import Doubles, Embeddings
from .separation import Separation

SIDE = 96
"""Pixels of a thumbnail."""
SAMPLE = 48
"""Pictures that are read to know how large a page will be."""


def map_figure(
    embeddings: Embeddings,
    method: Callable[[Doubles, int], Doubles] = USUAL,
    seed: int = 0,
    *,
    metric: Metric = "cosine",
    k: int = 5,
    thumbnails: int = 1000,
    classes: Sequence[str] | None = None,
) -> Map:
    """A map of pictures with thumbnails, and, where they have labels, how far their classes stand apart.

    method, seed, metric: of the map, as `Embeddings.plane`; silhouettes and the votes of the k nearest neighbours are those of
    the vectors themselves, by the same metric, and so are the neighbours.  thumbnails: at most so many, of pictures that stand
    far apart; the static figure shows those of them that are not over another, the page more the nearer one looks.  classes:
    the names of the labels, those of the network where not given and where they fit.

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
    shown = spread(place, thumbnails if embeddings.source is not None else 0)
    pictures, shown = _thumbnails(embeddings, shown)
    nearest, distance = embeddings.neighbours(list(range(len(embeddings))), min(k, len(embeddings) - 1), metric)
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
        nearest,
        distance.astype(np.float32),
    )


def check_map(pictures: Any, k: int = 5, thumbnails: int = 1000, limit: float | None = None) -> None:
    """Refuse pictures of which no map can be made, and with `limit` a page of more megabytes, before any is embedded.

    pictures: a source, or the path of a folder; a few of them are read.  k, thumbnails: those of `map_figure`.
    Errors: BadArgument for more than 20,000 pictures; TooLarge.

    >>> import phosphene as ph
    >>> check_map(ph.collection.sources.drawn(46), limit=16)
    """
    source = source_of(pictures)
    entries = list(islice(source.listed(), MOST + 1))
    if len(entries) > MOST:
        raise BadArgument(
            f"a map of more than {MOST:,} pictures",
            f"at most {MOST:,} expected",
            "write phosphene atlas make, or atlas.layout, which place the others by landmarks",
        )
    if limit is None:
        return
    some = entries[:: max(1, len(entries) // SAMPLE)]
    read = [_thumbnail(source, entry.name, entry.key) for entry in some]
    sample = [one for one in read if one is not None]
    plane_page.check([one.name for one in entries], k, sample, min(thumbnails, len(entries)), limit)


def _by_class(apart: Separation | None) -> tuple[Doubles, Doubles]:
    return (np.zeros(0), np.zeros(0)) if apart is None else (apart.silhouette_of, apart.accuracy_of)


def _told(apart: Separation) -> str:
    votes = f"{apart.accuracy:.1%} have the class that their {apart.k} nearest neighbours vote for"
    return f"Mean silhouette {apart.silhouette:.2f} ({apart.metric}); {votes}, both by the vectors, not by the map."


def _names(known: NDArray[np.int64], names: Sequence[str] | None) -> tuple[str, ...]:
    fit = names is not None and (not len(known) or known[-1] < len(names))
    return tuple(str(names[one]) if names is not None and fit else f"class {one}" for one in known.tolist())


def _thumbnails(embeddings: Embeddings, shown: NDArray[np.int64]) -> tuple[Bytes, NDArray[np.int64]]:
    """The pictures that are still there, and which they are."""
    source = embeddings.source
    read = (
        (one, _thumbnail(source, embeddings.names[one], embeddings.key[one].tobytes()))
        for one in (shown.tolist() if source is not None else ())
    )
    found = {
        one: pixels for one, pixels in read if pixels is not None
    }  # of one that is gone, the dot says where it stands
    pictures = np.stack(list(found.values())) if found else np.zeros((0, SIDE, SIDE, 3), np.uint8)
    return pictures, np.array(list(found), np.int64)


def _thumbnail(source: Any, name: str, key: bytes) -> Bytes | None:
    """A picture, small, or nothing where it cannot be read."""
    try:
        seen = as_seen(source, name, key, (SIDE, SIDE))
    except (Unreadable, PhospheneError):
        return None
    pixels: Bytes = (seen * 255).round().byte().movedim(0, 2).numpy()
    return pixels
