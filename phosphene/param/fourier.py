"""Fourier: the picture by its frequencies, scaled so that all of them learn at the pace of natural pictures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from ..values import check_integer, check_number, register
from .base import Param, Size, Source, State, normal, pair
from .color import decorrelate
from .maps import sigmoid


class spectrum(Source):
    """The real Fourier transform of the picture, each frequency f scaled by 1 / f**decay.

    state (B, C, H, W//2 + 1, 2), real and imaginary parts, started at N(0, sd). With f in cycles per pixel,
    s = sqrt(W*H) / max(f, 1 / max(W, H))**decay and picture = irfft2(s * (re + i*im)) / 4: Lucid's formula, with its
    gain. Both parities have W//2 + 1 columns. `size` is an integer or (height, width).

    >>> spectrum((4, 5)).decode(spectrum((4, 5)).init([7])).shape
    torch.Size([1, 3, 4, 5])
    """

    size: Any
    decay: float = 1.0
    channels: int = 3
    sd: float = 0.01

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", pair("spectrum", self.size))
        check_number("spectrum", "decay", self.decay, -8, 8)
        check_integer("spectrum", "channels", self.channels, 1)
        check_number("spectrum", "sd", self.sd, 0)

    def init(self, seeds: Sequence[int], dtype: torch.dtype = torch.float32, device: Any = "cpu") -> State:
        """Normal numbers, one stream a seed."""
        height, width = self.size
        shape = (self.channels, height, width // 2 + 1, 2)
        return {"spectrum": normal(seeds, "spectrum", shape, dtype, device) * self.sd}

    def decode(self, state: State) -> Tensor:
        """The inverse transform of the scaled state."""
        z = state["spectrum"]
        if not len(z):  # older versions of torch have no transform of nothing
            return z.new_zeros(0, z.shape[1], *self.size)
        scaled = torch.view_as_complex(z * _scale(self.size, float(self.decay), z.dtype, z.device))
        picture: Tensor = torch.fft.irfft2(scaled, s=self.size, norm="ortho")
        return picture

    def encode(self, picture: Tensor) -> State:
        """The transform divided by the scale: of all states that decode to the picture, the Hermitian one."""
        coefficients = torch.view_as_real(torch.fft.rfft2(picture, norm="ortho"))
        return {"spectrum": coefficients / _scale(self.size, float(self.decay), picture.dtype, picture.device)}

    def resize(self, state: State, size: Any) -> State:
        """The same band-limited picture on another grid: frequencies are dropped or added as zeros."""
        size = pair("spectrum", size)
        if size == self.size:
            return dict(state)
        # By way of the picture, which leaves only what is visible; norm="forward" makes amplitudes free of the size.
        amplitudes = torch.fft.rfft2(self.decode(state), norm="forward")
        moved = _columns(_rows(amplitudes, self.size[0], size[0]), self.size[1], size[1])
        return spectrum(size, self.decay, self.channels).encode(torch.fft.irfft2(moved, s=size, norm="forward"))

    def redundant(self, state: State) -> State:
        """The imaginary parts of the entries that are their own conjugates."""
        height, width = self.size
        mask = torch.zeros_like(state["spectrum"], dtype=torch.bool)
        for row in {0, height // 2} if height % 2 == 0 else {0}:
            for column in {0, width // 2} if width % 2 == 0 else {0}:
                mask[..., row, column, 1] = True
        return {"spectrum": mask}


@lru_cache(maxsize=32)
def _scale(size: Size, decay: float, dtype: torch.dtype, device: torch.device) -> Tensor:
    """1 / (4 f**decay), (H, W//2 + 1, 1); the factor sqrt(W*H) is in the orthonormal transform."""
    height, width = size
    with torch.inference_mode(False):  # the cached tensor serves later runs, which differentiate
        fy = torch.fft.fftfreq(height, dtype=torch.float64)[:, None]
        fx = torch.fft.rfftfreq(width, dtype=torch.float64)[None]
        frequency = (fx.square() + fy.square()).sqrt().clamp(min=1 / max(size))
        scale: Tensor = frequency**-decay / 4
        return scale[..., None].to(dtype=dtype, device=device)


def _rows(c: Tensor, old: int, new: int) -> Tensor:
    """Frequencies along the height of a half spectrum (..., old, W//2 + 1) on `new` rows."""
    if old == new:
        return c
    both, half = min(old, new), (min(old, new) - 1) // 2
    out = c.new_zeros(*c.shape[:-2], new, c.shape[-1])
    out[..., : half + 1, :] = c[..., : half + 1, :]
    if half:
        out[..., -half:, :] = c[..., -half:, :]
    if both % 2 == 0:  # the highest frequency of an even size stands for plus and minus at once
        top = both // 2
        if new > old:
            out[..., top, :] = out[..., -top, :] = c[..., top, :] / 2
        else:
            out[..., top, :] = c[..., top, :] + c[..., -top, :]
    return out


def _columns(c: Tensor, old: int, new: int) -> Tensor:
    """Frequencies along the width of a half spectrum (..., H, old//2 + 1) on `new` columns' worth."""
    if old == new:
        return c
    both = min(old, new)
    kept = both // 2 + 1
    out = c.new_zeros(*c.shape[:-1], new // 2 + 1)
    out[..., :kept] = c[..., :kept]
    if both % 2 == 0:  # as above; the minus side of a column is implied
        out[..., both // 2] *= 0.5 if new > old else 2
    return out


def fourier(size: Any, decay: float = 1.0, channels: int = 3, sd: float = 0.01) -> Param:
    """The default parameterization: `spectrum(size) >> decorrelate("imagenet") >> sigmoid()`.

    Frequencies at the pace of natural pictures, colors as independent as ImageNet's (three channels only), values in
    [0, 1] (Olah, Mordvintsev, Schubert 2017; constants from Lucid).

    >>> fourier(8)
    param.spectrum(8) >> param.decorrelate('imagenet') >> param.sigmoid()
    """
    source = spectrum(size, decay, channels, sd)
    return source >> decorrelate("imagenet") >> sigmoid() if channels == 3 else source >> sigmoid()


register("param.fourier", fourier)
