"""The folder: one PNG for each icon, named by its program, and a marker file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import BadArgument, PhospheneError
from ..objectives.algebra import Objective
from ..render import Render, png
from ..serialize import write_whole
from .refusals import closed, refusals
from .sheet import Icons

MARKER = "store.json"
FORMAT = {"phosphene": "icons", "format": 1}
ENTRY = "icon"
"""Where a picture's provenance has the name that it has in a store."""

PIXELS = "icon pixels"
"""Where it has the digest of the pixels, which programs that rewrite pictures may have changed."""


class DamagedIcon(UserWarning):
    """A file of a store that is cut, or is not the icon that its name says; it is painted again."""


@dataclass(frozen=True, init=False)
class Store:
    """A folder of icons, which can be moved, copied and shared.

    folder: made where it is missing; None: the environment variable PHOSPHENE_CACHE, else the user's cache folder,
    ~/.cache/phosphene/icons. An icon is a PNG that carries its program: `Render.load` reads it, `phosphene show` and
    `phosphene replay` take it. Errors: BadArgument for a folder of other things, one of another format, one that cannot
    be made or written.

    >>> import tempfile, phosphene as ph
    >>> from phosphene import objectives as obj
    >>> net, store = ph.models.load("patterns"), Store(tempfile.mkdtemp())
    >>> goals = [obj.channel("block3", index) for index in range(4)]
    >>> store.paint(net, goals, **ph.presets.icon(16, steps=2))
    <4 icons, 4 painted>
    >>> store.paint(net, goals[:2], **ph.presets.icon(16, steps=2)).images.shape
    (2, 16, 16, 3)
    """

    folder: Path

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        if folder is not None and not isinstance(folder, (str, os.PathLike)):
            raise BadArgument(f"icons.Store({folder!r})"[:200], "a folder expected", "write icons.Store('icons')")
        try:
            path = default() if folder is None else Path(folder)
            object.__setattr__(self, "folder", path.expanduser().absolute())
            self._open()
        except PhospheneError:
            raise
        except (RuntimeError, TypeError, ValueError) as problem:  # no such home, bytes, NUL in the name
            raise closed("~" if folder is None else folder, str(problem)) from problem

    def paint(
        self,
        model: Any,
        objectives: Sequence[Objective | str],
        *,
        seed: int = 0,
        workers: int | None = None,
        ray: str | None = None,
        progress: bool = True,
        **look: Any,
    ) -> Icons:
        """The icons of a list of objectives, in its order; those that are not in the store are painted.

        model: as for `render`.  objectives: of one picture each, values or their texts; what is asked for twice is
        painted once.  seed: of every icon.  workers, ray: as for `engines.run`; with them a batch is a unit of work, and has
        one thread, and a cluster's nodes must see the folder.  progress: a bar over the icons, where there is a terminal.
        look: arguments of `render`, usually `**presets.icon()`.

        Several processes may paint into one folder: none paints what another one is painting. After Ctrl-C or a crash
        what was finished is in the store, a batch under way is lost. An icon is the same whatever else is painted: bit
        for bit on the same machine with the same number of threads, for sizes that are even.

        Errors: those of `render` and `engines.run`; BadArgument for an objective over several pictures; Nonfinite where icons
        have no finite score, after all others were painted; NotWritten where the disk is full, with what was finished kept.
        Warns DamagedIcon where a file had to be painted again.
        """
        from .paint import paint

        return paint(self, model, objectives, seed, workers, ray, progress, look)

    def path(self, key: str) -> Path:
        """Where an icon is, or would be."""
        return self.folder / key[:2] / f"{key}.png"

    def read(self, key: str) -> NDArray[np.uint8] | None:
        """The pixels of an icon (h, w, 3); None where it is not there, or its file is damaged, changed or another one's."""
        path = self.path(key)
        with refusals(self.folder):
            if not path.exists():
                return None
        try:
            image, header, _ = png.read(path)
            pixels = _pixels(image)
            return pixels if (header[ENTRY], header[PIXELS]) == (key, _digest(pixels)) else None
        except Exception:  # there is no end to what a damaged file may lead to, and all of it is mended by painting
            return None

    def prepare(self, key: str) -> None:
        """Make the folder of an icon; BadArgument where it, or the icon, could not be written. Before the work, not after."""
        path = self.path(key)
        with refusals(self.folder):
            path.parent.mkdir(exist_ok=True)
            if path.is_dir():
                raise closed(self.folder, f"{str(path)!r} is a folder")

    def write(self, key: str, icon: Render) -> None:
        """Put an icon into its place, whole; what a killed writer left of it is removed."""
        path = self.path(key)
        icon.provenance.update({ENTRY: key, PIXELS: _digest(_pixels(icon.grid()))})
        with refusals(self.folder):
            for left in path.parent.glob(f".{path.name}.*"):  # only the holder of the claim writes this icon
                left.unlink(missing_ok=True)
            icon.save(path)

    @property
    def claims(self) -> Path:
        """The folder of locks; empty while nobody paints, and never part of what is stored."""
        return self.folder / "claims"

    def _open(self) -> None:
        marker = self.folder / MARKER
        with refusals(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            others = [name for name in os.listdir(self.folder) if not name.startswith(f".{MARKER}.")]
            if not others:
                write_whole(marker, json.dumps(FORMAT).encode())
            if not marker.exists():
                raise BadArgument(
                    f"the folder {str(self.folder)!r}, which has {sorted(others)[0]!r} in it and no {MARKER}",
                    "an icon store, an empty folder, or a new one expected",
                    f"write icons.Store({str(self.folder / 'icons')!r})",
                )
            found = _json(marker.read_bytes())
            self.claims.mkdir(exist_ok=True)
        if found != FORMAT:
            raise BadArgument(
                f"the folder {str(self.folder)!r}, whose {MARKER} says {found!r}"[:400],
                f"{FORMAT} expected, the one format that this version reads",
                "choose another folder, or use the version of phosphene that wrote it",
            )
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise closed(self.folder, "it cannot be written")


def default() -> Path:
    """The folder where none is given."""
    if given := os.environ.get("PHOSPHENE_CACHE"):
        return Path(given)
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "phosphene" / "icons"


def _pixels(image: Image.Image) -> NDArray[np.uint8]:
    """The pixels of an icon (h, w, 3), or 4 for networks whose pictures have 4 channels."""
    return np.array(image if image.mode in ("RGB", "RGBA") else image.convert("RGB"))


def _digest(pixels: NDArray[np.uint8]) -> str:
    return hashlib.sha256(f"{pixels.shape}".encode() + pixels.tobytes()).hexdigest()


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content[:60].decode(errors="replace")
