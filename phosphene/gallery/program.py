"""A program of the gallery as it stands in its file: a docstring, then the lines that are shown and run."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..errors import BadArgument, UnknownName, nearest

PROGRAMS = Path(__file__).parent / "programs"


@dataclass(frozen=True)
class Program:
    """A program of the gallery.

    name: that of its file.  text: the whole file; its docstring has a title in the first line, then what one sees and the
    source. Errors: BadArgument where it is no Python or has no such docstring.

    >>> program = Program("gray", '\"\"\"Gray\\n\\nNo light.\\n\"\"\"\\n\\nimport phosphene as ph\\n\\npicture = ...\\n')
    >>> program.title, program.about, program.code
    ('Gray', 'No light.', 'import phosphene as ph\\n\\npicture = ...\\n')
    """

    name: str
    text: str

    def __post_init__(self) -> None:
        parts = self._parts
        if not (parts[0] and parts[1]):
            raise BadArgument(
                f"the program {self.name!r}",
                "a docstring with a title, an empty line, what one sees and its source expected",
                'begin the file with """Title\\n\\nWhat one sees. After Someone 2016."""',
            )

    @property
    def title(self) -> str:
        """The first line of the docstring."""
        return self._parts[0]

    @property
    def about(self) -> str:
        """What one sees, and the source: the rest of the docstring, as one line."""
        return self._parts[1]

    @property
    def code(self) -> str:
        """The lines after the docstring: what pages show and what is run."""
        return "".join(self.text.splitlines(keepends=True)[self.before :])

    @property
    def before(self) -> int:
        """The lines before the code."""
        return self._parts[2]

    @cached_property
    def _parts(self) -> tuple[str, str, int]:
        try:
            tree = ast.parse(self.text)
        except (SyntaxError, ValueError) as problem:
            raise BadArgument(f"the program {self.name!r}: {problem}", "Python expected", "mend the line") from problem
        title, _, about = (ast.get_docstring(tree) or "").partition("\n")
        lines = self.text.splitlines()
        end = (tree.body[0].end_lineno or 0) if tree.body else 0
        return title.strip().removesuffix("."), " ".join(about.split()), end + _blank(lines[end:])


def programs(folder: Path = PROGRAMS) -> tuple[Program, ...]:
    """The programs of a folder, by name."""
    return tuple(Program(path.stem, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.py")))


def choose(names: Sequence[str] = (), among: Sequence[Program] | None = None) -> tuple[Program, ...]:
    """The programs with these names, in this order; all where none is given.  Errors: UnknownName.

    >>> [program.name for program in choose(["joint", "channel"])]
    ['joint', 'channel']
    """
    known = {program.name: program for program in (programs() if among is None else among)}
    missing = [name for name in names if name not in known]
    if missing:
        raise UnknownName(
            f"the gallery has no {missing[0]!r}",
            nearest(missing[0], known),
            "write a name that phosphene gallery --list prints",
        )
    return tuple(known[name] for name in dict.fromkeys(names)) if names else tuple(known.values())


def _blank(lines: list[str]) -> int:
    """The empty lines at the beginning."""
    return next((n for n, line in enumerate(lines) if line.strip()), len(lines))
