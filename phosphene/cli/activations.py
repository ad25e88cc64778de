"""Collections of activations: `phosphene atlas collect`, what is in one, and whether it is whole."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from .options import Model, Ray, Seed, Size, Weights, Workers, names_of, source_of

Pictures = Annotated[
    str, typer.Argument(help='A folder of pictures, tar shards such as "train-*.tar", or drawn:20000.')
]
Kept = Annotated[Path, typer.Argument(help="The folder of the collection.")]
Layers = Annotated[str, typer.Option("--layers", "-l", help="Layers, with commas between.")]
Begun = Annotated[Path, typer.Argument(help="The folder for the collection; goes on where it ended.")]


def collect(
    pictures: Pictures,
    layers: Layers,
    collection: Begun = Path("collection"),
    model: Model = "patterns",
    size: Size = None,
    attribution: Annotated[int, typer.Option(help="Classes kept of each position; 0: none, -1: all.")] = 16,
    dtype: Annotated[str, typer.Option(help="float16 or float32.")] = "float16",
    batch: Annotated[int, typer.Option(help="Pictures in a pass; part of what the collection is.")] = 8,
    threads: Annotated[int, typer.Option(help="Threads of a pass; part of what the collection is.")] = 1,
    per_shard: Annotated[int, typer.Option(help="Pictures in a file.")] = 2048,
    seed: Seed = 0,
    weights: Weights = None,
    workers: Workers = None,
    ray: Ray = None,
) -> None:
    """Look at pictures, and keep one position of each at every layer; goes on where an earlier call ended."""
    from .. import collection as room
    from .. import models

    made = room.collect(
        models.load(model, weights=weights), source_of(pictures), names_of(layers), collection, size=size, seed=seed,
        attribution=attribution, dtype=dtype, batch=batch, threads=threads, per_shard=per_shard, workers=workers, ray=ray,
    )  # fmt: skip
    print(f"{made.folder}: {room.report(made)}")


def info(collection: Kept) -> None:
    """What is in a collection."""
    from ..collection import Collection, manifest, report

    made = Collection(collection)
    about, found = made.definition, manifest(made)
    print(f"{made.folder}: {report(made)}")
    print(
        f"  network {about.model['name']} (weights {about.model['weights'][:12]}), pictures of {about.size}, seed {about.seed}"
    )
    print(f"  {about.dtype}, top {about.kept} of {about.classes} classes, batch {about.batch}, threads {about.threads}")
    for layer, one in found["layers"].items():
        shape = " x ".join(map(str, about.layers[layer]))
        print(f"  {layer} ({shape}): {len(one['shards'])} of {one['units']} files, {one['bytes'] / 1e6:.1f} MB")


def verify(collection: Kept) -> None:
    """Read every byte of a collection; exit status 1 where something is wrong, with how to mend it."""
    from ..collection import Collection
    from ..collection import verify as check

    problems = check(Collection(collection))
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        raise typer.Exit(1)
    print(f"{collection}: every byte is right")
