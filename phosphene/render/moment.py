"""Where a run stands: what the values of the loop may know besides the tensor that they are given."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..seeds import stream


@dataclass(frozen=True)
class Moment:
    """A step of a run.

    step: updates before this one in the stage, of `steps`.  stage: its number.  done: updates before this one in the
    whole run.  seeds: one for each picture.  scores: (B,), those of this step.  gradient: that of the scores at the
    canvas, after the gradient chain.

    >>> Moment(3, 10).last, Moment(9, 10).last
    (False, True)
    """

    step: int = 0
    steps: int = 1
    stage: int = 0
    done: int = 0
    seeds: tuple[int, ...] = (0,)
    scores: Tensor | None = None
    gradient: Tensor | None = None

    @property
    def last(self) -> bool:
        """Whether no step of the stage follows."""
        return self.step == self.steps - 1

    def streams(self, purpose: str) -> list[torch.Generator]:
        """A random stream for each picture, of this step alone."""
        return [stream(seed, purpose, self.done) for seed in self.seeds]


def per_picture(numbers: Tensor, like: Tensor) -> Tensor:
    """Numbers (B,) shaped to multiply a batch (B, ...)."""
    return numbers.reshape(-1, *(1,) * (like.ndim - 1))
