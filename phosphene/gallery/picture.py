"""What a program leaves as `picture`, as a small PNG that carries the program."""

from __future__ import annotations

import io
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from torch import Tensor

from ..errors import BadArgument, BadPicture
from ..render import Render, grid

KEY = "program"
"""The text chunk that has the program."""
LIMIT = 150_000
"""The bytes that a picture may have."""


def image_of(picture: Any) -> Image.Image:
    """A result, a figure or a tensor (3, h, w) or (n, 3, h, w) in [0, 1] as a picture; several stand side by side.

    Errors: BadArgument for anything else; BadPicture for a result whose run ended early, and for numbers outside [0, 1].
    """
    if isinstance(picture, Render):
        if picture.status != "completed":
            raise BadPicture(f"a picture whose run was {picture.status}", "a finished run expected", "run it again")
        picture = picture.images.clamp(0, 1)
    if isinstance(picture, Tensor):
        return _sheet(picture)
    if callable(getattr(picture, "save", None)):
        with tempfile.TemporaryDirectory() as folder:
            picture.save(Path(folder) / "picture.png")
            with Image.open(Path(folder) / "picture.png") as image:
                return image.convert("RGB")
    raise BadArgument(
        f"picture = {type(picture).__name__}",
        "a result of render, a figure or a tensor expected",
        "end the program with: picture = ph.render(...)",
    )


def encoded(image: Image.Image, program: str, limit: int = LIMIT) -> bytes:
    """A PNG with the text of a program inside: as it is where that fits, else with 256 colors, else smaller, too.

    >>> carried(io.BytesIO(encoded(Image.new("RGB", (4, 4)), "picture = 1")))
    'picture = 1'
    """
    info = PngInfo()
    info.add_itxt(KEY, program, zip=True)
    for candidate in _smaller(image.convert("RGB")):
        buffer = io.BytesIO()
        candidate.save(buffer, "PNG", optimize=True, pnginfo=info)
        if buffer.tell() <= limit:
            return buffer.getvalue()
    raise BadPicture(f"a program of {len(program)} characters", f"{limit} bytes at most expected", "shorten it")


def carried(path: Path | io.BytesIO) -> str | None:
    """The text of the program that a PNG carries, None for other files and where there is none."""
    try:
        with Image.open(path) as image:
            image.load()
            return getattr(image, "text", {}).get(KEY)
    except (OSError, SyntaxError, ValueError):
        return None


def _sheet(pictures: Tensor) -> Image.Image:
    x = pictures.detach().float().cpu()
    x = x[None] if x.ndim == 3 else x
    if x.ndim != 4 or not x.numel():
        raise BadArgument(
            f"picture = a tensor {tuple(pictures.shape)}", "(3, h, w) or (n, 3, h, w) expected", "index it"
        )
    if not (x.ge(0) & x.le(1)).all():
        raise BadPicture("a picture with numbers outside [0, 1]", "colors in [0, 1] expected", "write .clamp(0, 1)")
    return grid(x, across(len(x)))


def across(count: int) -> int:
    """The columns of a sheet: near to a square, wider than high, with no place left empty where that goes.

    >>> [across(count) for count in (1, 2, 3, 4, 6, 8, 12, 13)]
    [1, 2, 3, 2, 3, 4, 4, 4]
    """
    least = math.ceil(math.sqrt(count))
    return next((n for n in range(least, 2 * least) if count % n == 0), least)


def _smaller(image: Image.Image) -> Iterator[Image.Image]:
    yield image
    for part in range(20, 0, -1):
        size = tuple(max(1, round(side * part / 20)) for side in image.size)
        scaled = image if part == 20 else image.resize((size[0], size[1]), Image.Resampling.LANCZOS)
        yield scaled.quantize(256, dither=Image.Dither.FLOYDSTEINBERG)
