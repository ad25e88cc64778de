"""The gallery, made again: pictures, and the pages that show them with their programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def gallery(
    names: Annotated[
        list[str] | None, typer.Argument(help="Programs, such as channel; all where none is given.", show_default=False)
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write to.")] = Path("gallery"),
    listed: Annotated[bool, typer.Option("--list", help="Print the names and titles of the programs.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Run also the programs whose pictures are there.")] = False,
    page: Annotated[
        bool, typer.Option("--html", help="Write index.html, too: one page with everything in it.")
    ] = False,
) -> None:
    """Make the pictures of the gallery again, each by a program of a few lines: phosphene gallery channel joint --html

    A call that was ended goes on where it was. README.md in the folder shows all pictures that are there.
    """
    from tqdm import tqdm

    from .. import gallery as room

    chosen = room.choose(names or ())
    if listed:
        for title, inside in room.chapters(chosen).items():
            print(title, *(f"  {program.name:20} {program.title}" for program in inside), sep="\n")
        return
    found: list[room.Made] = []

    def after(made: room.Made) -> None:
        found.append(made)
        tqdm.write(str(made))

    room.check(output)
    try:
        room.make(output, chosen, again=again, after=after)
    except KeyboardInterrupt:
        cut, done = chosen[len(found)].name, len(chosen) - len(found)
        print(
            f"interrupted in {cut}, whose picture is not written: {len(found)} of {len(chosen)} programs are done, "
            f"{done} are left; the same command goes on with {cut}",
            file=sys.stderr,
        )
    shown = room.write(output, page)
    print(f"{output}: {len(shown)} picture{'s' * (len(shown) != 1)}")
    if failed := [made.program.name for made in found if made.problem]:
        print(f"without a picture: {', '.join(failed)}", file=sys.stderr)
    if failed or len(found) < len(chosen):
        raise typer.Exit(1)
