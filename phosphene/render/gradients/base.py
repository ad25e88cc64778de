"""What a link of the gradient chain is."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Literal

from torch import Tensor

from ...values import Value, check_choice
from ..moment import Moment

Frame = Literal["canvas", "view", "state", "tiles"]
FRAMES: tuple[Frame, ...] = ("canvas", "view", "state")


class Gradient(Value, room="gradients", abstract=True):
    """A pure function of a gradient of the score (B, ...); each picture's by itself.

    frame: "canvas", the gradient at the picture that is stored; "view", at what a network saw; "state", at each entry of
    the parameterization's state, after it has been pulled back; "tiles", none: it decides where networks look.
    """

    pictures: ClassVar[bool] = False
    """Whether it needs rows and columns: a tensor (B, C, H, W), which not every entry of a state is."""

    frame: Frame = dataclasses.field(default="canvas", kw_only=True)

    def __post_init__(self) -> None:
        check_choice(self.word, "frame", self.frame, FRAMES)

    def apply(self, gradient: Tensor, moment: Moment) -> Tensor:
        """The changed gradient."""
        raise NotImplementedError
