"""Activation atlases: `phosphene atlas make`, or collect, layout, build one after the other; open, info, verify."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import BadArgument
from .options import IconSize, Ray, Seed, Seen, Size, Steps, StoreFolder, Weights, Workers, names_of, source_of

if TYPE_CHECKING:
    pass

app = typer.Typer(no_args_is_help=True, help="Activation atlases: maps of what a network sees in many pictures.")

Pictures = Annotated[
    str, typer.Argument(help='A folder of pictures, tar shards such as "train-*.tar", or drawn:20000.')
]
Kept = Annotated[Path, typer.Argument(help="The folder of the collection.")]
Model = Annotated[str, typer.Option("--model", "-m", help="patterns (bundled), or any torchvision name.")]
Layers = Annotated[str, typer.Option("--layers", "-l", help="Layers, with commas between.")]
Folder = Annotated[
    Path, typer.Option("--collection", "-c", help="The folder for the collection; goes on where it ended.")
]
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
    model: Model = "patterns",
    collection: Folder = Path("collection"),
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
def collect(
    pictures: Pictures,
    collection: Kept,
    layers: Layers,
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
    """Open an atlas in the browser."""
    page = atlas / "index.html" if atlas.is_dir() else atlas
    if not page.is_file():
        raise BadArgument(f"{str(atlas)!r}, where no page is", "what build or make wrote expected", "write atlas/")
    typer.launch(page.resolve().as_uri())


@app.command()
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


@app.command()
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
