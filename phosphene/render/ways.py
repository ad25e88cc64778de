"""The ways of pictures to a network: transforms and views in a row, drawn together, each from its own stream."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

from ..models.capture import takes
from ..models.vision import Vision
from ..objectives.algebra import Draw
from ..seeds import stream
from ..transforms import Transform, identity, resize
from ..transforms.base import draw
from .regions import moved

Path = tuple[Transform | Draw, ...]
Size = tuple[int, int]


def split_layer(layer: str) -> tuple[str, str]:
    """A layer as the network's name and the layer's: "a:features.12" is ("a", "features.12")."""
    model, colon, name = layer.rpartition(":")
    return (model, name) if colon else ("", layer)


class Draws:
    """The random streams of a step: one for each picture, purpose and sample."""

    def __init__(self, seeds: Sequence[int], step: int, sample: int) -> None:
        self.seeds, self.step, self.sample = seeds, step, sample

    def of(self, purpose: str, transform: Transform, size: Size) -> list[Any]:
        """One draw for each picture."""
        generators = [stream(seed, purpose, self.step, self.sample) for seed in self.seeds]
        return draw(transform, size, generators)


Apply = Callable[[Tensor, Transform, str, Draws], Tensor]
"""How a picture, or the mask of a region, goes through a transform."""


def finished(vision: Vision, transform: Transform, size: Size, whole: bool = True) -> Transform:
    """Transforms followed by the resize to the network's size, unless they set one that the network can take.

    whole: without it pictures are tiles of a larger one, which keep their scale where the network can take them.
    """
    seen = transform.output_size(size)
    if not whole and takes(vision, seen):
        return transform
    chosen = seen == transform.output_size((size[0] + 37, size[1] + 53))
    if vision.size in (None, seen) or (chosen and takes(vision, seen)):
        return transform
    return transform >> resize(vision.size)


def segments(path: Sequence[Transform | Draw]) -> list[tuple[Transform, str]]:
    """A path as transforms that are drawn together, with the purpose that names their stream."""
    segments: list[tuple[Transform, str]] = []
    for step in path:
        if isinstance(step, Draw):
            segments.append((step.transform, f"expect {step.transform!r} {step.index}"))
        elif segments:
            segments[-1] = (segments[-1][0] >> step, segments[-1][1])
        else:
            segments.append((step, "transforms"))
    return segments


def through(x: Tensor, transform: Transform, purpose: str, draws: Draws) -> Tensor:
    """Pictures through one transform, each with its own draw."""
    if transform == identity:
        return x
    return transform.apply(x, draws.of(purpose, transform, size_of(x)))


def through_for_mask(mask: Tensor, transform: Transform, purpose: str, draws: Draws) -> Tensor:
    """`through` for the mask of a region: the same draws, the moves alone."""
    if transform == identity:
        return mask
    return moved(mask, transform, draws.of(purpose, transform, size_of(mask)))


def size_of(x: Tensor) -> Size:
    """Height and width of pictures."""
    return int(x.shape[-2]), int(x.shape[-1])


def is_random(path: Path) -> bool:
    """Whether an expectation is on the path, so that every step sees something else."""
    return any(isinstance(step, Draw) for step in path)


def certain(path: Path) -> Path:
    """A path without its random views."""
    return tuple(step for step in path if not isinstance(step, Draw))


def of_same_size(pictures: list[Tensor]) -> list[list[int]]:
    """The numbers of the pictures, those of one size together."""
    groups: dict[Size, list[int]] = {}
    for i, picture in enumerate(pictures):
        groups.setdefault(size_of(picture), []).append(i)
    return list(groups.values())
