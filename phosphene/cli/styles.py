"""Commands for textures and styles: texture, style, doodle."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import BadArgument
from ..values import check_integer, is_finite
from .options import Checkpoint, Model, Output, Seed, Weights, chosen, names_of, picture_of, pixels
from .regions import joined_of, map_of
from .saving import png, save

SHOWN = "A picture file, or a drawing such as drawn:waves."
MAP = "A picture whose colors are regions, or map:halves, map:disk, map:hills."
Layers = Annotated[
    str | None, typer.Option("--layers", "-l", help="Layers of style, with commas between; chosen where not given.")
]
Size = Annotated[
    int | None,
    typer.Option(help="Pixels of the longer side; the picture's own, at most 512, where not given.", callback=pixels),
]
COLORS = "matches the colors"


def texture(
    picture: Annotated[str, typer.Argument(metavar="PICTURE", help=SHOWN)],
    model: Model = "patterns",
    output: Output = Path("texture.png"),
    layers: Layers = None,
    size: Size = None,
    steps: Annotated[
        int, typer.Option(help="Looks of the optimizer (L-BFGS); the paper's 2000 take several minutes at 224 pixels.")
    ] = 500,
    seed: Seed = 0,
    weights: Weights = None,
    checkpoint: Checkpoint = None,
) -> None:
    """Paint more of a texture, from noise (Gatys et al. 2015); after the steps one more matches the colors.

    Example: phosphene texture drawn:scales --size 160 --steps 200 -o texture.png
    """
    from .. import models, recipes

    png(output, picture)
    how = _shared(layers, size, seed, checkpoint)
    result = recipes.texture(models.load(model, weights=weights), picture_of(picture), steps=steps, **how)
    save(result, output, COLORS)


def style(
    content: Annotated[str, typer.Argument(metavar="CONTENT", help=SHOWN)],
    styles: Annotated[list[str], typer.Argument(metavar="STYLE...", help="One style or several, likewise.")],
    model: Model = "patterns",
    output: Output = Path("style.png"),
    alpha: Annotated[float, typer.Option(help="Weight of the content.")] = 1,
    beta: Annotated[float, typer.Option(help="Weight of the style.")] = 10,
    mix: Annotated[str | None, typer.Option(help="Weights of several styles, with commas between.")] = None,
    smooth: Annotated[float, typer.Option(help="Weight of smoothness.")] = 3,
    color: Annotated[str | None, typer.Option(help="Keep the content's colors: lightness, or histogram.")] = None,
    layers: Layers = None,
    content_layer: Annotated[str | None, typer.Option(help="The layer of content; chosen where not given.")] = None,
    size: Size = None,
    steps: Annotated[int, typer.Option(help="Looks of the optimizer (L-BFGS).")] = 500,
    seed: Seed = 0,
    weights: Weights = None,
    checkpoint: Checkpoint = None,
) -> None:
    """Paint the content of one picture in the style of another (Gatys et al. 2016).

    Example: phosphene style drawn:hearts:2 drawn:waves:5 --size 192 --smooth 6 --steps 150 -o style.png
    """
    from .. import models, recipes

    png(output, content, *styles)
    chosen("--color", color, ("lightness", "histogram"))
    how = _shared(layers, size, seed, checkpoint)
    result = recipes.style(
        models.load(model, weights=weights),
        picture_of(content),
        [picture_of(one) for one in styles],
        alpha=alpha,
        beta=beta,
        weights=_mixed(mix, len(styles)),
        smooth=smooth,
        color=color,  # type: ignore[arg-type]
        content_layer=content_layer,
        steps=steps,
        **how,
    )
    save(result, output, "puts the colors back" if color == "lightness" else "")


def doodle(
    style: Annotated[str, typer.Argument(metavar="STYLE", help=f"{SHOWN} Two halves: drawn:bricks+waves.")],
    style_mask: Annotated[str, typer.Argument(metavar="STYLE_MASK", help=MAP)],
    target_mask: Annotated[str, typer.Argument(metavar="TARGET_MASK", help=f"Where they go: {MAP.lower()}")],
    model: Model = "patterns",
    output: Output = Path("doodle.png"),
    colors: Annotated[int | None, typer.Option(help="The most regions that the maps have.")] = None,
    layers: Layers = None,
    size: Size = None,
    steps: Annotated[
        int | None,
        typer.Option(
            help="Looks of the optimizer (L-BFGS), a third of them at full size; 450 and 100 where not given."
        ),
    ] = None,
    seed: Seed = 0,
    weights: Weights = None,
    checkpoint: Checkpoint = None,
) -> None:
    """Paint a map of regions, each in the style of the region of the same color (Ulyanov 2016); a last step matches colors.

    Example: phosphene doodle drawn:bricks+waves map:halves map:disk --size 160 --steps 240 -o doodle.png
    """
    from .. import models, recipes

    png(output, style, style_mask, target_mask)
    pictures = joined_of(style), map_of(style_mask), map_of(target_mask)
    how = _shared(layers, size, seed, checkpoint)
    if steps is not None:
        check_integer("doodle", "steps", steps, 2)
        full = max(1, steps // 3)
        how["steps"] = steps - full, full
    network = models.load(model, weights=weights)
    with _one_warning():
        result = recipes.doodle(network, *pictures, colors=colors, **how)
    save(result, output, COLORS)


def _shared(layers: str | None, size: int | None, seed: int, checkpoint: Path | None) -> dict[str, Any]:
    chosen = None if layers is None else names_of(layers)
    return {"layers": chosen, "size": size, "seed": seed, "checkpoint": checkpoint}


def _mixed(text: str | None, count: int) -> list[float] | None:
    """The weights of so many styles, where they are given."""
    if text is None:
        return None
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if len(found) != count or not all(is_finite(one) and one >= 0 for one in found) or not any(found):
        expected = f"{count} number{'s' * (count > 1)} from 0 up expected, one for each style, with commas between them"
        raise BadArgument(
            f"--mix {text}", expected, f"write --mix {','.join(['0.7', '0.3', *['0.3'] * count][:count])}"
        )
    return found


@contextmanager
def _one_warning() -> Iterator[None]:
    """The first RegionWarning alone: what is thin at one layer is thin at the next ones and at each size."""
    from ..models import RegionWarning

    told: list[Any] = []
    with warnings.catch_warnings():
        show = warnings.showwarning

        def first(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
            if category is not RegionWarning or not told:
                show(message, category, *place, **more)
            told.append(category)

        warnings.showwarning = first
        yield
