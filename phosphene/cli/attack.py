"""Adversarial pictures: attack."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import BadArgument
from .options import Checkpoint, Model, Output, Seed, Shown, Weights, chosen, picture_of, pixels
from .saving import png


def attack(
    picture: Shown,
    target: Annotated[
        str | None, typer.Option("--target", "-t", help="The class it is to be taken for; any other one if not given.")
    ] = None,
    model: Model = "patterns",
    output: Output = Path("attack.png"),
    epsilon: Annotated[
        float | None,
        typer.Option(
            help="How far a value in [0, 1] may change, 0.031 (8/255) where not given; with --norm l2 the length. "
            "With --over no bound where not given: the colors are kept near in their place."
        ),
    ] = None,
    step: Annotated[float, typer.Option(help="The length of a step; 2/255 where not given.", show_default=False)] = (
        2 / 255
    ),
    steps: Annotated[int | None, typer.Option(help="Updates; 10 where not given, 100 with --over.")] = None,
    restarts: Annotated[int, typer.Option(help="Starts, of which the best is kept.")] = 1,
    norm: Annotated[str, typer.Option(help="linf or l2.")] = "linf",
    over: Annotated[
        str | None, typer.Option(help="What it must survive, such as tf.eot_2d: expectation over transformation.")
    ] = None,
    draws: Annotated[int, typer.Option(help="With --over: draws for each update.")] = 10,
    size: Annotated[
        int | None, typer.Option(help="Pixels of the longer side; the picture's own if not given.", callback=pixels)
    ] = None,
    seed: Seed = 0,
    weights: Weights = None,
    checkpoint: Checkpoint = None,
) -> None:
    """Change a picture a little, so that a network takes it for something else.

    Example: phosphene attack drawn:rings --target spiral --epsilon 0.1 -o spiral.png

    Example: phosphene attack drawn:rings --target spiral --over tf.eot_2d --epsilon 0.2 -o robust.png
    """
    from .. import models, recipes
    from ..language import parse

    png(output, picture)
    chosen("--norm", norm, ("linf", "l2"))
    network, shown = models.load(model, weights=weights), picture_of(picture, size)
    aim: Any = int(target) if target is not None and target.isdecimal() else target
    asked: dict[str, Any] = {"step": step, "seed": seed, "checkpoint": checkpoint}
    asked.update({} if steps is None else {"steps": steps}, **({} if epsilon is None else {"epsilon": epsilon}))
    if over is None or epsilon is not None:
        asked.update(restarts=restarts, norm=norm)
    elif (restarts, norm) != (1, "linf"):
        raise BadArgument(
            "--over with --restarts or --norm", "a bound for them expected: --epsilon", "write --epsilon 0.2"
        )
    if over is None:
        result = recipes.attack(network, shown, aim, **asked)
    else:
        result = recipes.eot(network, shown, aim, parse(over), draws, **asked)
    print(f"{result.save(output)}: {result}")
    labels = {
        name: _told(network, name, one) for name, one in {"the picture": shown, "the attack": result.images}.items()
    }
    if len(set(labels.values())) == 1:
        larger = (
            "" if epsilon is None and over is not None else f"a larger --epsilon than {epsilon or 8 / 255:.2g}, or "
        )
        print(f"  it is taken for the same: {larger}more --steps than {len(result.scores)} may do it")
    if result.status != "completed":
        raise typer.Exit(1)


def _told(network: Any, name: str, picture: Any) -> int:
    """What a picture is taken for, at the size at which the network looks."""
    from ..render.looks import outputs

    found = outputs(network, picture)[0, 0].softmax(0)
    label = int(found.argmax())
    print(f"  {name} is taken for {network.labels[label] if network.labels else label!r} ({float(found[label]):.1%})")
    return label
