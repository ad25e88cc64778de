"""PNG files that carry a program: JSON in a text chunk named phosphene, tensors as deflated safetensors in a private one."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import safetensors.torch
from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo
from safetensors import SafetensorError
from torch import Tensor

from ..errors import BadPicture, NoProgram

KEY = "phosphene"
TENSORS = b"phTz"
PLAIN = b"phTs"
"""The same, not deflated, as earlier files have it."""
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def write(image: Image.Image, header: dict[str, Any], tensors: dict[str, Tensor]) -> bytes:
    """The bytes of a PNG with a program and its tensors inside."""
    info = PngInfo()
    info.add_itxt(KEY, json.dumps(header))
    info.add(TENSORS, zlib.compress(safetensors.torch.save(tensors)))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def read(path: str | Path) -> tuple[Image.Image, dict[str, Any], dict[str, Tensor]]:
    """The image, program and tensors of a PNG.

    Raises BadPicture where the file is missing or not a picture, NoProgram where it carries none or a damaged one.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as problem:
        reason = "no such file" if isinstance(problem, FileNotFoundError) else problem
        raise BadPicture(f"{str(path)!r}: {reason}", "a PNG that phosphene wrote", "check the path") from problem
    found = _program(path, content) if content.startswith(SIGNATURE) else None
    try:
        with Image.open(io.BytesIO(content)) as opened:
            opened.load()
            image = opened.copy()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as problem:
        raise BadPicture(f"{str(path)!r} is not a picture", "a PNG expected", "choose another file") from problem
    if found is None:
        raise NoProgram(
            f"{str(path)!r} carries no program",
            "a PNG that Render.save wrote expected",
            "use the file as it was saved: editors and chats strip what it carries; films and figures carry none",
        )
    return image, *found


def _program(path: Path, content: bytes) -> tuple[dict[str, Any], dict[str, Tensor]] | None:
    """The program and tensors in the bytes of a PNG, None where there are none; NoProgram where they are damaged."""
    try:
        header, tensors = None, {}
        for kind, data in chunks(content):
            if kind == b"iTXt" and data.startswith(KEY.encode() + b"\0"):
                header = json.loads(data.split(b"\0", 5)[-1].decode())
            elif kind in (TENSORS, PLAIN):
                tensors = safetensors.torch.load(zlib.decompress(data) if kind == TENSORS else data)
        return None if header is None else (header, tensors)
    except (ValueError, SafetensorError, struct.error, zlib.error) as problem:
        raise NoProgram(
            f"{str(path)!r} carries a damaged program ({problem})",
            "the file as it was saved expected",
            "copy it again, or render the picture anew",
        ) from problem


def chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG, their checksums verified; ValueError where one is wrong, struct.error where one is cut."""
    place = len(SIGNATURE)
    while place < len(content):
        (length,) = struct.unpack_from(">I", content, place)
        kind, data = content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        (checksum,) = struct.unpack_from(">I", content, place + 8 + length)
        if zlib.crc32(kind + data) != checksum:
            raise ValueError(f"wrong checksum of {kind!r}")
        yield kind, data
        place += 12 + length
