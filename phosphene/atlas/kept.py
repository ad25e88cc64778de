"""Layouts kept in the folder of their collection, so that none is made twice."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..collection.shards import room
from ..collection.store import Collection
from ..errors import BadArgument, PhospheneError
from .census import Doubles
from .layout import USUAL, Layout, layout
from .methods import Method

FOLDER = "layouts"


class NotKept(UserWarning):
    """A layout that could not be written into its collection: it is made again next time."""


def kept_layout(
    collection: Collection,
    layer: str,
    method: Callable[[Doubles, int], Doubles] = USUAL,
    seed: int = 0,
    landmarks: int = 20000,
    components: int = 50,
) -> Layout:
    """The layout of a layer of a collection, from its folder where an earlier call left it there.

    The arguments are those of `layout`; a method that is a function of your own is called each time. Where the folder
    cannot be written, the layout is returned all the same, with the warning NotKept. Errors: those of `layout`; BadArgument
    for what is no collection, and for one that is not finished.

    >>> import tempfile, phosphene as ph
    >>> from phosphene import atlas, collection
    >>> net, drawn = ph.models.load("patterns"), collection.sources.drawn(20)
    >>> made = collection.collect(net, drawn, "block4", tempfile.mkdtemp(), progress=False)
    >>> kept_layout(made, "block4", atlas.pca()).place.shape
    (20, 2)
    """
    _check(collection)
    if waiting := len(collection.missing()):
        raise BadArgument(
            f"a collection of which {waiting} units are not done",
            "all pictures of its list expected",
            "call collect again with the same arguments: it does what is missing",
        )

    def made() -> Layout:
        return layout(lambda: collection.rows(layer), method, seed, landmarks, components)

    if not isinstance(method, Method):
        return made()
    path = _path(collection, layer, [repr(method), method.versions(), seed, landmarks, components])
    if path.exists():
        with suppress(BadArgument):  # a damaged one is made again
            return Layout.load(path)
    found = made()
    try:
        path.parent.mkdir(exist_ok=True)
        found.save(path)
    except (OSError, PhospheneError) as problem:
        warnings.warn(
            f"the layout of {layer!r} is not kept in {str(collection.folder)!r} ({_why(problem)}) and is made again at the "
            "next call; keep it yourself by layout.save('layout.safetensors')",
            NotKept,
            stacklevel=2,
        )
    return found


def _check(collection: Any) -> None:
    if isinstance(collection, (str, Path)):
        name = f"collection.Collection({str(collection)!r})"
        raise BadArgument(f"the path {str(collection)!r}", "an opened collection expected", f"write {name}")
    if not isinstance(collection, Collection):
        raise BadArgument(
            f"{type(collection).__name__} as a collection",
            "a collection expected",
            "write collection.Collection('folder')",
        )


def _why(problem: Exception) -> str:
    return problem.given if isinstance(problem, PhospheneError) else str(problem)


def _path(collection: Collection, layer: str, how: list[object]) -> Path:
    what = [collection.definition.digest, [segment.digest for segment in collection.segments], layer, *how]
    name = hashlib.blake2b(json.dumps(what, sort_keys=True).encode(), digest_size=8).hexdigest()
    return collection.folder / FOLDER / f"{room(layer)}-{name}.safetensors"
