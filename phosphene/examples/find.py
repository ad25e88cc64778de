"""Looking for the examples of all units of some layers, in one pass over the pictures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ..collection import Collection, collect
from ..collection.collect import source_of
from ..collection.extremes import Extremes
from ..collection.sources import Source
from ..errors import BadArgument
from ..models import Vision, as_vision
from ..models.fields import receptive_fields
from ..values import check_integer
from .result import Examples


def dataset_examples(
    model: Any,
    pictures: Any,
    layers: str | Sequence[str],
    folder: str | os.PathLike[str],
    count: int = 9,
    *,
    size: int | tuple[int, int] | None = None,
    batch: int = 8,
    threads: int = 1,
    per_shard: int = 2048,
    workers: int | None = None,
    ray: str | None = None,
    progress: bool = True,
) -> Examples:
    """The pictures that each unit of some layers answers most, and least, at any position; all layers in one pass.

    pictures: a source of `collection.sources`, or the path of a folder.  folder: of a collection, where what is done is kept:
    the same call goes on where it was ended, with the same result.  count: pictures for each unit and side.  The others as
    in `collect`.  Memory does not grow with the number of pictures. The least activation of a layer behind a ReLU is 0 nearly
    everywhere: negative examples are of layers in front of it.

    Of equal activations the earlier picture of the list comes first, so that neither batch nor workers choose; a picture
    counts once for a unit. Pictures that cannot be read, or give NaN or infinity anywhere in a layer, are left out, with a
    warning. Errors: those of `collect`; BadArgument.

    >>> import tempfile, phosphene as ph
    >>> drawn = ph.collection.sources.drawn(12)
    >>> found = dataset_examples(ph.models.load("patterns"), drawn, ["block1"], tempfile.mkdtemp(), 3, size=64, progress=False)
    >>> found, found.layers["block1"].value.shape, found.crops("block1", 5).pictures.shape
    (Examples('block1': 32 units; of 12 pictures), (2, 32, 3), torch.Size([3, 3, 13, 13]))
    """
    check_integer("dataset_examples", "count", count, 1, 1024)
    vision, source = as_vision(model), source_of(pictures)
    made = collect(
        vision, source, layers, folder, size=size, attribution=0, dtype="float32", batch=batch, threads=threads,
        per_shard=per_shard, examples=count, workers=workers, ray=ray, progress=progress,
    )  # fmt: skip
    return examples_of(vision, made, source)


def examples_of(model: Any, collection: Collection, source: Source | None = None, count: int | None = None) -> Examples:
    """The examples of a collection that was made with `examples=`.

    model: the network of the collection.  source: the pictures it was made of, for crops.  count: of each unit, all that
    are kept where not given.  Errors: BadArgument for a collection without examples, with fewer, of another network, or not
    finished; BadShard.
    """
    vision = as_vision(model)
    _check(vision, collection)
    kept = collection.definition.examples
    if count is not None:
        check_integer("examples_of", "count", count, 1, kept)
    found = {name: _first(collection.extremes(name), count or kept) for name in collection.layers}
    fields = receptive_fields(vision, collection.layers, collection.definition.size)
    return Examples(vision.name, collection.count, found, fields, collection, source)


def _first(found: Extremes, count: int) -> Extremes:
    return Extremes(found.value[:, :, :count], found.image[:, :, :count], found.yx[:, :, :count])


def _check(vision: Vision, collection: Any) -> None:
    if not isinstance(collection, Collection):
        raise BadArgument(
            f"{type(collection).__name__} as a collection",
            "a collection expected",
            "write collection.Collection('folder')",
        )
    if not collection.definition.examples:
        raise BadArgument(
            f"the collection {str(collection.folder)!r}, which keeps no examples",
            "one that was made with examples= expected",
            "write collect(..., examples=9) into a new folder",
        )
    known = collection.definition.model
    if (known["weights"], *known["mean"], *known["std"]) != (vision.digest(), *vision.mean, *vision.std):
        raise BadArgument(
            f"{vision.name}, and a collection of {known['name']} with other weights",
            "the network of the collection expected",
            "load its weights, or collect anew",
        )
    if waiting := len(collection.missing()):
        raise BadArgument(
            f"a collection of which {waiting} units are not done",
            "all pictures of its list expected",
            "call collect again with the same arguments: it does what is missing",
        )
