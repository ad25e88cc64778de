"""The layers of a network for textures and styles, chosen by what a position of theirs stands for."""

from __future__ import annotations

from itertools import groupby

from ...errors import BadArgument
from ...models import as_vision, probe
from ...models.capture import takes
from ...models.distinct import distinct
from ...models.vision import Vision, pair
from ...param.base import Size

COARSEST = 18
"""The largest number of pixels from one position to the next, VGG's 16 and room for convolutions without padding."""


def scales(model: Vision, size: Size) -> tuple[str, ...]:
    """One layer for each resolution at which a network looks at pictures of a size, the finest first.

    Of the layers with rows and columns, those of one resolution stand together; the last of them counts, among those the
    one with the shortest path, so that blocks are taken whole: for VGG-16 relu1_2, relu2_2, relu3_3, relu4_3, relu5_3
    (the first four are those of Johnson et al. 2016). Layers of classes, and those of more than 18 pixels from one
    position to the next, do not count. Where none has a position for each pixel, as in networks that begin with a stride,
    "input" comes first, for the colors that they see little of. The last but one is for content, as conv4_2 of conv1_1 to
    conv5_1 is in Gatys et al. 2016.
    Errors: BadArgument for a network without such layers.

    >>> import phosphene as ph
    >>> scales(ph.models.load("patterns"), (64, 64))
    ('input', 'block1', 'block2', 'block3', 'block4')
    """
    vision = as_vision(model)
    seen = size if vision.size is None or takes(vision, size) else pair(vision.size)
    names = distinct(vision, seen)
    shapes = probe(vision, dict.fromkeys((*names, "output"), "recipes"), seen)
    classes = shapes["output"][1] if len(shapes["output"]) == 2 else 0
    fine = [
        name
        for name in names
        if len(shapes[name]) == 4
        and shapes[name][1] != classes
        and min(shapes[name][-2:]) > 1
        and seen[0] <= COARSEST * shapes[name][-2]
    ]
    groups = groupby(sorted(fine, key=lambda name: -shapes[name][-2]), key=lambda name: shapes[name][-2:])
    found = tuple(_last(list(group)) for _, group in groups)
    if not found:
        raise BadArgument(
            f"{vision.name}, in which no layer has rows and columns of positions",
            "a network with convolutions expected, whose layers say where in the picture something is",
            "write ph.models.load('patterns') or another convolutional network",
        )
    return found if shapes[found[0]][-2] >= seen[0] else ("input", *found)


def _last(names: list[str]) -> str:
    least = min(name.count(".") for name in names)
    return [name for name in names if name.count(".") == least][-1]
