"""Maps of regions for the commands: files, or a few that are drawn, so that an example needs no file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import BadArgument, nearest
from .options import picture_of

if TYPE_CHECKING:
    from torch import Tensor

MAPS = ("halves", "disk", "hills")


def map_of(text: str, size: int | None = None) -> Tensor:
    """A map of regions (3, H, W): a picture file, or map:halves, map:disk, map:hills, in red and blue."""
    import torch

    kind, _, name = text.partition(":")
    if kind != "map":
        return picture_of(text, size)
    if name not in MAPS:
        raise BadArgument(f"the map {text!r}", nearest(name, MAPS), "write map:disk, or the path of a picture")
    side = size or 224
    line = torch.linspace(-1, 1, side)
    y, x = torch.meshgrid(line, line, indexing="ij")
    red = {"halves": x < 0, "disk": x**2 + y**2 < 0.5, "hills": y > 0.3 * torch.sin(4 * x) - 0.2}[name].float()
    return torch.stack([red, torch.zeros_like(red), 1 - red])


def joined_of(text: str, size: int | None = None) -> Tensor:
    """A picture, or the left half of one and the right half of another: drawn:bricks+waves."""
    import torch

    left, plus, right = text.partition("+")
    if not plus or not text.startswith("drawn:"):
        return picture_of(text, size)
    first, second = picture_of(left, size), picture_of(f"drawn:{right}", size)
    middle = first.shape[-1] // 2
    return torch.cat([first[..., :middle], second[..., middle:]], -1)
