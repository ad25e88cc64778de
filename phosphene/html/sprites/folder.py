"""Sprites as a folder: `index.html` and, beside it, scripts with numbers and tiles of icons, loaded when they are looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..folders import older, replace, script
from . import page, records

if TYPE_CHECKING:
    from ...figures.sprites import Sprites

OURS = re.compile(r"\.?(index\.html|data/\.?(examples-)?\d+\.js|tiles/\.?(\d+|examples)-\d+\.webp)(\.\w+)?")
"""The paths of what `write` writes, and of what it leaves where it was killed while writing one of them."""


def write(figure: Sprites, folder: Path) -> Path:
    """Write the page, over an older one if there is one.

    The older index goes first and the new one comes last: at no moment does an index stand beside tiles of another page.
    Errors: BadArgument where the folder cannot be, or holds what this function did not write.
    """
    replace(folder, present(folder), _files(figure), lambda: page.filled(figure, {}, page.BESIDE))
    return folder


def present(folder: Path) -> list[Path]:
    """Makes the folder, or finds the files of an older page in it; BadArgument as `write`."""
    return older(folder, OURS, "the channels of a network")


def _files(figure: Sprites) -> Iterator[tuple[str, bytes]]:
    for name, value in records.data(figure):
        yield f"{name}.js", script(name, value)
    yield from records.tiles(figure)
