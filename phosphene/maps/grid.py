"""A layer's activation maps in a grid, frame by frame: the deep-visualization toolbox's view of a layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from torch import Tensor

from .looking import Looks, chosen_of
from .scales import Scale, scale_of
from .sheet import Sheet, as_picture, legend


def grid(
    model: Any,
    layer: str,
    frames: Any,
    scale: str | float = "own",
    channels: Sequence[int] | None = None,
    size: int | tuple[int, int] | None = None,
    signed: bool | None = None,
) -> Iterator[Tensor]:
    """For each frame a picture (3, H, W) in [0, 1]: the frame, and beside it the maps of a layer's channels.

    model, frames, size: as for `look`.  scale: what the end of the colors is: "own", the largest number of each map;
    "shared", the layer's largest in the frame; "clip", the layer's largest in all frames, for which they are read twice; a
    number, the same for any frames. All are sizes without sign, over all channels where not "own".  channels: some, in this
    order; all where not given.  signed: colors for both signs, with 0 in the middle; where not given, the first frame
    decides (with "clip" all of them): a layer without negative numbers has colors from 0 on.

    One frame is in memory at a time: the pictures are for `video.write`.
    Errors: as `look`; BadArgument for a scale, a channel, an iterator with "clip", and, when it is reached, for a frame with
    negative numbers where the first had none; TooLarge for more maps than a sheet holds.

    Source: Yosinski et al. 2015, Understanding Neural Networks Through Deep Visualization (its toolbox).

    >>> import phosphene as ph, tempfile
    >>> net, frames = ph.load("patterns"), (ph.models.patterns.draw("dots", seed, size=48) for seed in range(3))
    >>> path = ph.video.write(tempfile.mkdtemp() + "/maps.gif", grid(net, "block3", frames, "shared", channels=[17, 4]))
    >>> len(list(ph.video.read(path)))
    3
    """
    looks = Looks(model, layer, frames, size)
    count, *shape = looks.shapes[layer]
    chosen = chosen_of(layer, channels, count)
    found = scale_of("grid", scale, looks, layer, signed)
    title = f"{layer} of {looks.vision.name}"
    words = f"{len(chosen)} of {count} channels, {shape[0]} x {shape[1]} positions; each under its number"
    sheet = Sheet(title, looks.size, (shape[0], shape[1]), list(map(str, chosen)), foot(found, words))
    return (as_picture(sheet.filled(one.picture, found(one.activations[layer], chosen, one.number))) for one in looks)


def foot(scale: Scale, words: str) -> Any:
    """The scale of colors, and what is shown."""
    return legend(*scale.ends(), scale.signs, words)
