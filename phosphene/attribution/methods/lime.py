"""LIME: the linear model of a picture's parts that is nearest to the score around the picture."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...errors import BadArgument
from ...seeds import stream
from ...values import check_integer, check_number, hold, tensor
from ..tail import Tail
from .base import Method
from .masking import MEAN, check_fill, covered, ground, over_views, size_of
from .superpixels import Superpixels, grid, labels_of


class lime(Method):
    """Each place has the weight of its superpixel in a linear model, fitted to the scores with random superpixels hidden.

    superpixels: `grid(rows, columns)`, `quickshift()` (the paper's), `slic()`, or a map of integers (H, W) from elsewhere.
    samples: maskings, the picture itself the first; more superpixels want more.  ridge, width: as in `surrogate`.  fill: what a
    hidden superpixel shows, "mean", its own mean, or a number; on layers "mean" is that of the superpixel in each channel.
    The same seed hides the same. For the paper's numbers ask about `prob(...)`.
    Errors: BadArgument, also for an objective that couples pictures; ShapeMismatch for a layer without places.
    Source: Ribeiro et al. 2016, "Why Should I Trust You?".

    >>> lime(samples=500, seed=1)
    attribution.lime(samples=500, seed=1)
    """

    superpixels: Superpixels | tensor = grid()
    samples: int = 1000
    ridge: int | float = 1
    width: int | float = 0.25
    fill: int | float | str = MEAN
    seed: int = 0

    def __post_init__(self) -> None:
        if isinstance(self.superpixels, (Tensor, np.ndarray)):
            object.__setattr__(self, "superpixels", hold(self.superpixels))
        if not isinstance(self.superpixels, Superpixels) and not _is_map(self.superpixels):
            raise BadArgument(
                f"{self.word}: superpixels are {self.superpixels!r}"[:200],
                "a way of cutting a picture, or a map of integers (H, W), one label a place",
                "write superpixels=attribution.superpixels.grid(8, 8)",
            )
        check_integer(self.word, "samples", self.samples, 2)
        check_number(self.word, "ridge", self.ridge, 0)
        check_number(self.word, "width", self.width, 1e-3)
        check_fill(self.word, self.fill)
        check_integer(self.word, "seed", self.seed)

    def values(self, tail: Tail) -> Tensor:
        """The weight of each place's superpixel."""
        size_of(tail, self.word)
        seen = tail.places(tail.activation)
        pictures = seen.reshape(-1, len(tail.scores), *seen.shape[1:]).mean(0)
        parts = [labels_of(self.superpixels, one) for one in pictures]
        chosen = [bits(self.samples, int(labels.max()) + 1, self.seed) for labels in parts]

        def shown(first: int, last: int) -> Tensor:
            return torch.stack([z[first:last][:, labels] for z, labels in zip(chosen, parts, strict=True)], 1)

        below = self._below(tail, seen, parts)
        scores = torch.cat([found for found, _ in covered(tail, self.samples, shown, below)])
        maps = [
            surrogate(z, own, self.ridge, self.width)[labels.to(own.device)]
            for z, own, labels in zip(chosen, scores.T, parts, strict=True)
        ]
        return over_views(tail, torch.stack(maps))

    def _below(self, tail: Tail, seen: Tensor, parts: list[Tensor]) -> Tensor:
        """What hidden superpixels show, in the shape of the activation."""
        if self.fill != MEAN:
            return ground(tail.activation, self.fill)
        found = torch.stack([part_means(x.flatten(1), parts[i % len(parts)]) for i, x in enumerate(seen)])
        before = tail.activation.flatten(2).shape[2] - found.shape[2]
        return F.pad(found, (before, 0)).reshape(tail.activation.shape)


def _is_map(value: object) -> bool:
    return isinstance(value, tensor) and len(value.shape) == 2 and "int" in value.dtype


def bits(samples: int, count: int, seed: int) -> Tensor:
    """Which of `count` superpixels are shown, (samples, count) of 0 and 1: all at first, then each with probability 1/2.

    >>> bits(3, 4, seed=0).shape, bits(3, 4, seed=0)[0].tolist()
    (torch.Size([3, 4]), [1.0, 1.0, 1.0, 1.0])
    """
    found = torch.randint(0, 2, (samples, count), generator=stream(seed, lime.word)).double()
    found[0] = 1
    return found


def surrogate(shown: Tensor, scores: Tensor, ridge: float = 1, width: float = 0.25) -> Tensor:
    """The weights (K,) of LIME's linear model, in float64: a ridge regression with intercept, in closed form.

    shown: (N, K), 1 for the superpixels that were seen.  scores: (N,).  A sample counts sqrt(exp(-d^2 / width^2)) where d is
    the cosine distance of its row to all ones; the weights minimize sum of these times squared error + ridge * |weights|^2.

    >>> shown = torch.tensor([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    >>> surrogate(shown, shown @ torch.tensor([3.0, -1.0]), ridge=1e-9).round(decimals=6).tolist()
    [3.0, -1.0]
    """
    z, y = shown.double(), scores.double().to(shown.device)
    distance = 1 - (z.sum(1) / z.shape[1]).sqrt()  # the cosine of bits and ones
    weight = (-(distance**2) / (2 * width**2)).exp()
    z, y = (x - torch.einsum("n,n...->...", weight, x) / weight.sum() for x in (z, y))
    normal = (z.T * weight) @ z + ridge * torch.eye(z.shape[1], dtype=z.dtype, device=z.device)
    solved: Tensor = torch.linalg.lstsq(normal, (z.T @ (weight * y))[:, None]).solution[:, 0]
    return solved.to(scores.device)


def part_means(x: Tensor, labels: Tensor) -> Tensor:
    """Channels (C, P) with the mean of each part, labels (H, W), in its place.

    >>> part_means(torch.tensor([[1.0, 3.0, 5.0]]), torch.tensor([[0, 0, 1]])).tolist()
    [[2.0, 2.0, 5.0]]
    """
    place = labels.flatten().to(x.device)
    sums = x.new_zeros(len(x), int(labels.max()) + 1).index_add(1, place, x)
    return (sums / place.bincount())[:, place]
