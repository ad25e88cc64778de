"""A folder of pictures as a video: 00000.png, 00001.png, ..."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from torch import Tensor

from ..errors import BadArgument, BadPicture, NotWritten, PhospheneError
from ..param.picture import picture
from ..serialize import writable

PICTURES = (".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
"""What counts as a frame."""


def write(path: Path, images: Iterator[Image.Image]) -> Path:
    """Numbered PNGs in a folder beside, which is renamed at the end; an earlier video of this kind is replaced."""
    if path.exists() and not (path.is_dir() and all(_numbered(one) for one in path.iterdir())):
        raise BadArgument(
            f"the folder {str(path)!r} holds other things than frames",
            "a new folder, or the frames 00000.png, 00001.png, ... of an earlier video expected",
            "write another path",
        )
    writable(path.with_name(f".{path.name}.png"))
    work = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    fresh, old = work / "new", work / "old"
    try:
        fresh.mkdir()
        for number, image in enumerate(images):
            image.save(fresh / f"{number:05d}.png")
        if path.exists():
            path.rename(old)
        fresh.rename(path)
    except PhospheneError:
        raise
    except OSError as problem:
        raise NotWritten(
            f"the folder {str(path)!r}: {problem.strerror or problem}",
            "a folder that can be written, with room for the frames, expected",
            "make room, or write another path; what was there is left as it was",
        ) from problem
    finally:
        if old.exists() and not path.exists():
            old.rename(path)
        shutil.rmtree(work, ignore_errors=True)
    return path


def _numbered(path: Path) -> bool:
    return path.suffix == ".png" and path.stem.isdecimal()


def read(path: Path) -> Iterator[Tensor]:
    """The pictures of a folder in the order of their names."""
    found = sorted(one for one in path.iterdir() if one.suffix.lower() in PICTURES)
    if not found:
        raise BadPicture(
            f"the folder {str(path)!r} holds no picture", f"files in {', '.join(PICTURES)}", "choose another"
        )
    return (picture(one).numbers()[0] for one in found)


def rate(path: Path) -> None:
    """Pictures in a folder do not say how fast they are."""
