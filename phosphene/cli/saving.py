"""What commands that paint have in common at their end: a PNG that can be written, and what there is written to it."""

from __future__ import annotations

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
        raise BadArgument(f"-o {output}", "a .png file expected", f"write -o {output.with_suffix('.png')}")
    if output.resolve() in [Path(one).resolve() for one in pictures]:
        raise BadArgument(f"-o {output}, the picture itself", "another file expected", f"write -o {output.stem}-2.png")
    return writable(output)


def save(result: Render, output: Path) -> None:
    """What there is, also after Ctrl-C, which ends the command with 1."""
    print(f"{result.save(output)}: {result}")
    if result.status != "completed":
        raise typer.Exit(1)
