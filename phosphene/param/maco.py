"""MaCo: the magnitudes of the picture's frequencies are given, only their phases are painted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ..errors import BadArgument, NotInvertible, ShapeMismatch
from ..values import check_integer, check_number, hold, register, tensor
from .base import Param, Size, Source, State, normal, pair
from .color import decorrelate
from .maps import sigmoid
from .picture import picture

_EPS = 1e-4  # added to standard deviations, as in Horama


class phase(Source):
    """Phases of the real Fourier transform, under magnitudes that stay as they are.

    state (B, C, H, W//2 + 1), started at N(0, 1). With r the magnitudes and s(x) = (x - mean) / (sd + 1e-4) over all of a
    picture's C, H, W, the picture is s(irfft2(r exp(i s(phase)))). `magnitude` is "power" for r = 1 / f**decay with f in
    cycles per pixel, at least 1 / max(H, W); or pictures to measure, in any form that `param.picture` reads; or a frozen
    magnitude (C, h, w//2 + 1), which is resized bilinearly. Fel et al. 2023 (arXiv:2306.06805), constants from Horama.

    There is no inverse, and no other size of the same picture: a picture whose magnitudes differ cannot be shown.

    >>> phase((4, 6)).decode(phase((4, 6)).init([7])).std(correction=0).round(decimals=3)
    tensor(1.)
    """

    size: Any
    magnitude: Any = "power"
    decay: float = 1.0
    channels: int = 3

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", pair("phase", self.size))
        check_number("phase", "decay", self.decay, -8, 8)
        check_integer("phase", "channels", self.channels, 1)
        given = self.magnitude
        if isinstance(given, str) and given != "power":
            raise BadArgument(f"magnitude={given!r}", "'power', or pictures to measure", f"write magnitude=[{given!r}]")
        if not isinstance(given, str) and not (isinstance(given, tensor) and len(given.shape) == 3):
            object.__setattr__(self, "magnitude", hold(magnitude_of(given, self.size, self.channels)))
        if isinstance(self.magnitude, tensor):
            _check_magnitude(self.magnitude, self.channels)

    def init(self, seeds: Sequence[int], dtype: torch.dtype = torch.float32, device: Any = "cpu") -> State:
        """Normal numbers, one stream a seed."""
        height, width = self.size
        return {"phase": normal(seeds, "phase", (self.channels, height, width // 2 + 1), dtype, device)}

    def decode(self, state: State) -> Tensor:
        """The inverse transform of the magnitudes with these phases, standardized."""
        angle = _standardized(state["phase"])
        radius = _radius(self.magnitude, float(self.decay), self.size, angle.dtype, angle.device)
        coefficients = torch.complex(radius * angle.cos(), radius * angle.sin())
        return _standardized(torch.fft.irfft2(coefficients, s=self.size, norm="ortho"))

    def resized(self, size: Any) -> Param:
        """Refused where the size is another one: phases say nothing about other frequencies."""
        if pair("phase", size) != self.size:
            raise NotInvertible(
                f"{self!r} at another size",
                "a parameterization whose picture can be resized",
                "paint all stages at one size, or use param.fourier",
            )
        return self

    def resize(self, state: State, size: Any) -> State:
        """The state itself, at its own size."""
        self.resized(size)
        return dict(state)

    def redundant(self, state: State) -> State:
        """A lone phase is standardized away."""
        angle = state["phase"]
        return {"phase": torch.full_like(angle, angle[:1].numel() == 1, dtype=torch.bool)}


def magnitude_of(photos: Any, size: Any, channels: int = 3) -> Tensor:
    """The mean of |rfft2| over pictures, (C, H, W//2 + 1) in float64.

    The pictures are resized to `size`, mid-grey is subtracted, and three channels are measured as independent ones: in
    front of `decorrelate("imagenet")`, where `maco` paints.

    >>> magnitude_of(torch.full((1, 4, 4), 0.75), 4, channels=1)[0, 0]
    tensor([4., 0., 0.], dtype=torch.float64)
    """
    several = photos if isinstance(photos, (list, tuple)) else [photos]
    here = [picture(one, pair("magnitude_of", size), channels) for one in several]
    numbers = picture(here, channels=channels).numbers().double() - 0.5
    if channels == 3:
        numbers = decorrelate("imagenet").inverse(numbers)
    mean: Tensor = torch.fft.rfft2(numbers).abs().mean(0)
    return mean


def maco(size: Any, magnitude: Any = "power", decay: float = 1.0, channels: int = 3) -> Param:
    """Magnitude-constrained pictures: `phase(size, magnitude) >> decorrelate("imagenet") >> sigmoid()`.

    Natural contrast at every scale, for pictures of any size; the painting is done by crops (Fel et al. 2023). Without
    ImageNet's magnitudes at hand, "power" is the power law of natural pictures; give photographs to measure theirs.

    >>> maco(8)
    param.phase(8) >> param.decorrelate('imagenet') >> param.sigmoid()
    """
    source = phase(size, magnitude, decay, channels)
    return source >> decorrelate("imagenet") >> sigmoid() if channels == 3 else source >> sigmoid()


register("param.maco", maco)


def _standardized(x: Tensor) -> Tensor:
    """Mean 0 and standard deviation 1 over a picture's C, H, W."""
    centered = x - x.mean((1, 2, 3), keepdim=True)
    variance = centered.square().mean((1, 2, 3), keepdim=True)
    # The smallest number keeps the root's gradient finite where the picture is flat.
    return centered / ((variance + torch.finfo(x.dtype).tiny).sqrt() + _EPS)


def _check_magnitude(magnitude: tensor, channels: int) -> None:
    if magnitude.shape[0] != channels:
        raise ShapeMismatch(
            f"a magnitude of {magnitude.shape[0]} channels for a picture of {channels}",
            "the same number of channels",
            f"write channels={magnitude.shape[0]}",
        )
    if magnitude.data is not None and not (bool((magnitude.data >= 0).all()) and bool(magnitude.data.any())):
        raise BadArgument(
            f"a magnitude with values from {float(magnitude.data.min()):g} to {float(magnitude.data.max()):g}",
            "no negative numbers, and not all of them 0",
            "measure one: param.magnitude_of(photos, 224)",
        )


@lru_cache(maxsize=32)
def _radius(magnitude: str | tensor, decay: float, size: Size, dtype: torch.dtype, device: torch.device) -> Tensor:
    """The magnitudes (C or 1, H, W//2 + 1), at a root mean square of 1: their scale cancels."""
    height, width = size
    with torch.inference_mode(False):  # cached tensors serve later runs, which differentiate
        if isinstance(magnitude, tensor):
            shape = height, width // 2 + 1
            radius = magnitude.numbers().double()[None]
            if radius.shape[-2:] != shape:
                radius = F.interpolate(radius, shape, mode="bilinear", antialias=True, align_corners=False)
            radius = radius[0]
        else:
            fy = torch.fft.fftfreq(height, dtype=torch.float64)[:, None]
            fx = torch.fft.rfftfreq(width, dtype=torch.float64)[None]
            radius = (fx.square() + fy.square()).sqrt().clamp(min=1 / max(size))[None] ** -decay
        return (radius / radius.square().mean().sqrt()).to(dtype=dtype, device=device)
