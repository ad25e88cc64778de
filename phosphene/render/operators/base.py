"""What an operator is: a change of the picture beside the optimizer's step."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar, Literal

from torch import Tensor

from ...errors import BadArgument
from ...values import Value, check_choice, check_integer, is_finite
from ..gradients import FRAMES, Frame
from ..moment import Moment

Center = Any
"""A color: a number, or one for each channel."""


class Operator(Value, room="operators", abstract=True):
    """A pure function of the picture (B, C, H, W), used at every `every`-th step.

    frame: "canvas", the whole picture; "view", the part that the network saw, where the transforms are crops; "state",
    every entry of the parameterization's state.  when: "end", after the optimizer's step, or "start", before the picture
    is looked at.  skip_last: not at the last step of a stage.
    """

    pictures: ClassVar[bool] = False
    """Whether it needs rows and columns: a tensor (B, C, H, W), which not every entry of a state is."""

    every: int = dataclasses.field(default=1, kw_only=True)
    frame: Frame = dataclasses.field(default="canvas", kw_only=True)
    when: Literal["start", "end"] = dataclasses.field(default="end", kw_only=True)
    skip_last: bool = dataclasses.field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        check_integer(self.word, "every", self.every, 1)
        check_choice(self.word, "frame", self.frame, FRAMES)
        check_choice(self.word, "when", self.when, ("end", "start"))
        check_choice(self.word, "skip_last", self.skip_last, (False, True))
        if self.frame == "view" and self.when == "start":
            raise BadArgument(
                f"{self!r}", "a view is known once the network has looked: when='end' expected", "write frame='canvas'"
            )

    def apply(self, picture: Tensor, moment: Moment) -> Tensor:
        """The changed picture."""
        raise NotImplementedError

    def due(self, moment: Moment) -> bool:
        """Whether it acts at this step: at step number every, 2 every, ... of the stage, counted from 1."""
        return (moment.step + 1) % self.every == 0 and not (self.skip_last and moment.last)


def check_center(owner: str, center: Center) -> Center:
    """A center color as a number or a tuple of numbers; BadArgument for anything else."""
    numbers = tuple(center) if isinstance(center, (tuple, list)) else (center,)
    if not numbers or not all(is_finite(number) for number in numbers):
        raise BadArgument(
            f"{owner}: center is {center!r}", "a number, or one for each channel, expected", "write center=0.5"
        )
    return numbers if isinstance(center, (tuple, list)) else center


def color(center: Center, like: Tensor) -> Tensor | float:
    """A center color shaped to be added to pictures."""
    if not isinstance(center, tuple):
        return float(center)
    if like.ndim != 4 or like.shape[1] != len(center):
        raise BadArgument(
            f"a center of {len(center)} channels for a tensor of shape {tuple(like.shape)}",
            "as many numbers as channels expected",
            "write a single number, or one for each channel",
        )
    return like.new_tensor(center)[:, None, None]
