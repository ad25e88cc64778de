"""Regions on their way to a network: masks go where the pixels of their picture go, and are not changed by colors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ..errors import BadArgument, BadPicture, ShapeMismatch
from ..objectives.analysis import Site
from ..param.picture import fit
from ..transforms import Transform, identity
from ..transforms.base import Geometric
from ..transforms.stack import choice, sequence
from ..transforms.warp import Size
from ..values import tensor


class _Still(Transform, abstract=True):
    """A transform that leaves pixels where they are, as a mask meets it: it draws the same and changes nothing."""

    of: Transform

    def sample(self, size: Size, generator: torch.Generator) -> Any:
        return self.of.sample(size, generator)

    def output_size(self, size: Size) -> Size:
        if self.of.output_size(size) != size:
            raise ShapeMismatch(
                f"{self.of!r} changes the size of a picture, and a region cannot follow it",
                "transforms that move pixels by a subclass of Geometric, or leave them where they are, expected",
                "write transforms=tf.identity, or resize with tf.resize",
            )
        return size

    def apply(self, x: Tensor, draws: Sequence[Any]) -> Tensor:
        self.output_size((int(x.shape[-2]), int(x.shape[-1])))
        return x


def motion(transform: Transform) -> Transform:
    """What a transform does to a mask, of the same draws: pixels move, their values stay.

    >>> from phosphene import transforms as tf
    >>> mask = torch.ones(1, 1, 2, 2)
    >>> motion(tf.noise(0.1)).apply(mask, [7]).equal(mask)
    True
    """
    if isinstance(transform, sequence):
        return sequence(tuple(motion(part) for part in transform.parts))
    if isinstance(transform, choice):
        return choice(tuple(motion(part) for part in transform.parts))
    return transform if isinstance(transform, Geometric) or transform == identity else _Still(transform)


def moved(mask: Tensor, transform: Transform, draws: Sequence[Any]) -> Tensor:
    """Masks (B, 1, H, W) after a transform; what a number fills belongs to no region."""
    # Moving pixels is linear but for the fill, which is what an empty mask shows.
    both = motion(transform).apply(torch.cat([mask, torch.zeros_like(mask)], 1), draws)
    return (both[:, :1] - both[:, 1:]).clamp(0, 1)


def on_canvas(site: Site, canvas: Tensor) -> Tensor:
    """The mask of a site's region, (B, 1, H, W) like the canvas; ShapeMismatch where its picture has other proportions."""
    assert site.region is not None
    height, width = site.region.shape[-2:]
    here = tuple(site.picture.shape[-2:] if isinstance(site.picture, tensor) else canvas.shape[-2:])
    # Either side may have been rounded by up to a pixel, as that of a stage at half the size.
    if abs(here[0] * width - here[1] * height) > height + width:
        whose = "its target picture" if isinstance(site.picture, tensor) else "the painted picture"
        raise ShapeMismatch(
            f"a region of {height} x {width} pixels at layer {site.layer!r}",
            f"{whose} has {here[0]} x {here[1]}, other proportions",
            "make the mask at the picture's size, or of its proportions",
        )
    numbers = site.region.numbers()
    size = (int(canvas.shape[-2]), int(canvas.shape[-1]))
    mask = numbers if numbers.shape[-2:] == size else fit(numbers, size)
    if not bool(mask.any()):
        raise BadPicture(
            f"a region of {height} x {width} pixels with nothing left of it at {size[0]} x {size[1]}",
            "a region that the painted picture's pixels can show",
            "paint larger, or widen the region",
        )
    return mask.to(canvas.device, canvas.dtype).expand(canvas.shape[0], -1, -1, -1)


def no_tiles(site: Site) -> BadArgument:
    """The error for a region of a picture that is painted in tiles."""
    return BadArgument(
        f"a region at layer {site.layer!r} of a picture that is seen in tiles",
        "the whole picture expected, which is what the mask is of",
        "leave the tiles out, or write a term without a region",
    )
