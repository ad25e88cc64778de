"""Icons of whole layers, and their contact sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import Network, Ray, Seed, StoreFolder, Weights, Workers, numbers_of
from .saving import png


def icons(
    model: Network,
    layers: Annotated[list[str], typer.Argument(help="Layers, such as block3; their names: phosphene layers MODEL.")],
    size: Annotated[int, typer.Option(help="Pixels of an icon, which the network sees at that size.")] = 64,
    steps: Annotated[int, typer.Option(help="Updates.")] = 64,
    store: StoreFolder = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The contact sheet to write, a PNG.")] = Path(
        "icons.png"
    ),
    seed: Seed = 0,
    weights: Weights = None,
    workers: Workers = None,
    ray: Ray = None,
    channels: Annotated[str | None, typer.Option(help="Some channels only, such as 0,5,9.")] = None,
) -> None:
    """Paint an icon of every channel of some layers; those that the store has are not painted again."""
    from .. import models, objectives, presets
    from ..icons import Store
    from ..models.capture import probe
    from ..render.result import columns

    target, chosen = png(output), numbers_of(channels)
    network, folder = models.load(model, weights=weights), Store(store)
    shapes = probe(network, {layer: f"icons of {layer!r}" for layer in layers}, size)
    counts = {layer: chosen or range(shapes[layer][1]) for layer in layers}
    goals = [objectives.channel(layer, channel) for layer, numbers in counts.items() for channel in numbers]
    found = folder.paint(network, goals, seed=seed, workers=workers, ray=ray, **presets.icon(size, steps))
    found.save(target, names=[str(channel) for numbers in counts.values() for channel in numbers])
    print(f"{target}: {len(found)} icons, {columns(len(found))} a row, in this order:")
    for layer, numbers in counts.items():
        print(f"  {layer}: {f'channels 0 to {len(numbers) - 1}' if chosen is None else f'channels {channels}'}")
    print(f"{found.painted} of {len(set(found.keys))} painted; all are in {folder.folder}")
