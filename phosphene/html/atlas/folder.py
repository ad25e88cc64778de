"""An atlas as a folder: `index.html` and, beside it, a script for each level and each tile, loaded when it is looked at."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import BadArgument
from ...serialize import write_whole
from .. import sources
from . import page, records

if TYPE_CHECKING:
    from ...figures.atlas import Atlas

INDEX = "index.html"
OURS = re.compile(
    r"\.?(index\.html|data/\.?\d+-\d+\.js|tiles/\d+-\d+/\.?\d+-\d+\.js|tiles/examples/\.?\d+\.js)(\.\w+)?"
)
"""The paths of what `write` writes, and of what it leaves where it was killed while writing one of them."""


def write(atlas: Atlas, folder: Path) -> Path:
    """Write the atlas, over an older one if there is one.

    The older index goes first and the new one comes last: at no moment does an index stand beside tiles of another atlas.
    Errors: BadArgument where the folder cannot be, or holds what this function did not write.
    """
    old = older(folder, OURS, "an atlas")
    (folder / INDEX).unlink(missing_ok=True)
    for path in old:
        path.unlink(missing_ok=True)
    for name, value in records.entries(atlas):
        path = folder / f"{name}.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, f"phosphene.put({sources.json_text(name)},{sources.json_text(value)});\n".encode())
    write_whole(folder / INDEX, page.filled(atlas, {}, page.BESIDE).encode())
    return folder


def older(folder: Path, ours: re.Pattern[str], what: str) -> list[Path]:
    """Makes the folder, or finds in it the files of an older page, all of whose paths are `ours`."""
    if not folder.parent.is_dir() or (folder.exists() and not folder.is_dir()):
        at_fault = folder if folder.exists() else folder.parent
        raise BadArgument(
            f"the folder {str(folder)!r}", f"{str(at_fault)!r} is no folder", "write a path in a folder that exists"
        )
    folder.mkdir(exist_ok=True)
    files = sorted(path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    foreign = [path for path in files if not ours.fullmatch(path.relative_to(folder).as_posix())]
    if foreign:
        raise BadArgument(
            f"the folder {str(folder)!r} holds {foreign[0].relative_to(folder).as_posix()!r}, which is no part of {what}",
            f"an empty folder, a new one, or that of {what} expected",
            "write another name",
        )
    return files
