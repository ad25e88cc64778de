"""Pictures through a network into vectors, by way of the shards of a collection."""

from __future__ import annotations

import os
import tempfile
from contextlib import nullcontext
from typing import Any

import numpy as np

from ..collection import Collection, Rows, collect
from ..collection.collect import source_of
from ..collection.sources import Source
from ..errors import BadArgument
from ..models import as_vision
from ..values import check_choice
from .result import Embeddings


def embed(
    model: Any,
    layer: str,
    images: Any,
    store: str | os.PathLike[str] | None = None,
    *,
    take: str = "mean",
    size: int | tuple[int, int] | None = None,
    batch: int = 8,
    threads: int = 1,
    per_shard: int = 2048,
    workers: int | None = None,
    ray: str | None = None,
    progress: bool = True,
) -> Embeddings:
    """Pictures as the vectors that a layer gives them.

    images: a source of `collection.sources`, or the path of a folder.  store: the folder of a collection, where the vectors
    are kept: the same call goes on where it was ended, and adds new pictures; none where not given.  take: what of a layer
    with positions: the "mean" over them, the "max" of each channel, or the activation "sampled" at one of them.  The others
    as in `collect`. While pictures are looked at memory does not grow with their number; the result has 4 bytes a number.
    Pictures that cannot be read, or give NaN or infinity, are left out, with a warning. Errors: those of `collect`.

    >>> import phosphene as ph
    >>> found = embed(ph.models.load("patterns"), "block4", ph.collection.sources.drawn(46), size=64, progress=False)
    >>> found, found.neighbours([0], 3)[0].shape
    (Embeddings(46 pictures at 'block4' of patterns, 128 numbers each), (1, 3))
    """
    check_choice("embed", "take", take, ("mean", "max", "sampled"))
    if not isinstance(layer, str):
        raise BadArgument(f"layer {layer!r}"[:200], "the name of one layer expected", "embed each layer by itself")
    vision, source = as_vision(model), source_of(images)
    with tempfile.TemporaryDirectory() if store is None else nullcontext(store) as folder:
        made = collect(
            vision, source, layer, folder, size=size, attribution=0, dtype="float32", batch=batch, threads=threads,
            per_shard=per_shard, take=take, workers=workers, ray=ray, progress=progress,
        )  # fmt: skip
        return embeddings_of(made, layer, source)


def embeddings_of(collection: Collection, layer: str, source: Source | None = None) -> Embeddings:
    """The vectors of a collection's layer, of all pictures that are fine; of any collection, whatever it was made for.

    source: the pictures it was made of, for figures.  Errors: UnknownLayer; BadArgument where no picture is fine; BadShard.
    """
    parts = [rows.fine() for rows in collection.rows(layer)]
    found = Rows.join(parts) if parts else None
    if found is None or not len(found):
        raise BadArgument(
            f"the collection {str(collection.folder)!r}, in which no picture is fine at {layer!r}",
            "one or more expected",
            "collect pictures first",
        )
    names, definition = collection.names(), collection.definition
    return Embeddings(
        found.activation.astype(np.float32),
        found.label.astype(np.int64),
        tuple(names[place] for place in found.image.tolist()),
        found.key,
        str(definition.model["name"]),
        layer,
        definition.take,
        definition.size,
        definition.labels,
        source,
    )
