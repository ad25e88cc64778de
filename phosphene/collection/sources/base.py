"""What every source of pictures is, and how the bytes of a picture's file become a picture."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ...errors import PhospheneError
from ...param.picture import _numbers, _pixels

SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".avif", ".gif", ".bmp", ".tif", ".tiff"),
    *(".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".jp2"),
)
"""Ends of file names that are taken for pictures."""
GAP = 2
"""How much larger than needed a JPEG is at least decoded: its decoder's small pictures are up to a pixel too wide."""


class Unreadable(Exception):
    """A picture that cannot be read, and why; it is counted and listed, and the others go on."""


class Entry(NamedTuple):
    """A picture of a source.

    key: 16 bytes, the same for the same picture under any name.  name: what `Source.read` takes.  label: its class, -1
    where not known.
    """

    key: bytes
    name: str
    label: int = -1


class Source:
    """Pictures: a base class.  A source is handed to other processes, so it can be pickled, and holds no open file."""

    def listed(self) -> Iterator[Entry]:
        """All pictures, in any order; the same one may come twice.  What is broken is listed, too."""
        raise NotImplementedError

    def read(self, name: str, key: bytes | None = None, size: tuple[int, int] | None = None) -> Tensor:
        """A picture (3, h, w) in [0, 1], of any size.

        key: as it was listed; another picture under that name is refused.  size: height and width that will do, where a
        smaller picture is read faster.  Errors: Unreadable; `collect` takes any other, but MemoryError, for one.
        """
        raise NotImplementedError


def digest(content: bytes) -> bytes:
    """The key of a picture's bytes: BLAKE2b of 128 bits.

    >>> len(digest(b"picture"))
    16
    """
    return hashlib.blake2b(content, digest_size=16).digest()


def named(*parts: str | int) -> bytes:
    """The key of a picture that no bytes stand for, from what names it.

    >>> named("drawn", 0, 1) == named("drawn", 0, 1) != named("drawn", 1, 0)
    True
    """
    return digest(b"phosphene/name/1" + repr(parts).encode("utf-8", "surrogatepass"))


def decoded(content: bytes, key: bytes | None, size: tuple[int, int] | None) -> Tensor:
    """The picture (3, h, w) in the bytes of a file; a large JPEG at half, a quarter, an eighth of its sides, if that is
    still twice what is needed.

    Errors: Unreadable, also where the bytes are not those of the key.
    """
    if key is not None and digest(content) != key:
        raise Unreadable("it has changed since it was listed")
    try:
        with Image.open(io.BytesIO(content)) as image:
            if size is not None:
                most = GAP * max(size)  # of a picture that lies on its side, too
                image.draft(None, (most, most))
            pixels = _pixels(image, 3)
    except MemoryError:
        raise
    except Exception as problem:  # a damaged file breaks its decoder in many ways
        raise Unreadable(reason(problem)) from None
    return _unit(pixels)


def _unit(pixels: Tensor) -> Tensor:
    return pixels.float() / 255 if pixels.dtype == torch.uint8 else pixels


def checked(found: Any) -> Tensor:
    """What someone's code gave for a picture, as one (3, h, w) with numbers in [0, 1]; Unreadable says what is wrong."""
    if not isinstance(found, (Tensor, np.ndarray, Image.Image)):
        raise Unreadable(f"{type(found).__name__}, not a picture")
    try:
        numbers = _numbers(found, 3)
    except PhospheneError as problem:
        raise Unreadable(reason(problem)) from None
    if len(numbers) > 1:
        raise Unreadable(f"{len(numbers)} pictures, one expected")
    return numbers[0]


def reason(problem: Exception) -> str:
    """Why a picture cannot be read, in the same words each time: where in memory something is, is left out.

    >>> reason(KeyError("cat.png"))
    "KeyError: 'cat.png'"
    """
    if isinstance(problem, PhospheneError):
        return f"{problem.given}, {problem.expected} expected"
    text = str(problem) if isinstance(problem, Unreadable) else f"{type(problem).__name__}: {problem}"
    return re.sub(r" at 0x[0-9A-Fa-f]+", "", text)[:230]


def as_integer(label: object) -> int:
    """A class as a number, -1 for anything else."""
    try:
        number = int(label)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        return -1
    return number if -1 <= number < 2**31 else -1
