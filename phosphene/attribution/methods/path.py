"""Methods that look at the gradients on a path to the activation."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ...errors import ShapeMismatch
from ...values import check_integer, check_number, hold, tensor
from ..tail import Tail
from .base import Method

CUTS = 2
"""How often the parts of a path are cut in three."""


class integrated_gradients(Method):
    """The gradient's mean on the straight path from a baseline to the activation, times the way (Sundararajan et al. 2017).

    steps: points on the path, the middles of as many equal parts.  baseline: where it starts, a number or a tensor with the
    shape of one picture's activation, (C, ...).  tolerance: how much of the score's change along the path the values may
    miss; for pictures where they miss more, each part is cut in three, and once again. None: never.  `Attribution.missing`
    says how much they miss: measured for the top classes of photographs at nine layers of MobileNetV2, the picture
    included, at most 0.9 %, where 64 steps alone miss up to several percent; of the bundled network at most 0.4 %.
    Errors: BadArgument, ShapeMismatch.

    >>> integrated_gradients(steps=128)
    attribution.integrated_gradients(steps=128)
    """

    steps: int = 64
    baseline: int | float | tensor = 0
    tolerance: int | float | None = 0.01

    def __post_init__(self) -> None:
        check_integer(self.word, "steps", self.steps, 1)
        if isinstance(self.baseline, (Tensor, np.ndarray)):
            object.__setattr__(self, "baseline", hold(self.baseline))
        if not isinstance(self.baseline, tensor):
            check_number(self.word, "baseline", self.baseline)
        if self.tolerance is not None:
            check_number(self.word, "tolerance", self.tolerance, 0)

    def values(self, tail: Tail) -> Tensor:
        """The way times the mean of the gradients at the middles of the parts."""
        assert tail.start is not None
        start, way = tail.start, tail.activation - tail.start
        parts, total = self.steps, self._slopes(tail, start, way, self.steps, 1 / 2)
        values = way * total / parts
        allowed = torch.inf if self.tolerance is None else self.tolerance
        for _ in range(CUTS):
            gap, change = tail.missed(values)
            short = gap > allowed * change
            if not bool(short.any()):
                break
            # The middle of a part is that of its middle third, so that nothing is computed twice.
            total = total + sum(self._slopes(tail, start, way, parts, place) for place in (1 / 6, 5 / 6))
            parts *= 3
            values = torch.where(tail.rows(short), way * total / parts, values)
        return values

    def _slopes(self, tail: Tail, start: Tensor, way: Tensor, parts: int, place: float) -> Tensor:
        """The sum of the gradients at one place of every part."""
        total = torch.zeros_like(way)
        for part in range(parts):
            total += tail.slope_at(start + (part + place) / parts * way)
        return total

    def start(self, tail: Tail) -> Tensor:
        """The baseline in the shape of the activation."""
        like = tail.activation
        if not isinstance(self.baseline, tensor):
            return torch.full_like(like, self.baseline)
        if self.baseline.shape != tuple(like.shape[1:]):
            raise ShapeMismatch(
                f"a baseline of shape {self.baseline.shape}",
                f"the shape of one picture's activation, {tuple(like.shape[1:])}, expected",
                "write a number, or a tensor of this shape",
            )
        return self.baseline.numbers().to(like).expand_as(like)
