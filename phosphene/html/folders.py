"""Pages that are folders: an index, and beside it files that are loaded when they are looked at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ..errors import BadArgument, NotWritten
from ..serialize import write_whole
from . import sources

INDEX = "index.html"


def script(name: str, value: Any) -> bytes:
    """A script that hands a value over to the page by its name."""
    return f"phosphene.put({sources.json_text(name)},{sources.json_text(value)});\n".encode()


def replace(folder: Path, old: list[Path], files: Iterable[tuple[str, bytes]], index: Callable[[], str]) -> None:
    """Remove the old files of a folder, its index first, and write others, the index last.  Errors: NotWritten."""
    try:
        (folder / INDEX).unlink(missing_ok=True)
        for path in old:
            path.unlink(missing_ok=True)
        for name, content in files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            write_whole(folder / name, content)
        write_whole(folder / INDEX, index().encode())
    except OSError as problem:
        raise NotWritten(
            f"the folder {str(folder)!r}: {getattr(problem, 'given', problem)}",
            "room and permission expected; it is not whole now, and has no index",
            "make room, and save once more",
        ) from problem


def older(folder: Path, ours: re.Pattern[str], what: str) -> list[Path]:
    """Makes the folder, or finds in it the files of an older page, all of whose paths are `ours`."""
    if not folder.parent.is_dir() or (folder.exists() and not folder.is_dir()):
        at_fault = folder if folder.exists() else folder.parent
        raise BadArgument(
            f"the folder {str(folder)!r}", f"{str(at_fault)!r} is no folder", "write a path in a folder that exists"
        )
    folder.mkdir(exist_ok=True)
    files = sorted(path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    foreign = [path for path in files if not (ours.fullmatch(path.relative_to(folder).as_posix()) and _marked(path))]
    if foreign:
        raise BadArgument(
            f"the folder {str(folder)!r} holds {foreign[0].relative_to(folder).as_posix()!r}, which is no part of {what}",
            f"an empty folder, a new one, or that of {what} expected",
            "write another name",
        )
    return files


def _marked(path: Path) -> bool:
    """Whether a file begins as those do that are written here; what a killed writer left of one may begin anyhow."""
    mark = {".html": b'<meta name="generator" content="phosphene">', ".js": b"phosphene.put("}.get(path.suffix, b"")
    with path.open("rb") as file:
        return path.name.startswith(".") or mark in file.read(2000)
