"""Small pictures of what an atlas was made of."""

from __future__ import annotations

import numpy as np

from ...collection import Collection
from ...collection.sources import Source, Unreadable
from ...errors import BadArgument, BadPicture
from ...figures.base import Bytes, Numbers
from ...param.picture import covering
from ..given.observation import as_bytes

SIDE = 48
"""Pixels of a thumbnail."""


def thumbnails(source: Source | None, collection: Collection, places: Numbers) -> tuple[Bytes, tuple[str, ...]]:
    """Pictures (n, 48, 48, 3) at places of a collection's list, and their names; none without a source.

    Those that are gone since are grey.  Errors: BadArgument where all of them are.
    """
    if source is None or not len(places):
        return np.zeros((0, SIDE, SIDE, 3), np.uint8), ()
    names = [collection.names(place, place + 1)[0] for place in places.tolist()]
    keys = [collection.keys(place, place + 1)[0].tobytes() for place in places.tolist()]
    made = [_small(source, name, key) for name, key in zip(names, keys, strict=True)]
    there = [one for one in made if one is not None]
    if not there:
        raise BadArgument(
            f"{source!r}, which has none of the {len(names)} pictures that would be shown"[:300],
            "the pictures that were collected expected",
            "give their source, or none",
        )
    gone = np.full_like(there[0], 128)
    return np.concatenate([gone if one is None else one for one in made]), tuple(names)


def _small(source: Source, name: str, key: bytes) -> Bytes | None:
    """One thumbnail; None for a picture that is not there any more."""
    try:
        return as_bytes(covering(source.read(name, key, (SIDE, SIDE))[None], (SIDE, SIDE)))
    except (Unreadable, BadPicture):
        return None
