"""The channels that a figure of whole layers shows, and the pictures of a collection that they answered most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...collection import Collection
from ...collection.sources import Source
from ...collection.strongest import strongest
from ...errors import BadArgument
from ...figures.base import Floats, Numbers
from ...models import Vision, distinct, probe
from ...values import check_integer


def units(vision: Vision, layers: Any, channels: Any) -> tuple[dict[str, int], dict[str, Numbers]]:
    """By layer, how many channels it has, and the numbers of those that are shown, ascending.

    Errors: UnknownLayer; BadArgument for layers without channels, a channel that one of them does not have.
    """
    if len(vision.mean) != 3:
        raise BadArgument(
            f"{vision.name}, a network of {len(vision.mean)}-channel pictures",
            "a network of RGB pictures expected",
            "use Store.paint",
        )
    given = distinct(vision) if layers is None else [layers] if isinstance(layers, str) else layers
    names = list(given) if isinstance(given, (list, tuple)) else []
    if not names or not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        raise BadArgument(f"layers {layers!r}"[:300], "one layer or several, each once", 'write ["block3", "block4"]')
    shapes = probe(vision, {name: f"sprites of {name!r}" for name in names})
    counts = {name: int(shape[1]) for name, shape in shapes.items()}
    return counts, {name: _chosen(name, count, channels) for name, count in counts.items()}


def _chosen(name: str, count: int, channels: Sequence[int] | None) -> Numbers:
    if channels is None:
        return np.arange(count)
    if isinstance(channels, str) or not isinstance(channels, Sequence) or not channels:
        raise BadArgument(f"channels {channels!r}"[:200], "some numbers expected", "write channels=[0, 5]")
    wrong = next((one for one in channels if type(one) is not int or not 0 <= one < count), 0)
    check_integer(f"layer {name!r}", "channel", wrong, 0, count - 1)
    return np.unique(np.array(channels, np.int64))


def answers(
    vision: Vision, collection: Any, source: Any, shown: Mapping[str, Numbers], count: int
) -> dict[str, tuple[Numbers, Floats]]:
    """By layer, pictures (N, count) of the collection and the activations of the N channels shown; (N, 0) without one.

    Errors: BadArgument for a collection of another network or of none of the layers, or without the pictures it was made of.
    """
    empty = {
        name: (np.zeros((len(some), 0), np.int64), np.zeros((len(some), 0), np.float32)) for name, some in shown.items()
    }
    if collection is None and source is None:
        return empty
    _check(vision, collection, source, shown)
    check_integer("sprites", "examples", count, 1)
    known = [name for name in shown if name in collection.layers]
    return {**empty, **{name: _strongest(collection, name, shown[name], count) for name in known}}


def _strongest(collection: Collection, name: str, some: Numbers, count: int) -> tuple[Numbers, Floats]:
    parts = (replace(part, activation=part.activation[:, some]) for part in collection.rows(name))
    return strongest(parts, len(some), count)


def _check(vision: Vision, collection: Any, source: Any, shown: Mapping[str, Numbers]) -> None:
    if not isinstance(collection, Collection) or not isinstance(source, Source):
        raise BadArgument(
            f"sprites(collection={collection!r}, source={source!r})"[:300],
            "a collection together with the pictures that it was made of expected",
            'write collection=Collection("folder"), source=sources.folder("pictures"), or neither',
        )
    if collection.definition.model["weights"] != vision.digest():
        raise BadArgument(
            f"the collection {str(collection.folder)!r} of {collection.definition.model['name']} "
            f"(weights {collection.definition.model['weights'][:12]})",
            f"one of {vision.name} (weights {vision.digest()[:12]}) expected",
            "give the network that it was collected with, or collect anew",
        )
    if not set(shown) & set(collection.layers):
        raise BadArgument(
            f"the collection {str(collection.folder)!r} of {', '.join(collection.layers)}"[:300],
            f"activations of {', '.join(shown)} expected"[:300],
            f"write layers={list(collection.layers)!r}, or collect anew"[:300],
        )


def met(images: Iterable[Numbers]) -> Numbers:
    """The places (n,) in lists of places, each once, in the order in which they are met; those below 0 are none."""
    flat = np.concatenate([np.zeros(0, np.int64), *(image.ravel() for image in images)])
    found, first = np.unique(flat[flat >= 0], return_index=True)
    return found[np.argsort(first)]


def ranked(image: Numbers, order: Numbers) -> Numbers:
    """Where places stand in `order`; -1 for those below 0.

    >>> ranked(np.array([[7, 3], [3, -1]]), np.array([7, 3])).tolist()
    [[0, 1], [1, -1]]
    """
    rank = np.full(image.max(initial=-1) + 2, -1)  # the last one for -1
    rank[order[order < len(rank) - 1]] = np.flatnonzero(order < len(rank) - 1)
    return rank[image]
