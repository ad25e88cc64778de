"""Pictures in tar files, as webdataset writes them."""

from __future__ import annotations

import glob
import os
import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from torch import Tensor

from ...errors import BadArgument
from .base import SUFFIXES, Entry, Source, Unreadable, as_integer, decoded, digest, named

NAME = re.compile(r"(?P<tar>.*?)::(?P<offset>\d+)\+(?P<size>\d+)::(?P<member>.*)", re.DOTALL)
CLASS = ".cls"
COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")


@dataclass(frozen=True)
class Tars(Source):
    """See `tars`."""

    root: str
    files: tuple[str, ...] = field(repr=False)

    def listed(self) -> Iterator[Entry]:
        """Every picture of every file, from the headers; the bytes of a picture are read once, for its key."""
        for tar in self.files:
            for _, group in groupby(self._members(tar), lambda member: _sample(member.name)):
                yield from self._sample(tar, group)

    def read(self, name: str, key: bytes | None = None, size: tuple[int, int] | None = None) -> Tensor:
        """A picture by its name, which says where its bytes are; nothing else of the file is read."""
        place = NAME.fullmatch(name)
        if place is None:
            raise Unreadable("the file is damaged" if name in self.files else "it is not in these files")
        return decoded(self._bytes(place["tar"], int(place["offset"]), int(place["size"])), key, size)

    def _members(self, tar: str) -> Iterator[tarfile.TarInfo]:
        """What is in a file; where it is damaged, a member of no name as the last one."""
        try:
            with tarfile.open(os.path.join(self.root, tar), "r:") as file:
                while member := file.next():
                    if member.isreg():
                        yield member
                    file.members.clear()  # type: ignore[attr-defined]  # it remembers each one otherwise
                if _goes_on(os.path.join(self.root, tar), file.offset):
                    yield tarfile.TarInfo()
        except (tarfile.TarError, OSError):
            yield tarfile.TarInfo()

    def _sample(self, tar: str, members: Iterable[tarfile.TarInfo]) -> Iterator[Entry]:
        """The pictures of one sample: the files that share a name up to its first dot."""
        pictures, label = [], -1
        for member in members:
            kind = os.path.splitext(member.name)[1].lower()
            if not member.name:
                yield Entry(named("tar", tar), tar)
            elif kind in SUFFIXES:
                pictures.append(self._entry(tar, member))
            elif kind == CLASS:
                label = self._label(tar, member)
        yield from (entry._replace(label=label) for entry in pictures)

    def _entry(self, tar: str, member: tarfile.TarInfo) -> Entry:
        name = f"{tar}::{member.offset_data}+{member.size}::{member.name}"
        try:
            return Entry(digest(self._bytes(tar, member.offset_data, member.size)), name)
        except Unreadable:
            return Entry(named("member", name), name)

    def _label(self, tar: str, member: tarfile.TarInfo) -> int:
        try:
            return as_integer(self._bytes(tar, member.offset_data, member.size))
        except Unreadable:
            return -1

    def _bytes(self, tar: str, offset: int, size: int) -> bytes:
        try:
            with open(os.path.join(self.root, tar), "rb") as file:
                file.seek(offset)
                content = file.read(size)
        except OSError as problem:
            raise Unreadable(problem.strerror or type(problem).__name__) from None
        if len(content) < size:
            raise Unreadable(f"the file ends after {len(content)} of its {size} bytes")
        return content


def tars(pattern: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> Tars:
    """Pictures in tar files, which are not unpacked: `"shards/*.tar"`, `"shards/{000..127}.tar"`, or a list of these.

    Files of one sample follow each other and share a name up to its first dot; "17.cls" beside "17.jpg" is its label, a
    whole number. The key of a picture is the BLAKE2b of its bytes. Its name has the tar file, where in it the bytes begin
    and how many there are, so that a picture is read without a search. Source: the webdataset format (Aizman et al. 2019).
    Errors: BadArgument where no file matches, or one is compressed, since places in it cannot be reached.

    >>> import io, tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as path:
    ...     Image.new("RGB", (4, 2), "white").save(f"{path}/white.png")
    ...     with tarfile.open(f"{path}/a.tar", "w") as file:
    ...         file.add(f"{path}/white.png", "0.png")
    ...     source = tars(f"{path}/*.tar")
    ...     (entry,) = source.listed()
    ...     entry.name.split("::")[2], source.read(entry.name).shape
    ('0.png', torch.Size([3, 2, 4]))
    """
    patterns = [pattern] if isinstance(pattern, (str, os.PathLike)) else list(pattern)
    found = {os.path.abspath(path) for one in patterns for path in _matching(os.fspath(one))}
    if not found:
        raise BadArgument(f"tars({pattern!r})"[:300], "a pattern that some file matches expected", "check the spelling")
    for path in sorted(found):
        _check_plain(path)
    root = os.path.commonpath([os.path.dirname(path) for path in found])
    return Tars(root, tuple(sorted(os.path.relpath(path, root).replace(os.sep, "/") for path in found)))


def _matching(pattern: str) -> Iterator[str]:
    """Files of a pattern: {a,b} and {000..127} are written out, then * and ? matched."""
    choice = re.search(r"\{([^{}]*)\}", pattern)
    if choice is None:
        yield from glob.glob(pattern, recursive=True)
        return
    steps = re.fullmatch(r"(\d+)\.\.(\d+)", choice[1])
    if steps:
        width = len(steps[1])
        words: Iterable[str] = (f"{number:0{width}}" for number in range(int(steps[1]), int(steps[2]) + 1))
    else:
        words = choice[1].split(",")
    for word in words:
        yield from _matching(pattern[: choice.start()] + word + pattern[choice.end() :])


def _check_plain(path: str) -> None:
    try:
        with open(path, "rb") as file:
            start = file.read(6)
    except OSError as problem:
        raise BadArgument(f"tars: {path!r}: {problem.strerror}", "a tar file expected", "leave it out") from None
    if start.startswith(COMPRESSED):
        raise BadArgument(f"tars: {path!r} is compressed", "a plain tar file expected", "unpack it first: gunzip, unxz")


def _goes_on(path: str, offset: int) -> bool:
    """Whether there is more than zeros where the members end: tarfile takes a damaged header for the end."""
    with open(path, "rb") as file:
        file.seek(offset)
        return any(file.read(tarfile.BLOCKSIZE))


def _sample(name: str) -> str:
    """What the files of one sample share: the folder, and the name up to its first dot."""
    where, _, last = name.rpartition("/")
    return f"{where}/{last.partition('.')[0]}"
