"""Painting, and what a painted file holds: render, show, replay."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import BadArgument, NoProgram, nearest
from .options import Checkpoint, Json, Output, Picture, Seed, Weights
from .saving import png

if TYPE_CHECKING:
    from ..render import Render


def render(
    objective: Annotated[str, typer.Argument(help="What to look for, such as \"channel('block3', 17) - 0.05*tv()\".")],
    model: Annotated[
        str, typer.Option("--model", "-m", help="patterns (bundled), or any torchvision name.")
    ] = "patterns",
    output: Output = Path("phosphene.png"),
    weights: Weights = None,
    preset: Annotated[str, typer.Option(help="clear, quick, or plain (the true gradient).")] = "clear",
    param: Annotated[str | None, typer.Option(help='What to paint with, such as "param.fourier(224)".')] = None,
    transforms: Annotated[str | None, typer.Option(help="What the picture must survive, such as tf.standard.")] = None,
    size: Annotated[int, typer.Option(help="Pixels of the picture, where --param is not given.")] = 224,
    steps: Annotated[int | None, typer.Option(help="Updates; the preset's where not given.")] = None,
    seed: Seed = 0,
    batch: Annotated[int | None, typer.Option(help="How many pictures.")] = None,
    checkpoint: Checkpoint = None,
) -> None:
    """Paint what an objective looks for."""
    from .. import models, presets
    from .. import param as params

    png(output)
    from ..language import parse
    from ..render import render as paint

    bundles: dict[str, Any] = {name: getattr(presets, name) for name in ("clear", "quick", "plain")}
    if preset not in bundles:
        raise BadArgument(f"--preset {preset}", nearest(preset, bundles), "write --preset clear")
    arguments = dict(bundles[preset])
    arguments.update(
        {"transforms": parse(transforms)} if transforms else {}, **({"steps": steps} if steps is not None else {})
    )
    result = paint(
        models.load(model, weights=weights),
        objective,
        parse(param) if param else params.fourier(size),
        seed=seed,
        batch=batch,
        checkpoint=checkpoint,
        **arguments,
    )
    print(f"{result.save(output)}: {result}")
    if result.status != "completed":
        raise typer.Exit(1)


def show(
    picture: Picture,
    as_json: Json = False,
) -> None:
    """Show the program and the scores of a picture."""
    result = _loaded(picture)
    final = {name: values[-1].tolist() for name, values in result.terms.items()}
    data = {**result.provenance, "status": result.status, "scores": result.scores[-1].tolist(), "terms": final}
    if as_json:
        print(json.dumps(data))
        return
    print(result)
    for name, value in result.provenance["program"].items():
        if value not in (None, [], ()):
            print(f"  {name:12} {value}")
    for key, spec in result.provenance["models"].items():
        print(f"  {'model ' + key:12} {spec['name']} (weights {spec['digest'][:12]})")
    for name, row in final.items():
        print(f"  {name}: {', '.join(f'{value:.4g}' for value in row)}")


def _loaded(picture: Path) -> Render:
    """A picture with its program; of one that the gallery made, how it is made again."""
    from ..gallery.picture import carried
    from ..gallery.program import programs
    from ..render import Render

    try:
        return Render.load(picture)
    except NoProgram:
        text = carried(picture)
        if text is None:
            raise
        names = [one.name for one in programs() if one.text == text or one.name == picture.stem]
        raise NoProgram(
            f"{str(picture)!r} is a picture of the gallery, whose program is one in Python",
            "a PNG that render, dream or another command painted expected",
            f"make it again: phosphene gallery {names[0]}" if names else "choose one: phosphene gallery --list",
        ) from None


OTHER = "another picture: another machine, or another version"


def replay(
    picture: Picture,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to write the new one.")] = None,
) -> None:
    """Run the program of a picture again, and tell whether the same picture came out."""
    old = _loaded(picture)
    new = old.replay()
    if output is not None:
        new.save(output)
    same = new.grid().tobytes() == old.grid().tobytes()
    cut = old.status != "completed"
    other = f"it was {old.status} after {len(old.scores)} steps, this is the whole program" if cut else OTHER
    print(f"{picture}: {'the same picture' if same else other}; {new}")
    if not same and not cut:
        raise typer.Exit(1)
