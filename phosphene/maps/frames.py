"""Where frames come from: pictures, batches, folders, videos, iterators; one picture in memory at a time."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor

from .. import video
from ..errors import BadArgument, BadPicture
from ..param.picture import picture
from ..values import tensor
from ..video import animations, folders

STILLS = tuple(kind for kind in folders.PICTURES if kind not in animations.WRITERS)


class Frames:
    """Pictures (3, H, W) in [0, 1] from a source, one at a time.

    source: a picture as `param.picture` takes it, a batch (B, 3, H, W), the path of a picture, a folder or a video, a list
    of these, or an iterator of pictures.  again: whether they can be read more than once, which an iterator cannot.
    Errors: BadPicture where there is no frame or one that is no picture, BadArgument for what is no source, and for an
    iterator that is read twice; MissingExtra for a film without the extra `video`.

    >>> import torch
    >>> both = Frames([torch.zeros(3, 4, 4), torch.ones(2, 3, 4, 4)])
    >>> [float(one.mean()) for one in both], both.again
    ([0.0, 1.0, 1.0], True)
    """

    def __init__(self, source: Any) -> None:
        if isinstance(source, Frames) or not _known(source):
            raise BadArgument(
                f"{type(source).__name__} as frames",
                "pictures, a folder, a video, a list or a generator of pictures expected",
                "write [picture]",
            )
        self.again = not _used_up(source)
        stream = _pictures(source)
        first = next(stream, None)
        if first is None:
            raise BadPicture("no frame at all", "one picture at least", "hand over pictures, a folder or a video")
        self.first: Tensor = first
        self._source = source if self.again else stream
        self._read = False

    def __iter__(self) -> Iterator[Tensor]:
        if self.again:
            return _pictures(self._source)
        if self._read:
            raise once("reading them twice")
        self._read = True
        return itertools.chain([self.first], self._source)


def once(what: str) -> BadArgument:
    """The error for an iterator of frames where they are needed twice."""
    return BadArgument(
        f"an iterator of frames, and {what}",
        "frames that can be read twice expected: a folder, a video, a list",
        'write video.write("frames", iterator) first, then hand over "frames"',
    )


def _known(source: Any) -> bool:
    return isinstance(source, (Tensor, np.ndarray, tensor, Image.Image, str, os.PathLike, Iterable))


def _used_up(source: Any) -> bool:
    """Whether a source is gone once it has been read."""
    inside = source if isinstance(source, (list, tuple)) else ()
    return isinstance(source, Iterator) or any(map(_used_up, inside))


def _pictures(source: Any) -> Iterator[Tensor]:
    """Every picture of a source, read when it is asked for."""
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        yield from video.read(path) if path.is_dir() or path.suffix.lower() not in STILLS else picture(path).numbers()
    elif isinstance(source, (Tensor, np.ndarray, tensor, Image.Image)):
        yield from picture(source).numbers()
    elif isinstance(source, Iterable):
        for one in source:
            yield from _pictures(one)
    else:
        picture(source)  # says what is wrong with it
