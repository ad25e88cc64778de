"""The manifest: what is in a collection, made from a listing. Nothing reads it back; it may be deleted at any time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .files import DIGEST
from .shards import Shard
from .store import Collection

NAME = "manifest.json"


def manifest(collection: Collection) -> dict[str, Any]:
    """Pictures, and for each layer its rows by state and its shards, those that are there.

    >>> import tempfile
    >>> from phosphene.collection import Definition
    >>> made = Definition({"name": "net", "weights": "ab"}, (64, 64), {"block3": (32, 8, 8)})
    >>> manifest(Collection.create(tempfile.mkdtemp(), made))["layers"]
    {'block3': {'units': 0, 'rows': 0, 'fine': 0, 'unreadable': 0, 'nonfinite': 0, 'bytes': 0, 'shards': []}}
    """
    segments = collection.segments
    return {
        "format": 1,
        "store": collection.definition.digest,
        "pictures": sum(segment.count for segment in segments),
        "segments": [{"file": segment.path.name, "pictures": segment.count} for segment in segments],
        "layers": {layer: _layer(collection.shards(layer)) for layer in collection.layers},
    }


def write_manifest(collection: Collection) -> Path:
    """Write `manifest.json`. Raises NotWritten."""
    path = collection.folder / NAME
    collection.put(path, [json.dumps(manifest(collection), indent=1).encode()])
    return path


def _layer(shards: Iterable[Shard]) -> dict[str, Any]:
    units, found, states = 0, [], [0, 0, 0]
    for shard in shards:
        units += 1
        if shard.there():
            note = shard.header().note
            states = [total + more for total, more in zip(states, note["states"], strict=True)]
            size = shard.path.stat().st_size
            found.append(
                {"k": shard.k, "file": shard.path.name, "bytes": size, "rows": shard.count, DIGEST: note[DIGEST]}
            )
    return {
        "units": units,
        "rows": sum(states),
        **dict(zip(("fine", "unreadable", "nonfinite"), states, strict=True)),
        "bytes": sum(one["bytes"] for one in found),
        "shards": found,
    }
