"""Commands that paint what a layer keeps of a picture: invert, caricature."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import BadArgument
from .options import Checkpoint, Model, Output, Seed, Shown, Weights, names_of, picture_of, pixels
from .saving import png, save

Size = Annotated[
    int | None, typer.Option(help="Pixels of the painted picture; the network's own where not given.", callback=pixels)
]


def invert(
    picture: Shown,
    layer: Annotated[str, typer.Option("--layer", "-l", help="A layer; several with commas between make a table.")],
    model: Model = "patterns",
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The PNG to write; of several layers also .html, .svg or .npz.")
    ] = Path("inversion.png"),
    variation: Annotated[
        float | None, typer.Option(help="Weight of the total variation; by depth where not given.")
    ] = None,
    size: Size = None,
    steps: Annotated[int, typer.Option(help="Updates.")] = 400,
    batch: Annotated[int, typer.Option(help="Reconstructions, each from noise of its own.")] = 4,
    seed: Seed = 0,
    weights: Weights = None,
    checkpoint: Checkpoint = None,
) -> None:
    """Paint pictures that a layer cannot tell from a given one (Mahendran and Vedaldi 2015).

    Example: phosphene invert drawn:spiral --layer block3 -o spiral.png
    """
    from .. import models, recipes
    from ..figures.base import writable_figure

    names = names_of(layer)
    asked: dict[str, Any] = {"variation": variation, "size": size, "steps": steps, "batch": batch, "seed": seed}
    network, shown = models.load(model, weights=weights), picture_of(picture)
    if len(names) == 1:
        png(output, picture)
        save(recipes.invert(network, shown, names[0], checkpoint=checkpoint, **asked), output)
        return
    if checkpoint is not None:
        raise BadArgument("--checkpoint with several layers", "one layer expected", f"write --layer {names[0]}")
    writable_figure(output)
    try:
        table = recipes.inversions(network, shown, names, **asked)
    except KeyboardInterrupt:
        print(f"interrupted: without all its pictures {output} is not written", file=sys.stderr)
        raise typer.Exit(1) from None
    print(f"{table.save(output)}: {table.title}")


def caricature(
    picture: Shown,
    layer: Annotated[str, typer.Option("--layer", "-l", help="The layer that looks.")],
    model: Model = "patterns",
    output: Output = Path("caricature.png"),
    toward: Annotated[
        str | None, typer.Option(help="Start from the picture and raise this in it, such as \"logit('hearts')\".")
    ] = None,
    weight: Annotated[float, typer.Option(help="With --toward: how much the picture stays near to itself.")] = 1,
    power: Annotated[float, typer.Option(help="Of the cosine; 0 exaggerates most.")] = 1,
    size: Size = None,
    steps: Annotated[int, typer.Option(help="Updates.")] = 256,
    seed: Seed = 0,
    weights: Weights = None,
    checkpoint: Checkpoint = None,
) -> None:
    """Paint what a layer sees in a picture, exaggerated; or raise an objective in it (feature accentuation).

    Example: phosphene caricature drawn:hexagons --layer block3 -o caricature.png

    Example: phosphene caricature drawn:hexagons --layer block1 --toward "logit('hearts') - 5*tv()" -o hearts.png
    """
    from .. import models, recipes

    png(output, picture)
    network, shown = models.load(model, weights=weights), picture_of(picture)
    asked: dict[str, Any] = {"size": size, "steps": steps, "seed": seed, "checkpoint": checkpoint}
    if toward is None:
        save(recipes.caricature(network, shown, layer, power=power, **asked), output)
    else:
        save(recipes.accentuate(network, shown, toward, near=layer, weight=weight, **asked), output)
