"""Activation atlases: `phosphene atlas make`, or collect, layout, build one after the other; open, info, verify."""

from __future__ import annotations

import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import BadArgument
from .activations import Begun, Kept, Layers, Pictures, collect, info, verify
from .options import IconSize, Model, Ray, Seed, Seen, Size, Steps, StoreFolder, Weights, Workers, names_of, source_of

app = typer.Typer(no_args_is_help=True, help="Activation atlases: maps of what a network sees in many pictures.")

Output = Annotated[
    Path, typer.Option("--output", "-o", help="A folder, a page (.html), a figure (.png, .svg), or .npz.")
]
Method = Annotated[str, typer.Option(help="How activations are laid out: atlas.umap(...), atlas.pca().")]
Sides = Annotated[str, typer.Option(help="Cells a side of each grid, from coarse to fine.")]
Least = Annotated[int, typer.Option(help="Pictures that a cell needs.")]
Whiten = Annotated[float, typer.Option(help="Strength of the whitening's regularization; 1: hardly any whitening.")]
Power = Annotated[float, typer.Option(help="Of the cosine in the icons' objective.")]
Shown = Annotated[str | None, typer.Option("--pictures", help="Where the pictures are, for examples in the cells.")]
UMAP = "atlas.umap()"


@app.command()
def make(
    pictures: Pictures,
    layers: Layers,
    collection: Begun = Path("collection"),
    model: Model = "patterns",
    output: Output = Path("atlas"),
    method: Method = UMAP,
    sides: Sides = "10,20",
    least: Least = 8,
    whiten: Whiten = 0.3,
    power: Power = 2,
    size: Size = None,
    icon: IconSize = 64,
    seen: Seen = None,
    steps: Steps = 64,
    store: StoreFolder = None,
    seed: Seed = 0,
    weights: Weights = None,
    workers: Workers = None,
    ray: Ray = None,
) -> None:
    """Collect, lay out, paint and write an atlas, in one go; what was done by an earlier call is not done again."""
    from .. import models, recipes

    _ready(output)
    network, source = models.load(model, weights=weights), source_of(pictures)
    look = _look(sides, least, whiten, power, icon, seen, steps, store, seed, workers, ray)
    figure = recipes.atlas(network, source, names_of(layers), collection, method=_method(method), size=size, **look)
    _write(figure, output)


@app.command()
def layout(collection: Kept, layers: Layers = "", method: Method = UMAP, seed: Seed = 0) -> None:
    """Lay out the layers of a collection, all of them where none is named."""
    from ..atlas import kept_layout
    from ..collection import Collection

    made = Collection(collection)
    for layer in names_of(layers) or list(made.layers):
        found = kept_layout(made, layer, _method(method), seed)
        left = ", ".join(f"{count} {reason}" for reason, count in found.outliers.items() if count) or "none"
        print(f"{layer}: {len(found.image)} pictures by {found.made['method']}; outliers: {left}")


@app.command()
def build(
    collection: Kept,
    layers: Layers = "",
    model: Model = "patterns",
    output: Output = Path("atlas"),
    method: Method = UMAP,
    pictures: Shown = None,
    sides: Sides = "10,20",
    least: Least = 8,
    whiten: Whiten = 0.3,
    power: Power = 2,
    icon: IconSize = 64,
    seen: Seen = None,
    steps: Steps = 64,
    store: StoreFolder = None,
    seed: Seed = 0,
    weights: Weights = None,
    workers: Workers = None,
    ray: Ray = None,
) -> None:
    """Paint the cells of a collection's layers and write the atlas."""
    from .. import models, recipes
    from ..atlas import kept_layout
    from ..collection import Collection

    _ready(output)
    made, network = Collection(collection), models.load(model, weights=weights)
    source = None if pictures is None else source_of(pictures)
    look = _look(sides, least, whiten, power, icon, seen, steps, store, seed, workers, ray)
    layouts = {layer: kept_layout(made, layer, _method(method), seed) for layer in names_of(layers) or made.layers}
    _write(recipes.atlas_of(network, made, layouts, source=source, **look), output)


@app.command("open")
def show(atlas: Annotated[Path, typer.Argument(help="An atlas: its folder, or its page.")]) -> None:
    """Open an atlas in the browser; where there is none, say where the page is."""
    page = atlas / "index.html" if atlas.is_dir() else atlas
    if not page.is_file():
        raise BadArgument(f"{str(atlas)!r}, where no page is", "what build or make wrote expected", "write atlas/")
    page = page.resolve()
    try:
        opened = webbrowser.open(page.as_uri())
    except webbrowser.Error:
        opened = False
    print(page if opened else f"no browser found on this machine; open this file in one: {page}")


for command in (collect, info, verify):
    app.command()(command)


def _method(text: str) -> Any:
    from ..atlas import Method
    from ..language import parse

    method = parse(text)
    if not isinstance(method, Method):
        raise BadArgument(f"--method {text}", "a method of layout expected", f'write --method "{UMAP}"')
    return method


def _look(
    sides: str, least: int, whiten: float, power: float, icon: int, seen: int | None, steps: int, store: Path | None,
    seed: int, workers: int | None, ray: str | None,
) -> Mapping[str, Any]:  # fmt: skip
    """The arguments that `make` and `build` share."""
    from .. import presets

    try:
        cells = tuple(int(side) for side in sides.split(","))
    except ValueError:
        raise BadArgument(f"--sides {sides}", "numbers with commas between them expected", "write 10,20") from None
    how = {"icon": presets.icon(icon, steps, seen), "store": store, "seed": seed, "workers": workers, "ray": ray}
    return {"sides": cells, "least": least, "whiten": whiten, "power": power, **how}


def _ready(output: Path) -> None:
    """Refuse what cannot be written, before the work."""
    from ..figures.base import writable_figure
    from ..html.atlas.folder import OURS
    from ..html.folders import older

    if output.suffix:
        writable_figure(output)
    else:
        older(output, OURS, "an atlas")


def _write(figure: Any, output: Path) -> None:
    path = figure.save(output)
    for layer in figure.layers:
        print(f"{layer.name}: {figure.made[layer.name]}")
    cells = sum(len(level.cell) for layer in figure.layers for level in layer.levels)
    print(f"{figure.title}, {cells} cells: {path}")
