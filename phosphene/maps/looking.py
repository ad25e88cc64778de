"""The activations of layers, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..attribution.result import by_place
from ..errors import BadArgument, BadPicture, Nonfinite
from ..models import Capture, as_vision, guarded, probe
from ..models.vision import pair
from ..param.picture import covering
from ..values import check_integer
from .frames import Frames


@dataclass(frozen=True, eq=False, repr=False)
class Look:
    """A frame, and what layers make of it.

    number: from 0.  picture: (3, h, w) in [0, 1], as the network saw it.  activations: by layer (C, rows, columns); a layer
    without positions has one row and one column, one of tokens one row.
    """

    number: int
    picture: Tensor
    activations: dict[str, Tensor]

    def __repr__(self) -> str:
        shapes = ", ".join(f"{name!r} {tuple(x.shape)}" for name, x in self.activations.items())
        return f"Look({self.number}: {shapes})"


class Looks:
    """Looks at frames, one at a time, prepared and checked; as often as the frames can be read.

    shapes: of the activation of each layer.  size: of the pictures as the network sees them.
    """

    def __init__(self, model: Any, layers: str | Sequence[str], frames: Any, size: Any = None) -> None:
        self.vision = as_vision(model)
        if len(self.vision.mean) != 3:
            raise BadArgument(
                f"{self.vision.name}, a network of {len(self.vision.mean)}-channel pictures",
                "a network of RGB pictures expected",
                "use models.capture",
            )
        self.layers = tuple([layers] if isinstance(layers, str) else layers)
        if not self.layers or len(set(self.layers)) < len(self.layers):
            raise BadArgument(f"layers {layers!r}", "one layer or several, each once", 'write ["block3", "block4"]')
        self.frames = Frames(frames)
        self._own = size is None and self.vision.size is None
        self.size = pair(size or self.vision.size or tuple(self.frames.first.shape[-2:]))
        found = probe(self.vision, dict.fromkeys(self.layers, "maps"), self.size)
        if any(len(shape) > 4 for shape in found.values()):
            raise BadArgument(f"layers {self.layers}", "channels, rows and columns expected", "write other layers")
        self.shapes = {name: by_place(torch.empty(shape, device="meta")).shape[1:] for name, shape in found.items()}
        self._plan = Capture(self.vision, self.layers)

    def __iter__(self) -> Iterator[Look]:
        for number, frame in enumerate(self.frames):
            yield self._look(number, self._fitted(number, frame))

    def first(self) -> Look:
        """The look at the first frame, which takes nothing away from an iterator."""
        return self._look(0, self._fitted(0, self.frames.first))

    def made(self) -> dict[str, str]:
        """How maps were made, line by line."""
        height, width = self.size
        network = f"{self.vision.name} (weights {self.vision.digest()[:12]})"
        return {"network": network, "frames": f"scaled until they cover {height} x {width} px, cut about the centre"}

    def _look(self, number: int, frame: Tensor) -> Look:
        with torch.no_grad(), guarded(self.vision):
            found = self._plan(frame.to(self.vision.device, self.vision.dtype))
        activations = {name: by_place(x)[0].cpu() for name, x in found.items()}
        for name, x in activations.items():
            if not bool(torch.isfinite(x).all()):
                raise Nonfinite(
                    f"layer {name!r} with NaN or infinity in frame {number}",
                    "finite activations expected",
                    "look at the layer before it",
                )
        return Look(number, frame[0], activations)

    def _fitted(self, number: int, frame: Tensor) -> Tensor:
        height, width = frame.shape[-2:]
        if self._own and (height, width) != self.size:
            raise BadPicture(
                f"frame {number} of {height} x {width} px after frames of {self.size[0]} x {self.size[1]}",
                "frames of one size, as neither the network nor size= says one",
                f"write size={self.size}: frames are scaled until they cover it, and cut about their centre",
            )
        return covering(frame[None], self.size)


def look(model: Any, layers: str | Sequence[str], frames: Any, size: int | tuple[int, int] | None = None) -> Looks:
    """The activations of layers, one frame after another: an iterable of `Look`s, of which one is in memory at a time.

    model: a `Vision` of RGB pictures.  layers: a name or several.  frames: pictures, a batch, a folder, a video, a list of
    these, or an iterator of pictures (`maps.frames.Frames`).  size: at which the network sees them, its own where not given,
    else the first frame's; each frame is scaled until it covers it, and cut about its centre.
    Errors: BadPicture for no frame, for what is no picture, and for frames of different sizes where nothing says one;
    UnknownLayer, BadArgument, ShapeMismatch before anything runs; Nonfinite, and BadPicture of a damaged video, when they
    are reached.

    >>> import phosphene as ph
    >>> net, frames = ph.load("patterns"), [ph.models.patterns.draw("dots", seed, size=48) for seed in range(2)]
    >>> list(look(net, ["stem", "block3"], frames, size=48))
    [Look(0: 'stem' (32, 24, 24), 'block3' (80, 6, 6)), Look(1: 'stem' (32, 24, 24), 'block3' (80, 6, 6))]
    """
    return Looks(model, layers, frames, size)


def chosen_of(layer: str, channels: Any, count: int) -> list[int]:
    """The channels that are asked for, each of which the layer has; all `count` where none are named."""
    chosen = list(range(count) if channels is None else channels)
    if not chosen:
        raise BadArgument(f"no channel of layer {layer!r}", "one at least", "write channels=[0], or leave it out")
    for channel in chosen:
        check_integer(f"layer {layer!r}", "channel", channel, 0, count - 1)
    return chosen
