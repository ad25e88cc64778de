"""Color maps: from independent numbers to channels that vary together as those of natural pictures do."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import BadArgument
from ..values import hold, tensor
from .base import Map
from .picture import picture

_IMAGENET = ((0.26, 0.09, 0.02), (0.27, 0.0, -0.05), (0.27, -0.09, 0.03))
"""A square root K of ImageNet's color covariance, as Lucid publishes it: covariance = K K^T."""


class decorrelate(Map):
    """Numbers that are independent, to colors that are correlated.  (B, C, H, W) -> (B, C, H, W)

    The matrix is the Cholesky factor of a color covariance, divided by the square root of the covariance's largest
    eigenvalue: the strongest color direction has gain 1 whatever the pictures' contrast. For ImageNet that root is
    0.46195, the largest column norm by which Lucid divides. No mean is added.

    `colors` is "imagenet" or pictures to measure, in any form that `picture` reads, of one shape or a list of several;
    all pixels of all pictures count. What is measured is kept as a frozen (C, C) covariance. BadArgument where the
    colors do not span their space, as in grey photographs.

    >>> decorrelate("imagenet").forward(torch.eye(3)[..., None, None])[:, :, 0, 0].T.round(decimals=3)
    tensor([[0.5970, 0.0000, 0.0000],
            [0.5430, 0.2420, 0.0000],
            [0.4920, 0.2790, 0.2530]])
    """

    colors: Any

    def __post_init__(self) -> None:
        given = self.colors
        if isinstance(given, str) and given != "imagenet":
            raise BadArgument(
                f"decorrelate({given!r})", "'imagenet', or pictures to measure", f"write decorrelate([{given!r}])"
            )
        square = isinstance(given, tensor) and len(given.shape) == 2 and given.shape[0] == given.shape[1]
        if not isinstance(given, str) and not square:
            object.__setattr__(self, "colors", hold(covariance(given)))
        if not isinstance(self.colors, tensor) or self.colors.data is not None:
            _factors(self.colors, torch.float64, torch.device("cpu"))

    @property
    def channels(self) -> int:
        """As many as the measured pictures had."""
        return self.colors.shape[0] if isinstance(self.colors, tensor) else 3

    def forward(self, x: Tensor) -> Tensor:
        """Each pixel times the factor."""
        return _times(_factors(self.colors, x.dtype, x.device)[0], x)

    def inverse(self, y: Tensor) -> Tensor:
        """Each pixel times the inverse of the factor."""
        return _times(_factors(self.colors, y.dtype, y.device)[1], y)


def covariance(photos: Any) -> Tensor:
    """The covariance of the channels over all pixels of all pictures, (C, C) in float64.

    >>> covariance(torch.eye(2).reshape(1, 2, 1, 2))
    tensor([[ 0.5000, -0.5000],
            [-0.5000,  0.5000]], dtype=torch.float64)
    """
    several = photos if isinstance(photos, (list, tuple)) else [photos]
    held = [picture(photo, channels=_channels(photo)).numbers().double() for photo in several]
    if not held or len({len(photo[0]) for photo in held}) != 1:
        raise BadArgument(
            f"{len(held)} pictures with {sorted({len(photo[0]) for photo in held})} channels",
            "at least one picture, and the same channels in all",
            "convert them to RGB",
        )
    pixels = torch.cat([photo.transpose(0, 1).flatten(1) for photo in held], dim=1)
    if pixels.shape[1] < 2:
        raise BadArgument("a single pixel", "at least two pixels, to measure how they vary", "give a whole picture")
    return pixels.cov(correction=1).reshape(len(pixels), len(pixels))


def _channels(photo: Any) -> int | None:
    """Arrays keep the channels they have; files are read as RGB."""
    return None if isinstance(photo, (Tensor, np.ndarray, tensor)) else 3


def _times(matrix: Tensor, x: Tensor) -> Tensor:
    # A plain matrix product is several times faster here than a 1x1 convolution or einsum.
    return torch.matmul(matrix, x.flatten(2)).view(x.shape)


@lru_cache(maxsize=32)
def _factors(colors: str | tensor, dtype: torch.dtype, device: torch.device) -> tuple[Tensor, Tensor]:
    """The factor and its inverse."""
    with torch.inference_mode(False):  # cached tensors serve later runs, which differentiate
        if isinstance(colors, tensor):
            covariance = colors.numbers().double()
        else:
            root = torch.tensor(_IMAGENET, dtype=torch.float64)
            covariance = root @ root.T
        values = torch.linalg.eigvalsh(covariance)
        if not float(values[0]) > 1e-7 * float(values[-1]) or not torch.allclose(covariance, covariance.T):
            raise BadArgument(
                f"colors with variances {', '.join(f'{v:.2g}' for v in values.tolist())} along their axes",
                "pictures whose channels vary independently of each other, at least a little",
                "add pictures in color, or write decorrelate('imagenet')",
            )
        factor = torch.linalg.cholesky(covariance) / values[-1].sqrt()
        return factor.to(dtype=dtype, device=device), torch.linalg.inv(factor).to(dtype=dtype, device=device)
