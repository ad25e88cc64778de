"""Videos, written and read one frame at a time.

`.gif`, `.webp` and `.png` (animated) are in `animations`; `.mp4` and `.webm` need the extra `video`, `films`; a path without
a suffix is a folder of numbered PNGs, `folders`. APNG and the folder keep every pixel and every frame; GIF has 256 colors a
frame and, as WebP does, keeps equal frames in a row as one that is shown longer.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from ..errors import BadArgument, BadPicture
from ..param.picture import picture
from ..serialize import writable, written_whole
from ..values import check_number
from . import animations, films, folders

__all__ = ["RATE", "rate_of", "read", "write"]

RATE = 12.0
"""Frames a second where nothing says it."""


def write(path: str | Path, frames: Iterable[Any], rate: float = RATE) -> Path:
    """Write pictures of one size as a video; the file, or folder, appears when it is whole.

    frames: pictures (3, H, W) in [0, 1], taken one at a time.  rate: frames a second, at most 50 in a GIF.  MP4 and WebM
    have sides of an even number of pixels: an odd one is filled up by repeating the last row or column.

    Errors: BadArgument for no frame at all, an unknown suffix, a rate; BadPicture for frames of different sizes;
    MissingExtra; NotWritten where the system refuses. Whatever happens, what was there is left as it was.

    >>> import tempfile
    >>> path = write(tempfile.mkdtemp() + "/fade.png", [torch.full((3, 8, 8), level / 4) for level in range(5)])
    >>> [round(float(frame.mean()), 2) for frame in read(path)]
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    check_number("video.write", "rate", rate, 0.01, 1000)
    path = checked(path)
    if path.suffix and not path.is_dir():
        writable(path)
    images = _images(frames)
    first = next(images, None)
    if first is None:
        raise BadArgument("a video of zero frames", "at least one picture", "hand over a list or generator of pictures")
    images = itertools.chain([first], images)
    if not path.suffix:
        return folders.write(path, images)
    write_file = {**animations.WRITERS, **films.WRITERS}[path.suffix.lower()]
    with written_whole(path) as temporary:
        write_file(temporary, images, rate)
    return path


def checked(path: str | Path) -> Path:
    """The path of a video that can be written; BadArgument for an unknown suffix, MissingExtra for a missing package."""
    path = Path(path) if isinstance(path, (str, Path)) else Path(repr(path))
    if path.suffix.lower() in films.WRITERS:
        films.program()
    elif path.suffix and path.suffix.lower() not in animations.WRITERS:
        raise BadArgument(
            f"the video {str(path)!r}", "a .mp4, .webm, .gif, .webp or .png, or a folder", "write dream.gif"
        )
    return path


def read(path: str | Path) -> Iterator[Tensor]:
    """The frames (3, H, W) in [0, 1] of a video, an animation, or a folder of pictures in the order of their names.

    One frame is in memory at a time. BadPicture where there is none, and after the last whole frame of a damaged video;
    MissingExtra for a film without the extra `video`.
    """
    frames: Iterator[Tensor] = _room(path).read(Path(path))
    return frames


def rate_of(path: str | Path) -> float:
    """Frames a second of a film or animation; 12 where it does not say, and for a folder."""
    return _room(path).rate(Path(path)) or RATE


def _room(path: str | Path) -> Any:
    if not isinstance(path, (str, os.PathLike)):
        raise BadArgument(f"{type(path).__name__} as a video", "the path of a file or folder", 'write "dream.gif"')
    path = Path(path)
    if not path.exists():
        raise BadPicture(f"{str(path)!r}: no such file or folder", "a video, or a folder of pictures", "check the path")
    return folders if path.is_dir() else animations if path.suffix.lower() in animations.WRITERS else films


def _images(frames: Iterable[Any]) -> Iterator[Image.Image]:
    """Frames as bytes, checked one by one."""
    if not isinstance(frames, Iterable):
        raise BadArgument(f"{type(frames).__name__} as frames", "a list or generator of pictures", "write [picture]")
    size = None
    for number, frame in enumerate(frames):
        pixels = picture(frame).numbers()
        if len(pixels) != 1:
            raise BadPicture(f"frame {number} is {len(pixels)} pictures", "one picture a frame", "write frame[:1]")
        height, width = pixels.shape[-2:]
        size = size or (height, width)
        if (height, width) != size:
            raise BadPicture(
                f"frame {number} of {height} x {width} px after frames of {size[0]} x {size[1]}",
                "frames of one size",
                f"resize them: param.picture(frame, size={size})",
            )
        yield Image.fromarray((pixels[0] * 255).round().to(torch.uint8).permute(1, 2, 0).contiguous().numpy())
