"""Commands for textures and styles: texture, style, doodle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import BadArgument
from .maps import joined_of, map_of
from .options import Checkpoint, Model, Output, Seed, Weights, names_of, picture_of
from .saving import png, save

SHOWN = "A picture file, or a drawing such as drawn:waves."
MAP = "A picture whose colors are regions, or map:halves, map:disk, map:hills."
Layers = Annotated[
    str | None, typer.Option("--layers", "-l", help="Layers of style, with commas between; chosen where not given.")
]
Size = Annotated[
    int | None, typer.Option(help="Pixels of the longer side; the picture's own, at most 512, where not given.")
]


def texture(
    picture: Annotated[str, typer.Argument(metavar="PICTURE", help=SHOWN)],
    model: Model = "patterns",
    output: Output = Path("texture.png"),
    layers: Layers = None,
    size: Size = None,
    steps: Annotated[int, typer.Option(help="Looks of the optimizer (L-BFGS).")] = 500,
    seed: Seed = 0,
    weights: Weights = None,
    checkpoint: Checkpoint = None,
) -> None:
    """Paint more of a texture, from noise (Gatys et al. 2015).

    Example: phosphene texture drawn:scales --size 160 --steps 200 -o texture.png
    """
    from .. import models, recipes

    png(output, picture)
    how = _shared(layers, size, seed, checkpoint)
    save(recipes.texture(models.load(model, weights=weights), picture_of(picture), steps=steps, **how), output)


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
    steps: Annotated[int, typer.Option(help="Looks of the optimizer (L-BFGS).")] = 300,
    seed: Seed = 0,
    weights: Weights = None,
    checkpoint: Checkpoint = None,
) -> None:
    """Paint the content of one picture in the style of another (Gatys et al. 2016).

    Example: phosphene style drawn:hearts:2 drawn:waves:5 --size 192 --smooth 6 --steps 150 -o style.png
    """
    from .. import models, recipes

    png(output, content, *styles)
    how = _shared(layers, size, seed, checkpoint)
    result = recipes.style(
        models.load(model, weights=weights),
        picture_of(content),
        [picture_of(one) for one in styles],
        alpha=alpha,
        beta=beta,
        weights=_numbers(mix),
        smooth=smooth,
        color=color,  # type: ignore[arg-type]
        content_layer=content_layer,
        steps=steps,
        **how,
    )
    save(result, output)


def doodle(
    style: Annotated[str, typer.Argument(metavar="STYLE", help=f"{SHOWN} Two halves: drawn:bricks+waves.")],
    style_mask: Annotated[str, typer.Argument(metavar="STYLE_MASK", help=MAP)],
    target_mask: Annotated[str, typer.Argument(metavar="TARGET_MASK", help=f"Where they go: {MAP.lower()}")],
    model: Model = "patterns",
    output: Output = Path("doodle.png"),
    colors: Annotated[int | None, typer.Option(help="The most regions that the maps have.")] = None,
    layers: Layers = None,
    size: Size = None,
    steps: Annotated[int, typer.Option(help="Looks of the optimizer (L-BFGS); a third of them at full size.")] = 450,
    seed: Seed = 0,
    weights: Weights = None,
    checkpoint: Checkpoint = None,
) -> None:
    """Paint a map of regions, each in the style of the region of the same color (Ulyanov 2016).

    Example: phosphene doodle drawn:bricks+waves map:halves map:disk --size 160 --steps 240 -o doodle.png
    """
    from .. import models, recipes

    png(output, style, style_mask, target_mask)
    pictures = joined_of(style), map_of(style_mask), map_of(target_mask)
    stages = max(1, steps - steps // 3), max(1, steps // 3)
    how = _shared(layers, size, seed, checkpoint)
    network = models.load(model, weights=weights)
    save(recipes.doodle(network, *pictures, colors=colors, steps=stages, **how), output)


def _shared(layers: str | None, size: int | None, seed: int, checkpoint: Path | None) -> dict[str, Any]:
    chosen = None if layers is None else names_of(layers)
    return {"layers": chosen, "size": size, "seed": seed, "checkpoint": checkpoint}


def _numbers(text: str | None) -> list[float] | None:
    try:
        return None if text is None else [float(part) for part in text.split(",")]
    except ValueError:
        raise BadArgument(f"--mix {text}", "numbers with commas between them expected", "write --mix 0.7,0.3") from None
