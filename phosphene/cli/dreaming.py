"""DeepDream: dream, as a picture or as the frames of an endless zoom."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import BadArgument
from .options import Checkpoint, Model, Output, Seed, Shown, Weights, names_of, picture_of, pixels
from .saving import early


def dream(
    picture: Shown,
    layer: Annotated[str | None, typer.Option("--layer", "-l", help="More of what this layer sees.")] = None,
    objective: Annotated[str | None, typer.Option(help="More of this, such as \"channel('block3', 17)\".")] = None,
    classes: Annotated[
        str | None, typer.Option(help="More of these, a random one at each step: labels with commas, or all.")
    ] = None,
    guide: Annotated[str | None, typer.Option(help="With --layer: more of what it sees in this picture.")] = None,
    model: Model = "patterns",
    output: Output = Path("dream.png"),
    octaves: Annotated[int, typer.Option(help="Sizes, the last one the picture's.")] = 4,
    scale: Annotated[float, typer.Option(help="From one size to the next.")] = 1.4,
    steps: Annotated[
        int | None,
        typer.Option(help="Updates in each octave, 10 where not given; with --zoom for each frame, 8 where not given."),
    ] = None,
    rate: Annotated[float | None, typer.Option(help="The mean change of a pixel of 0 to 255 in an update.")] = None,
    balanced: Annotated[
        bool, typer.Option("--balanced", help="Give all levels of the gradient the same size.")
    ] = False,
    preset: Annotated[str, typer.Option(help="plain (the true gradient), or clear (its gradient rules).")] = "plain",
    tile: Annotated[
        int | None, typer.Option(help="Pixels of the parts that are looked at, for large pictures.")
    ] = None,
    zoom: Annotated[
        int | None, typer.Option(help="Frames of a video into the dream: -o dream.gif, .mp4, a folder.")
    ] = None,
    size: Annotated[
        int | None, typer.Option(help="Pixels of the longer side; 512 at most if not given.", callback=pixels)
    ] = None,
    seed: Seed = 0,
    weights: Weights = None,
    checkpoint: Checkpoint = None,
) -> None:
    """Change a picture step by step until more of what a network sees is in it.

    Example: phosphene dream drawn:waves --layer block4 -o dream.png

    Example: phosphene dream drawn:waves --layer block4 --zoom 24 -o dream.gif
    """
    from .. import models, presets, recipes, video
    from ..serialize import writable

    if zoom is None and output.suffix.lower() != ".png":
        raise BadArgument(
            f"-o {output}",
            "a .png file expected, or frames; .png alone carries the program",
            f"write -o {output.with_suffix('.png')}, or with --zoom 60 -o {output.with_suffix('.gif')}",
        )
    if zoom is not None:
        video.checked(output)
    writable(output if output.suffix else output.with_name(f".{output.name}.png"))
    bundles: dict[str, Any] = {"plain": {}, "clear": {"rules": presets.clear["rules"]}}
    if preset not in bundles:
        raise BadArgument(f"--preset {preset}", "plain or clear expected", "write --preset clear")
    network = models.load(model, weights=weights)
    asked: dict[str, Any] = {
        "picture": picture_of(picture, size),
        "objective": _wanted(layer, objective, classes, guide, network),
        "guide": None if guide is None else picture_of(guide),
        "size": size,
        "seed": seed,
        "checkpoint": checkpoint,
        **bundles[preset],
    }
    if zoom is None:
        given: dict[str, Any] = {
            "octaves": octaves,
            "scale": scale,
            "rate": rate,
            "balanced": balanced,
            "tile": tile,
            **({} if steps is None else {"steps": steps}),
        }
        result = recipes.dream(network, **asked, **given)
        print(f"{result.save(output)}: {result}")
        early(result, "octave")
    else:
        more = {"rate": rate, "every": steps}
        given = {"frames": zoom, **{name: value for name, value in more.items() if value is not None}}
        result = recipes.zoom(network, **asked, **given)
        frames = list(result.snapshots.values()) or [result.images]
        print(f"{video.write(output, frames)}: {len(frames)} frames of {zoom}; {result}")
    if result.status != "completed":
        raise typer.Exit(1)


def _wanted(layer: str | None, objective: str | None, classes: str | None, guide: str | None, network: Any) -> Any:
    """What is dreamt of, of which one must be said."""
    from .. import recipes
    from ..language import parse

    if sum(one is not None for one in (layer, objective, classes)) != 1:
        raise BadArgument(
            "dream with "
            + (", ".join(name for name, one in _named(layer, objective, classes) if one is not None) or "nothing"),
            "one of --layer, --objective and --classes expected",
            "leave out all but one"
            if any((layer, objective, classes))
            else "write --layer block4; phosphene layers patterns lists the names",
        )
    if guide is not None and layer is None:
        raise BadArgument(
            "--guide without --layer", "the layer that looks at the guide expected", "write --layer block3"
        )
    if classes is not None:
        names = names_of(classes)
        if not names:
            raise BadArgument(f"--classes {classes}, a dream of no class", "one expected", "write --classes rings,dots")
        return recipes.random_class(network if names == ["all"] else names)
    return layer if objective is None else parse(objective)


def _named(*given: str | None) -> list[tuple[str, str | None]]:
    return list(zip(("--layer", "--objective", "--classes"), given, strict=True))
