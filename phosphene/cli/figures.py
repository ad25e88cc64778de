"""Commands that look at pictures and make figures: dictionary, grid, groups, influences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import BadArgument
from .options import IconSize, Model, Seed, Seen, Size, Steps, StoreFolder, Weights, names_of

Pictures = Annotated[list[Path], typer.Argument(help="One picture or several.")]
Layers = Annotated[
    str, typer.Option("--layers", "-l", help="Layers, with commas between; names: phosphene layers MODEL.")
]
Output = Annotated[
    Path, typer.Option("--output", "-o", help="A page (.html), a figure (.png, .svg) or the data (.npz).")
]
Toward = Annotated[str | None, typer.Option(help="An objective to attribute to, such as \"logit('dots')\".")]
Top = Annotated[int, typer.Option(help="How many channels.")]
Limit = Annotated[float, typer.Option(help="Megabytes that a page may have.")]


def dictionary(
    pictures: Pictures,
    layers: Layers,
    model: Model = "patterns",
    output: Output = Path("dictionary.html"),
    top: Top = 5,
    toward: Toward = None,
    at: Annotated[str | None, typer.Option(help='Places in pixels, down then right, such as "48,20 80,100".')] = None,
    size: Size = None,
    icon: IconSize = 64,
    seen: Seen = None,
    steps: Steps = 64,
    store: StoreFolder = None,
    seed: Seed = 0,
    weights: Weights = None,
    limit: Limit = 16,
) -> None:
    """What the network sees at each place of a picture: its strongest channels, each with its icon."""
    from .. import presets, recipes

    shared = _shared(model, weights, layers, output, pictures, size, presets.icon(icon, steps, seen), store, seed)
    save(recipes.dictionary(**shared, top=top, toward=toward, at=_places(at)), output, limit)


def grid(
    pictures: Pictures,
    layers: Layers,
    model: Model = "patterns",
    output: Output = Path("grid.html"),
    whiten: Annotated[bool, typer.Option(help="Take away what all activations share.")] = False,
    joint: Annotated[
        int | None, typer.Option(help="Paint all places as one picture, too, with so many pixels each.")
    ] = None,
    size: Size = None,
    icon: IconSize = 64,
    seen: Seen = None,
    steps: Steps = 64,
    store: StoreFolder = None,
    seed: Seed = 0,
    weights: Weights = None,
    limit: Limit = 16,
) -> None:
    """An icon for the activation at each place of a picture, its area for the length of the activation."""
    from .. import presets, recipes

    shared = _shared(model, weights, layers, output, pictures, size, presets.icon(icon, steps, seen), store, seed)
    save(recipes.grid(**shared, whiten=whiten, joint=joint), output, limit)


def groups(
    pictures: Pictures,
    layers: Layers,
    model: Model = "patterns",
    output: Output = Path("groups.html"),
    count: Annotated[int | None, typer.Option(help="How many groups; chosen where not given.")] = None,
    toward: Toward = None,
    size: Size = None,
    icon: IconSize = 64,
    seen: Seen = None,
    steps: Steps = 64,
    store: StoreFolder = None,
    seed: Seed = 0,
    weights: Weights = None,
    limit: Limit = 16,
) -> None:
    """Groups of channels that answer together, each with its color, map and icon."""
    from .. import presets, recipes

    shared = _shared(model, weights, layers, output, pictures, size, presets.icon(icon, steps, seen), store, seed)
    save(recipes.groups(**shared, count=count, toward=toward), output, limit)


def influences(
    pictures: Pictures,
    layers: Layers,
    toward: Annotated[str, typer.Option(help="The objective, such as \"logit('dots')\".")],
    model: Model = "patterns",
    output: Output = Path("influences.html"),
    method: Annotated[str, typer.Option(help="gradient_times_activation, or integrated_gradients.")] = (
        "gradient_times_activation"
    ),
    top: Top = 5,
    size: Size = None,
    icon: IconSize = 64,
    seen: Seen = None,
    steps: Steps = 64,
    store: StoreFolder = None,
    seed: Seed = 0,
    weights: Weights = None,
    limit: Limit = 16,
) -> None:
    """What each place and channel adds to an objective, and the places of a layer to those of the next."""
    from .. import presets, recipes

    shared = _shared(model, weights, layers, output, pictures, size, presets.icon(icon, steps, seen), store, seed)
    save(recipes.influences(**shared, toward=toward, method=_method(method), top=top), output, limit)


def _shared(
    model: str,
    weights: str | None,
    layers: str,
    output: Path,
    pictures: list[Path],
    size: int | None,
    icon: Mapping[str, Any],
    store: Path | None,
    seed: int,
) -> dict[str, Any]:
    """The arguments that all recipes have; what is wrong with the output is said before anything is painted."""
    from .. import models
    from ..figures.base import writable_figure

    writable_figure(output)
    if output.resolve() in [one.resolve() for one in pictures]:
        raise BadArgument(
            f"-o {output}, which is a picture to look at",
            "another file expected",
            f"write -o {output.stem}-figure{output.suffix}",
        )
    return {
        "model": models.load(model, weights=weights),
        "pictures": pictures,
        "layers": names_of(layers),
        "size": size,
        "icon": icon,
        "store": store,
        "seed": seed,
    }


def _method(name: str) -> Any:
    """A method by its word, or its text."""
    from ..language import parse

    return parse(name if "(" in name else f"attribution.{name}()")


def _places(at: str | None) -> list[tuple[int, int]]:
    """Places from "48,20 80,100"."""
    found = [re.fullmatch(r"(-?\d+),(-?\d+)", one) for one in (at or "").split()]
    if None in found:
        raise BadArgument(f"--at {at!r}", "pairs of pixels, down then right, expected", 'write --at "48,20 80,100"')
    return [(int(one[1]), int(one[2])) for one in found if one]


def save(figure: Any, output: Path, limit: float) -> None:
    """Write a figure, and print what and how large it is."""
    path = figure.save(output, limit)
    size = path.stat().st_size
    print(
        f"{path}: {figure.title} ({size / 1e6:.1f} MB)"
        if size >= 1e5
        else f"{path}: {figure.title} ({size / 1e3:.0f} kB)"
    )
