"""Commands on data sets: what units answer most in them, and maps of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import BadArgument
from .activations import Pictures
from .figures import Layers, Limit, save
from .options import (
    IconSize,
    Model,
    Ray,
    Seed,
    Seen,
    Size,
    Steps,
    StoreFolder,
    Weights,
    Workers,
    chosen,
    names_of,
    numbers_of,
    picture_of,
    source_of,
)

if TYPE_CHECKING:
    from ..collection.sources import Source
    from ..embeddings import Embeddings
    from ..models import Vision

METHODS = {"tsne": "atlas.tsne(perplexity=30)", "umap": "atlas.umap()", "pca": "atlas.pca()"}
METRICS = ("cosine", "euclidean")
FILE = 512
"""Pictures in a file of a collection: so many are looked at again after Ctrl-C, at most, by each worker."""
FIGURE = "A page (.html), a figure (.png, .svg) or the data (.npz)."


def examples(
    pictures: Pictures,
    layers: Layers,
    units: Annotated[str, typer.Option("--units", "-u", help="Units of each layer, such as 17,20.")],
    output: Annotated[Path, typer.Option("--output", "-o", help=FIGURE)] = Path("units.html"),
    collection: Annotated[
        Path, typer.Option("--collection", "-c", help="The folder for what is found; goes on where it ended.")
    ] = Path("examples"),
    count: Annotated[int, typer.Option(help="Pictures of each unit and side.")] = 9,
    lowest: Annotated[bool, typer.Option(help="Also the pictures that a unit answers least.")] = True,
    icons: Annotated[bool, typer.Option(help="Also an icon of each unit.")] = True,
    model: Model = "patterns",
    size: Size = None,
    icon: IconSize = 64,
    seen: Seen = None,
    steps: Steps = 64,
    store: StoreFolder = None,
    seed: Seed = 0,
    weights: Weights = None,
    workers: Workers = None,
    ray: Ray = None,
    limit: Limit = 16,
) -> None:
    """The pictures of a data set that units answer most, and least, beside their icons; Ctrl-C keeps what was found.

    Example: phosphene examples drawn:230 --layers block3 --units 17,20 --size 64 -o units.html

    Example: phosphene examples drawn:230 --layers block3 --units 17,20 --size 64 --no-lowest -o units.png
    """
    from .. import examples as room
    from .. import models, presets
    from ..figures.base import writable_figure
    from ..recipes.figures.units import units as known

    writable_figure(output)
    network, source = models.load(model, weights=weights), source_of(pictures)
    counts, _ = known(network, names_of(layers), None)
    shown = {name: _units(units, name, there) for name, there in counts.items()}
    with kept(collection):
        found = room.dataset_examples(
            network, source, list(shown), collection, count, size=size, per_shard=FILE, workers=workers, ray=ray
        )
    figure = room.unit_figure(
        network, found, shown, lowest=lowest, icons=icons, icon=presets.icon(icon, steps, seen), store=store,
        seed=seed, workers=workers, ray=ray,
    )  # fmt: skip
    save(figure, output, limit)


def embed(
    pictures: Pictures,
    layer: Annotated[str, typer.Option("--layer", "-l", help="A layer; names: phosphene layers MODEL.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=f"{FIGURE} map.html, but with --neighbours none.")
    ] = None,
    collection: Annotated[
        Path, typer.Option("--collection", "-c", help="The folder for the vectors; goes on where it ended.")
    ] = Path("vectors"),
    method: Annotated[str, typer.Option(help='tsne, umap or pca; or with numbers, "atlas.tsne(perplexity=10)".')] = (
        "tsne"
    ),
    neighbours: Annotated[
        str | None,
        typer.Option(metavar="PICTURE", help="Print those nearest to a picture: its name there, a file, drawn:rings."),
    ] = None,
    k: Annotated[int, typer.Option("--k", min=1, help="Neighbours that are shown, and that vote.")] = 5,
    metric: Annotated[str, typer.Option(help="cosine or euclidean.")] = "cosine",
    take: Annotated[str, typer.Option(help="Of a layer with positions: mean, max, or sampled, one of them.")] = "mean",
    thumbnails: Annotated[int, typer.Option(min=0, help="Pictures that are shown, at most.")] = 1000,
    model: Model = "patterns",
    size: Size = None,
    seed: Seed = 0,
    weights: Weights = None,
    workers: Workers = None,
    ray: Ray = None,
    limit: Limit = 16,
) -> None:
    """A map of pictures, near to each other where a layer answers them alike; Ctrl-C keeps the vectors.

    Example: phosphene embed drawn:460 --layer block4 --size 64 -o map.html

    Example: phosphene embed drawn:460 --layer block4 --size 64 --method pca -o map.png

    Example: phosphene embed drawn:460 --layer block4 --size 64 --neighbours drawn:rings
    """
    from .. import embeddings as room
    from .. import models
    from ..figures.base import writable_figure

    chosen("--metric", metric, METRICS)
    if output is None and neighbours is None:
        output = Path("map.html")
    network, source, layout = models.load(model, weights=weights), source_of(pictures), _method(method)
    if output is not None:
        page = writable_figure(output).suffix.lower() == ".html"
        room.check_map(source, k, thumbnails, limit if page else None)
    query = None if neighbours is None else _query(source, neighbours)
    with kept(collection):
        found = room.embed(
            network, layer, source, collection, take=take, size=size, per_shard=FILE, workers=workers, ray=ray
        )
    if neighbours is not None:
        print(f"nearest to {neighbours} at {layer} of {network.name}, {metric}:")
        _tell(network, found, query, k, metric)
    if output is not None:
        figure = room.map_figure(found, layout, seed, metric=metric, k=k, thumbnails=thumbnails)  # type: ignore[arg-type]
        save(figure, output, limit)


@contextmanager
def kept(collection: Path) -> Iterator[None]:
    """Ctrl-C while pictures are looked at says what is kept, and ends the command with 1."""
    try:
        yield
    except KeyboardInterrupt:
        print(f"{collection}: interrupted; the same command goes on from here", file=sys.stderr)
        raise typer.Exit(1) from None


def _units(text: str, layer: str, there: int) -> list[int]:
    """Units of a layer that has so many."""
    found = numbers_of(text, "--units") or []
    for unit in found:
        if not 0 <= unit < there:
            raise BadArgument(f"--units {unit} of {layer}", f"0 to {there - 1} expected", f"write --units {there - 1}")
    return found


def _method(text: str) -> Any:
    from ..atlas import Method
    from ..language import parse

    chosen("--method", text if "(" not in text else None, tuple(METHODS))
    method = parse(METHODS.get(text, text))
    if not isinstance(method, Method):
        raise BadArgument(f"--method {text}", "a method of layout expected", "write --method tsne")
    return method


def _query(source: Source, picture: str) -> Any:
    """A file or a drawing as numbers, or the name of one of the pictures."""
    other = picture.startswith("drawn:") or Path(picture).exists()
    return picture if not other and any(entry.name == picture for entry in source.listed()) else picture_of(picture)


def _tell(network: Vision, found: Embeddings, query: Any, k: int, metric: Any) -> None:
    """Print the pictures nearest to one of them, or to any other."""
    from .. import embeddings as room
    from ..collection import sources

    if not isinstance(query, str):
        one = sources.dataset([query], "query")
        query = room.embed(network, found.layer, one, take=found.take, size=found.size, progress=False)
    index, distance = found.neighbours(query, k, metric)
    for place, far in zip(index[0].tolist(), distance[0].tolist(), strict=True):
        label, classes = int(found.label[place]), found.classes or ()
        print(f"  {far:.4f}  {found.names[place]}" + (f"  {classes[label]}" if 0 <= label < len(classes) else ""))
