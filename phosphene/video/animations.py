"""Animated GIF, WebP and PNG."""

from __future__ import annotations

import itertools
import math
import struct
import zlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from io import BytesIO
from pathlib import Path

from PIL import Image
from torch import Tensor

from ..errors import BadPicture
from ..param.picture import picture
from ..render.png import SIGNATURE, chunks

MOST = 65535
"""The largest number that an animated PNG has room for in a delay."""


def write_gif(path: Path, images: Iterator[Image.Image], rate: float) -> None:
    """Frames last whole hundredths of a second, two at least: players show shorter ones slowly."""
    hundredths = max(2, round(100 / rate))
    with path.open("r+b") as file:
        next(images).save(file, "GIF", save_all=True, append_images=images, duration=10 * hundredths, loop=0)


def write_webp(path: Path, images: Iterator[Image.Image], rate: float) -> None:
    """Frames last whole milliseconds."""
    duration = max(1, round(1000 / rate))
    with path.open("r+b") as file:
        next(images).save(file, "WEBP", save_all=True, append_images=images, duration=duration, loop=0, quality=90)


def write_png(path: Path, images: Iterator[Image.Image], rate: float) -> None:
    """Each frame is a PNG whose chunks are renamed; their number stands at the front and is written at the end."""
    count = itertools.count()
    number, place = 0, 0
    with path.open("wb") as file:
        file.write(SIGNATURE)
        for number, image in enumerate(images, 1):
            buffer = BytesIO()
            image.save(buffer, "PNG")
            parts = list(chunks(buffer.getvalue()))
            if number == 1:
                file.write(_chunk(*parts[0]))
                place = file.tell()
                file.write(_chunk(b"acTL", struct.pack(">II", 1, 0)))
            file.write(_chunk(b"fcTL", struct.pack(">IIIIIHHBB", next(count), *image.size, 0, 0, *_delay(rate), 0, 0)))
            for kind, data in parts:
                if kind == b"IDAT" and number == 1:
                    file.write(_chunk(kind, data))
                elif kind == b"IDAT":
                    file.write(_chunk(b"fdAT", struct.pack(">I", next(count)) + data))
        file.write(_chunk(b"IEND", b""))
        file.seek(place)
        file.write(_chunk(b"acTL", struct.pack(">II", number, 0)))


def _delay(rate: float) -> tuple[int, int]:
    """Seconds a frame as a fraction of two numbers of 16 bits."""
    delay = (1 / Fraction(rate)).limit_denominator(MOST // math.ceil(1 / rate))
    return delay.numerator, delay.denominator


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


WRITERS: dict[str, Callable[[Path, Iterator[Image.Image], float], None]] = {
    ".gif": write_gif,
    ".webp": write_webp,
    ".png": write_png,
}


def read(path: Path) -> Iterator[Tensor]:
    """The frames as they are stored; what is transparent in them laid on white."""
    picture(path)  # says what is wrong with the file before the first frame is asked for
    return _frames(path)


def _frames(path: Path) -> Iterator[Tensor]:
    with Image.open(path) as image:
        for number in itertools.count():
            try:
                image.seek(number)
                frame = image.copy()
            except EOFError:
                break
            except Exception as problem:  # a damaged file ends in errors of any kind
                raise damaged(path, number, str(problem)) from None
            yield picture(frame).numbers()[0]
        if image.format == "GIF" and not _ends(path):
            raise damaged(path, number, "no end of the file")


def damaged(path: Path, number: int, problem: str) -> BadPicture:
    """The error for a video of which only the first frames can be read."""
    return BadPicture(
        f"{str(path)!r} is damaged after {number} frames ({problem})"[:400],
        "a whole video",
        f"copy it anew, or read what is there: itertools.islice(video.read(path), {number})",
    )


def _ends(path: Path) -> bool:
    """Whether a GIF has its last byte; Pillow takes one that was cut between two frames for a shorter one."""
    with path.open("rb") as file:
        file.seek(10)
        file.seek(13 + _palette(file.read(1)))
        while (kind := file.read(1)) in (b"!", b","):
            head = file.read(1 if kind == b"!" else 9)
            if kind == b",":
                file.seek(_palette(head[-1:]) + 1, 1)
            while size := int.from_bytes(file.read(1), "big"):
                file.seek(size, 1)
        return kind != b""


def _palette(flags: bytes) -> int:
    """The bytes of the palette that follows, from the byte that says so."""
    number = int.from_bytes(flags, "big")
    return 3 << ((number & 7) + 1) if number & 128 else 0


def rate(path: Path) -> float | None:
    """Frames a second by the first frame's duration."""
    picture(path)
    with Image.open(path) as image:
        image.load()
        duration = image.info.get("duration")
    return 1000 / duration if duration else None
