"""An atlas as a folder: `index.html` and, beside it, a script for each level and each tile, loaded when it is looked at."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ..folders import older, replace, script
from . import page, records

if TYPE_CHECKING:
    from ...figures.atlas import Atlas

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
    files = ((f"{name}.js", script(name, value)) for name, value in records.entries(atlas))
    replace(folder, old, files, lambda: page.filled(atlas, {}, page.BESIDE))
    return folder
