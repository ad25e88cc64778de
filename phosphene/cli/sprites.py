"""Every unit of a network: icons of whole layers, and a page to browse them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import Network, Ray, Seed, Seen, Steps, StoreFolder, Weights, Workers, names_of, numbers_of, source_of


def sprites(
    model: Network,
    layers: Annotated[
        str | None, typer.Option("--layers", "-l", help="Layers, with commas between; all where not given.")
    ] = None,
    channels: Annotated[str | None, typer.Option(help="Some channels only, such as 0,5,9.")] = None,
    collection: Annotated[
        Path | None,
        typer.Option("--collection", "-c", help="Activations of the network, for examples of each channel."),
    ] = None,
    pictures: Annotated[
        str | None, typer.Option(help='Where the collected pictures are: a folder, tars such as "*.tar", drawn:20000.')
    ] = None,
    examples: Annotated[int, typer.Option(help="Examples of each channel.")] = 9,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="A folder, a page (.html), a sheet (.png, .svg), or the data (.npz).")
    ] = Path("sprites"),
    size: Annotated[int, typer.Option(help="Pixels of an icon.")] = 64,
    seen: Seen = None,
    steps: Steps = 64,
    store: StoreFolder = None,
    seed: Seed = 0,
    weights: Weights = None,
    workers: Workers = None,
    ray: Ray = None,
    limit: Annotated[float, typer.Option(help="Megabytes that a page may have.")] = 16,
) -> None:
    """Paint every channel of layers, and make a page to browse them; goes on where an earlier call ended."""
    from .. import models, presets, recipes
    from ..collection import Collection
    from ..figures.sprites import writable_sprites

    writable_sprites(output)
    figure = recipes.sprites(
        models.load(model, weights=weights),
        None if layers is None else names_of(layers),
        channels=numbers_of(channels),
        collection=None if collection is None else Collection(collection),
        source=None if pictures is None else source_of(pictures),
        examples=examples,
        icon=presets.icon(size, steps, seen),
        store=store,
        seed=seed,
        workers=workers,
        ray=ray,
    )
    print(f"{figure.save(output, limit)}: {figure.title}, {len(figure.layers)} layers")
