"""The pages beside the pictures: README.md, and index.html where it is asked for."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..errors import BadArgument
from ..html import gallery
from ..serialize import write_whole
from .order import chapters
from .program import Program
from .run import made

TITLE = "# The gallery of phosphene\n"
LEAD = (
    "Each picture is made by the program with it, from drawn patterns and the bundled network alone: "
    "`phosphene gallery` makes all of them again, `phosphene gallery channel` the first. Change one word and look."
)
HEIGHT = 120
"""Pixels of a picture in the overview."""
MARKS = {"README.md": TITLE, "index.html": '<meta name="generator" content="phosphene">'}
"""What the pages have in their first lines."""


def check(folder: str | Path) -> None:
    """Raise BadArgument where a folder has pages of others, which `write` would write over."""
    for name, mark in MARKS.items():
        path = Path(folder) / name
        if path.exists() and mark not in path.read_bytes()[:2000].decode(errors="replace"):
            raise BadArgument(
                f"the folder {str(folder)!r} holds {name!r}, which is not the gallery's",
                "a folder of the gallery's own expected",
                "write the path of another",
            )


def write(folder: str | Path, page: bool = False, known: Sequence[Program] | None = None) -> tuple[Program, ...]:
    """Write the pages of the pictures that are in a folder, and return their programs.  page: also index.html."""
    folder, shown = Path(folder), made(folder, known)
    write_whole(folder / "README.md", readme(shown).encode())
    if page:
        write_whole(folder / "index.html", gallery.build(folder, LEAD, chapters(shown)).encode())
    return shown


def readme(programs: Iterable[Program]) -> str:
    """The text of a page that shows NAME.png of every program, with its title, what one sees, and its code.

    >>> from .program import choose
    >>> text = readme(choose(["channel"]))
    >>> "![One channel](channel.png)" in text, choose(["channel"])[0].code in text
    (True, True)
    """
    ordered = chapters(programs)
    overview = "\n".join(_thumbnail(program) for inside in ordered.values() for program in inside)
    parts = [TITLE, f"{LEAD}\n", f"<p>\n{overview}\n</p>\n"]
    for title, inside in ordered.items():
        parts += [f"## {title}\n", *map(_entry, inside)]
    return "\n".join(parts)


def anchor(title: str) -> str:
    """The name that a heading has in a link.

    >>> anchor("Rings, and a spiral")
    'rings-and-a-spiral'
    """
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _thumbnail(program: Program) -> str:
    title = html.escape(program.title)
    picture = f'<img src="{program.name}.png" height="{HEIGHT}" alt="{title}" title="{title}">'
    return f'<a href="#{anchor(program.title)}">{picture}</a>'


def _entry(program: Program) -> str:
    return (
        f"### {program.title}\n\n![{program.title}]({program.name}.png)\n\n{program.about}\n\n"
        f"```python\n{program.code.rstrip()}\n```\n"
    )
