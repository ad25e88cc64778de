"""What commands that paint have in common at their end: a PNG that can be written, and what there is written to it."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..errors import BadArgument

if TYPE_CHECKING:
    from ..render import Render


def png(output: Path, *pictures: str) -> Path:
    """Refuse, before anything is painted, what is no PNG, cannot be written, or is one of the pictures that are looked at."""
    from ..serialize import writable

    if output.suffix.lower() != ".png":
        expected = "a .png file expected, which alone carries the program"
        raise BadArgument(f"-o {output}", expected, f"write -o {output.with_suffix('.png')}")
    if output.resolve() in [Path(one).resolve() for one in pictures]:
        raise BadArgument(f"-o {output}, the picture itself", "another file expected", f"write -o {output.stem}-2.png")
    return writable(output)


def save(result: Render, output: Path, last: str = "") -> None:
    """What there is, also after Ctrl-C, which ends the command with 1.

    last: what the last step of a whole run does, where that is no update.
    """
    steps, told = len(result.scores), str(result)
    if last and result.status == "completed":
        told = told.replace(f" {steps} steps,", f" {steps - 1} steps and one that {last},")
    print(f"{result.save(output)}: {told}")
    early(result, "stage")
    if result.status != "completed":
        raise typer.Exit(1)


def early(result: Render, stage: str) -> None:
    """Say of a run that was cut short in which stage that was, where the pictures of the last one are of another size."""
    from ..language import parse

    stages = [parse(one) for one in result.provenance["program"]["stages"]]
    whole = [one.size for one in stages if one.size is not None]
    if result.status == "completed" or not whole or whole[-1] == tuple(result.images.shape[-2:]):
        return
    number = 1 + sum(done < len(result.scores) for done in accumulate(one.steps for one in stages))
    (height, width), (tall, wide) = result.images.shape[-2:], whole[-1]
    print(f"  {stage} {number} of {len(stages)}, of {height} x {width} pixels; the whole picture has {tall} x {wide}")
