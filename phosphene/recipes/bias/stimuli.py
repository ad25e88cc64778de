"""Stimuli with two cues, and what networks decide about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ...errors import BadArgument, ShapeMismatch
from ...figures.base import Bytes
from ...models.vision import Vision
from ...param import picture as as_picture
from ..given.answers import answers
from ..given.observation import as_bytes
from .categories import Groups, members


class BiasWarning(UserWarning):
    """No decision was for the shape or the texture of a stimulus, so that there is no bias."""


@dataclass(frozen=True, eq=False)
class Stimuli:
    """Pictures (N, 3, H, W) in [0, 1], and the group of the shape and of the texture of each.

    Errors: ShapeMismatch for another number of one of them, BadPicture, BadArgument for groups without a list.
    """

    images: Tensor
    shapes: tuple[str, ...]
    textures: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "shapes", names_of("shapes", self.shapes))
        object.__setattr__(self, "textures", names_of("textures", self.textures))
        if isinstance(self.images, Tensor) and self.images.ndim != 4:
            raise ShapeMismatch(
                f"stimuli of shape {tuple(self.images.shape)}", "(N, 3, H, W) expected", "write torch.stack(pictures)"
            )
        if not isinstance(self.images, Tensor) or len(self.images):
            object.__setattr__(self, "images", as_picture(self.images).numbers())
        if not len(self.images) == len(self.shapes) == len(self.textures) > 0:
            raise ShapeMismatch(
                f"{len(self.images)} stimuli of {len(self.shapes)} shapes and {len(self.textures)} textures",
                "as many of each, one at least, expected",
                "name the shape and the texture of every picture",
            )

    def incongruent(self) -> Stimuli:
        """Those whose shape and texture are of different groups; BadArgument where there is none."""
        pairs = list(zip(self.shapes, self.textures, strict=True))
        kept = [number for number, (shape, texture) in enumerate(pairs) if shape != texture]
        if not kept:
            raise BadArgument(
                f"stimuli of {sorted({*self.shapes})}, whose shape is their texture",
                "one at least where they differ",
                "write cue_conflict(model, shapes, textures)",
            )
        return Stimuli(self.images[kept], tuple(pairs[i][0] for i in kept), tuple(pairs[i][1] for i in kept))

    def bytes(self) -> Bytes:
        """The pictures (N, H, W, 3) as figures show them."""
        return as_bytes(self.images)


def checked(stimuli: Any) -> Stimuli:
    """The same; BadArgument for something else."""
    if not isinstance(stimuli, Stimuli):
        raise BadArgument(
            f"{type(stimuli).__name__} as stimuli", "Stimuli expected", "write cue_conflict(model, shapes, textures)"
        )
    return stimuli


def names_of(cue: str, names: Any) -> tuple[str, ...]:
    """The groups of stimuli, one for each."""
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        raise BadArgument(
            f"{cue}={names!r}"[:200], "the name of a group for each picture", f"write {cue}=('stars', 'hearts')"
        )
    return tuple(names)


def decisions(vision: Vision, stimuli: Stimuli, groups: Groups) -> list[str]:
    """The group of the largest mean probability, for each stimulus."""
    probability = answers(vision, stimuli.images)[0].double().softmax(1)
    named = members(vision, groups, probability.shape[1])
    if missing := sorted({*stimuli.shapes, *stimuli.textures} - set(named)):
        raise BadArgument(
            f"stimuli of {', '.join(missing)}",
            f"groups of {vision.name} expected: {', '.join(named)}"[:300],
            "name the stimuli as the groups, or write groups={...}",
        )
    means = torch.stack([probability[:, some].mean(1) for some in named.values()], 1)
    return [list(named)[number] for number in means.argmax(1).tolist()]


def counted(answers: Sequence[str], stimuli: Stimuli, order: Sequence[str]) -> list[list[int]]:
    """For each shape, how many of its stimuli were taken for the shape, for the texture, and for neither."""
    rows = list(zip(stimuli.shapes, stimuli.textures, answers, strict=True))
    mine = {group: [row for row in rows if row[0] == group] for group in order}
    hits = {group: [sum(row[2] == row[cue] for row in some) for cue in (0, 1)] for group, some in mine.items()}
    return [[*hits[group], len(mine[group]) - sum(hits[group])] for group in order]
