"""Pictures in a folder and the folders in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from ...errors import BadArgument
from .base import SUFFIXES, Entry, Source, Unreadable, decoded, digest, named


@dataclass(frozen=True)
class Folder(Source):
    """See `folder`."""

    path: str

    def listed(self) -> Iterator[Entry]:
        """Every picture file, folder by folder; its bytes are read once, for its key."""
        labels = {name: number for number, name in enumerate(_folders(self.path))}
        for name in _files(self.path):
            top, _, inside = name.partition("/")
            label = labels.get(top, -1) if inside else -1
            try:
                yield Entry(digest(self._bytes(name)), name, label)
            except Unreadable:
                yield Entry(named("file", name), name, label)

    def read(self, name: str, key: bytes | None = None, size: tuple[int, int] | None = None) -> Tensor:
        """A picture by its path in the folder."""
        return decoded(self._bytes(name), key, size)

    def _bytes(self, name: str) -> bytes:
        try:
            with open(os.path.join(self.path, name), "rb") as file:
                return file.read()
        except OSError as problem:
            raise Unreadable(problem.strerror or type(problem).__name__) from None


def folder(path: str | os.PathLike[str]) -> Folder:
    """Picture files in a folder and in the folders in it, at any depth.

    The key of a picture is the BLAKE2b of its file's bytes, so a copy counts once. Its name is its path in the folder, with
    "/". Its label is the place of its first folder among those of `path` in the order of their names, as in torchvision's
    ImageFolder; -1 for pictures directly in `path`. Hidden files and folders, and files whose names do not end as those of
    pictures do, are left out.
    Errors: BadArgument where there is no such folder.

    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as path:
    ...     Image.new("RGB", (4, 2), "white").save(f"{path}/white.png")
    ...     [entry.name for entry in folder(path).listed()], folder(path).read("white.png").shape
    (['white.png'], torch.Size([3, 2, 4]))
    """
    if not isinstance(path, (str, os.PathLike)) or not Path(path).is_dir():
        raise BadArgument(f"folder({path!r})"[:300], "a folder with pictures in it expected", "check the spelling")
    return Folder(os.path.abspath(path))


def _folders(path: str) -> list[str]:
    return sorted(one.name for one in os.scandir(path) if one.is_dir() and not one.name.startswith("."))


def _files(path: str) -> Iterator[str]:
    """Paths of picture files, in the order of their names; links are followed, but not in a circle."""
    seen: set[tuple[int, int]] = set()
    for where, inner, files in os.walk(path, followlinks=True):
        place = os.stat(where)
        if place.st_ino and (place.st_dev, place.st_ino) in seen:
            inner.clear()
            continue
        seen.add((place.st_dev, place.st_ino))
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in SUFFIXES:
                yield os.path.relpath(os.path.join(where, name), path).replace(os.sep, "/")
