"""Masked: only a region of a picture is painted, the rest is kept bit for bit."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import BadArgument, ShapeMismatch
from ..values import hold, tensor
from .base import Param, Range, Size, State
from .picture import fit, picture
from .wrapper import Wrapper


class masked(Wrapper):
    """`inner` where the mask is 1, the picture where it is 0, a blend between.

    `mask` is a tensor or array (H, W) or (1, H, W) in [0, 1], or bool; `picture` a single one, of the same size and in any
    form that `param.picture` reads. Both are resized to what `inner` paints, a mask of zeros and ones staying one. Where
    the mask is 0 the picture's numbers are returned as they are, and the gradient is exactly 0. ShapeMismatch where the
    sizes differ, BadArgument where the mask is 0 everywhere.

    >>> from phosphene.param import pixel
    >>> left = torch.tensor([[1.0, 0.0]])
    >>> p = masked(pixel((1, 2), sd=0), left, torch.zeros(3, 1, 2))
    >>> p.decode(p.init([7]))[0, 0]
    tensor([[0.5000, 0.0000]])
    """

    inner: Param
    mask: Any
    picture: Any

    def __post_init__(self) -> None:
        if not isinstance(self.inner, Param):
            raise BadArgument(
                f"masked({self.inner!r}, ...)", "a parameterization", "write param.masked(param.fourier(8), ...)"
            )
        kept, mask = picture(self.picture, channels=self.inner.channels), _mask(self.mask)
        if kept.shape[0] != 1 or mask.shape[2:] != kept.shape[2:]:
            raise ShapeMismatch(
                f"a mask of size {mask.shape[2:]} and {kept.shape[0]} picture(s) of size {kept.shape[2:]}",
                "one picture, and a mask of its height and width",
                "resize the mask first, or give the picture that it was made for",
            )
        object.__setattr__(self, "picture", kept)
        object.__setattr__(self, "mask", mask)

    @property
    def value_range(self) -> Range | None:
        """The range inside, and that of pictures outside."""
        inside = self.inner.value_range
        return None if inside is None else (min(inside[0], 0.0), max(inside[1], 1.0))

    def decode(self, state: State) -> Tensor:
        """The painting inside, the picture outside."""
        painted = self.inner.decode(state)
        mask, kept, moved, binary = _constants(self.mask, self.picture, self.size, painted.dtype, painted.device)
        if not binary:
            painted = mask * painted + (1 - mask) * kept
        return torch.where(moved, painted, kept)

    def alone(self, image: int) -> Param:
        """The same region, painted as that picture is."""
        return masked(self.inner.alone(image), self.mask, self.picture)

    def encode(self, picture: Tensor) -> State:
        """What must stand inside for the picture; outside, where it has no influence, the picture itself."""
        mask, kept, moved, binary = _constants(self.mask, self.picture, self.size, picture.dtype, picture.device)
        inside = picture if binary else (picture - (1 - mask) * kept) / mask.clamp(min=torch.finfo(mask.dtype).tiny)
        return self.inner.encode(torch.where(moved, inside, kept))


def _mask(given: Any) -> tensor:
    """A mask as a frozen (1, 1, H, W)."""
    if isinstance(given, tensor) and given.data is None and len(given.shape) == 4:  # only the name is known
        return given
    numbers = given.numbers() if isinstance(given, tensor) else given
    if not isinstance(numbers, (Tensor, np.ndarray)):
        raise BadArgument(
            f"{type(given).__name__} as a mask", "a tensor or array (H, W) in [0, 1]", "convert it with torch.as_tensor"
        )
    mask = torch.as_tensor(numbers).detach().cpu()
    mask = mask if mask.dtype == torch.float64 else mask.float()
    mask = mask.reshape(1, 1, *mask.shape) if mask.ndim == 2 else mask[None] if mask.ndim == 3 else mask
    if mask.ndim != 4 or mask.shape[:2] != (1, 1) or 0 in mask.shape:
        raise ShapeMismatch(
            f"a mask of shape {tuple(numbers.shape)}", "(H, W) or (1, H, W), one mask for all", "write mask[:1]"
        )
    if not (bool((mask >= 0).all()) and bool((mask <= 1).all()) and bool(mask.any())):
        raise BadArgument(
            f"a mask with values from {float(mask.min()):g} to {float(mask.max()):g}",
            "numbers in [0, 1], 1 where the painting goes, and not all of them 0",
            "write mask.bool()",
        )
    return hold(mask)


@lru_cache(maxsize=32)
def _constants(
    given: tensor, picture: tensor, size: Size, dtype: torch.dtype, device: torch.device
) -> tuple[Tensor, Tensor, Tensor, bool]:
    """The mask, the picture, where the mask is not 0, and whether it has zeros and ones alone."""
    with torch.inference_mode(False):  # cached tensors serve later runs, which differentiate
        mask, kept = given.numbers(), picture.numbers()
        binary = bool(((mask == 0) | (mask == 1)).all())
        if kept.shape[2:] != size:
            kept, mask = fit(kept, size), fit(mask, size)
            mask = (mask >= 0.5).to(mask.dtype) if binary else mask
        mask = mask.to(dtype=dtype, device=device, copy=True)
        return mask, kept.to(dtype=dtype, device=device, copy=True), mask != 0, binary
