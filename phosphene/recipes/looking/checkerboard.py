"""Checkerboard artifacts (Odena et al. 2016, Distill): what strides leave in the gradient at the picture.

spectrum of a layer  = mean over pictures and colors of |FFT2(d |A|^2 / dx)|^2
overlap of k and s   = for each pixel, the positions that write to it: even where s divides k
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ... import objectives as obj
from ...attribution import attribute
from ...figures.plates import Plates, grey, plates, stretched
from ...models import as_vision, distinct
from ...models.patterns import batch as drawn
from ...values import check_integer

DECADES = 4
"""Powers of ten below the largest power, from white to black."""


def checkerboard(
    model: Any, layers: Sequence[str] | None = None, pictures: Any = None, size: int | None = None
) -> Plates:
    """The power spectrum of the gradient of each layer's mean square at the picture, the frequency 0 in the middle.

    A layer that every s-th pixel has a position of leaves peaks at multiples of 1/s of the sampling frequency.  layers: the
    main ones where not given.  pictures: what `param.picture` takes, of one size; 23 drawings where not given.  size: at
    which the network sees them, its own where not given.

    Returns `figures.Plates`: `.values` are the spectra (layers, H, W, 1), each divided by its mean.  Errors: UnknownLayer.

    >>> import phosphene as ph
    >>> checkerboard(ph.models.load("patterns"), ["stem", "block2"], size=32).values.shape
    (2, 32, 32, 1)
    """
    vision = as_vision(model)
    if size is not None:
        check_integer("checkerboard", "size", size, 1)
    names = distinct(vision, size) if layers is None else list(layers)
    side = (vision.size or (64, 64))[0] if size is None else size
    shown = drawn(23, 0, side)[0] if pictures is None else pictures
    found = {name: spectrum(attribute(vision, obj.layer(name), shown, size=size).slope) for name in names}
    images = [grey(stretched((power + 1e-30).log10(), *_decades(power))) for power in found.values()]
    made = {"network": vision.name, "objective": "the mean square of a layer", "scale": f"{DECADES} powers of ten"}
    about = (
        "Power spectrum of the gradient at the picture, by layer; the frequency 0 is in the middle, the finest at the edges, "
        "white is most. Bright spots on a lattice are checkerboards, which strides leave behind."
    )
    return plates(f"Checkerboards in the gradients of {vision.name}", about, found, images, made, min(len(found), 6))


def spectrum(gradients: Tensor) -> Tensor:
    """Mean power (H, W) of gradients (B, C, H, W) by frequency, 0 in the middle, divided by its own mean."""
    power = torch.fft.fft2(gradients.double()).abs().square().mean((0, 1))
    centred: Tensor = torch.fft.fftshift(power) / power.mean().clamp_min(1e-300)
    return centred


def _decades(power: Tensor) -> tuple[float, float]:
    high = float((power + 1e-30).log10().max())
    return high - DECADES, high
