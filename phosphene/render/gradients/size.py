"""Links that change the size of the gradient: normalize, sign, clip, percentile."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from ...values import check_choice
from ..moment import Moment, per_picture
from ..schedules import Number, at, check
from .base import Gradient


class normalize(Gradient):
    """The gradient over its mean absolute value, root mean square, or Euclidean norm, picture by picture; 0 stays 0.

    "mean_abs" is the step of DeepDream (Mordvintsev et al. 2015) and DGN-AM (Nguyen et al. 2016).

    >>> normalize("rms")
    gradients.normalize('rms')
    """

    by: Literal["mean_abs", "rms", "l2"]

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice(self.word, "by", self.by, ("mean_abs", "rms", "l2"))

    def apply(self, gradient: Tensor, moment: Moment) -> Tensor:
        """The gradient over its size."""
        size = sizes(gradient, self.by)
        return gradient / per_picture(size.where(size > 0, size.new_ones(())), gradient)


class sign(Gradient):
    """The sign of every entry: the step of steepest ascent in the maximum norm (Goodfellow et al. 2015).

    >>> sign().apply(torch.tensor([[-2.0, 0.0, 3.0]]), Moment())
    tensor([[-1.,  0.,  1.]])
    """

    def apply(self, gradient: Tensor, moment: Moment) -> Tensor:
        """-1, 0 or 1."""
        return gradient.sign()


class clip(Gradient):
    """The gradient kept small: entries within +-limit ("value"), within +-limit root mean squares ("rms"), or the whole
    scaled down to a Euclidean norm of at most limit ("l2").

    >>> clip(1, "l2").apply(torch.tensor([[3.0, 4.0]]), Moment())
    tensor([[0.6000, 0.8000]])
    """

    limit: Number
    by: Literal["value", "rms", "l2"] = "l2"

    def __post_init__(self) -> None:
        super().__post_init__()
        check(self.word, "limit", self.limit, 0)
        check_choice(self.word, "by", self.by, ("value", "rms", "l2"))

    def apply(self, gradient: Tensor, moment: Moment) -> Tensor:
        """The gradient within its limit."""
        limit = at(self.limit, moment)
        if self.by == "value":
            return gradient.clamp(-limit, limit)
        size = sizes(gradient, self.by)
        if self.by == "l2":
            return gradient * per_picture((limit / size.clamp_min(1e-30)).clamp_max(1), gradient)
        bound = per_picture(limit * size, gradient)
        return torch.minimum(torch.maximum(gradient, -bound), bound)


class percentile(Gradient):
    """Only the entries whose absolute value reaches the given percentile of their picture's; the others become 0.

    >>> percentile(50).apply(torch.tensor([[1.0, -2.0, 3.0]]), Moment())
    tensor([[ 0., -2.,  3.]])
    """

    percent: Number

    def __post_init__(self) -> None:
        super().__post_init__()
        check(self.word, "percent", self.percent, 0, 100)

    def apply(self, gradient: Tensor, moment: Moment) -> Tensor:
        """The large entries."""
        size = gradient.abs()
        return gradient * (size >= per_picture(quantile(size, at(self.percent, moment)), gradient))


def sizes(x: Tensor, by: str) -> Tensor:
    """The mean absolute value, root mean square or Euclidean norm of each picture, (B,)."""
    flat = x.flatten(1)
    if by == "mean_abs":
        return flat.abs().mean(1)
    return flat.square().mean(1).sqrt() if by == "rms" else flat.norm(dim=1)


def quantile(x: Tensor, percent: float) -> Tensor:
    """The percentile of each picture's entries, between neighbors in a straight line, (B,): NumPy's."""
    rows = x.flatten(1).sort(1).values
    place = percent / 100 * (rows.shape[1] - 1)
    low = min(int(place), rows.shape[1] - 1)
    high = min(low + 1, rows.shape[1] - 1)
    return torch.lerp(rows[:, low], rows[:, high], place - low)
