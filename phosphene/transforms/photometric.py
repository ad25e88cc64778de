"""Transforms that change values and leave pixels where they are; each ends a warp and lets a new one begin."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..values import check_number
from .base import Draw, Transform, check_draws
from .warp import Size


class noise(Transform):
    """Normal noise of standard deviation `sd` added to every value.

    The draw is a seed, from which `apply` makes the noise: on the CPU in float32, whatever the picture's device.

    >>> noise(0.1)(torch.zeros(1, 3, 8, 8), [torch.Generator()]).shape
    torch.Size([1, 3, 8, 8])
    """

    sd: float

    def __post_init__(self) -> None:
        check_number("noise", "sd", self.sd, 0)

    @property
    def deterministic(self) -> bool:
        """At zero strength."""
        return self.sd == 0

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """A seed."""
        return int(torch.randint(2**62, (), generator=generator).item())

    def apply(self, x: Tensor, draws: Sequence[Draw]) -> Tensor:
        """The sum, without a clamp."""
        check_draws(self, x, draws)
        if self.deterministic or not draws:
            return x
        fields = [torch.randn(x.shape[1:], generator=torch.Generator().manual_seed(seed)) for seed in draws]
        return x + self.sd * torch.stack(fields).to(x)
