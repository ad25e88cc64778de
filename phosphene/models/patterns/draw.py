"""Drawing: a kind of pattern in natural colors, under uneven light, as a camera would see it."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ...errors import UnknownLabel, nearest
from ...seeds import stream
from .kinds import KINDS
from .plane import Dice, plane

LABELS: tuple[str, ...] = tuple(kind.label for kind in KINDS)
"""The classes, in the order of the network's outputs.

The number after "stripes" is the angle in degrees of the direction *across* the bands, as a Fourier transform of the
array shows it: arctan2(frequency along the rows' axis downwards, frequency to the right). So "stripes 0" stand upright,
"stripes 45" rise to the right like a slash, "stripes 90" lie flat and "stripes 135" fall to the right.
"""

NATURAL_MEAN = torch.tensor([0.48, 0.46, 0.41])
NATURAL_COVARIANCE = torch.tensor([[0.0761, 0.0692, 0.0627], [0.0692, 0.0754, 0.0714], [0.0627, 0.0714, 0.0819]])
_FACTOR = torch.linalg.cholesky(NATURAL_COVARIANCE)


def draw(label: str | int, seed: int, index: int = 0, size: int = 64) -> Tensor:
    """A drawing of one class, (3, size, size) in [0, 1]; it depends on these arguments alone.

    >>> picture = draw("spiral", seed=7)
    >>> picture.shape, bool(torch.equal(picture, draw("spiral", seed=7)))
    (torch.Size([3, 64, 64]), True)
    """
    number = LABELS.index(label) if label in LABELS else label
    if not isinstance(number, int) or not 0 <= number < len(LABELS):
        known = nearest(str(label), LABELS)
        raise UnknownLabel(f"the pattern {label!r} is not drawn", known, f"draw({LABELS[0]!r}, seed=0)")
    kind, dice = KINDS[number], Dice(stream(seed, "patterns", index))
    periods = math.exp(dice.uniform(*map(math.log, kind.cells)))
    at = plane(size, periods, dice.uniform(-kind.turn, kind.turn) + kind.heading, dice)
    return _photograph(kind.paint(at, dice), dice)


def batch(n: int, seed: int, size: int = 64, start: int = 0) -> tuple[Tensor, Tensor]:
    """Drawings `start` to `start + n` of a seed, the classes in turn: (n, 3, size, size) in [0, 1] and labels (n,).

    >>> pictures, labels = batch(3, seed=0)
    >>> pictures.shape, labels.tolist()
    (torch.Size([3, 3, 64, 64]), [0, 1, 2])
    """
    labels = torch.arange(start, start + n) % len(LABELS)
    pictures = torch.empty(n, 3, size, size)
    for i in range(n):
        pictures[i] = draw(int(labels[i]), seed, start + i, size)
    return pictures, labels


def _photograph(cover: Tensor, dice: Dice) -> Tensor:
    """Two natural colors, mixed by `cover` (size, size), under uneven light, slightly blurred, with grain."""
    size = cover.shape[-1]
    ground, step = _colors(dice)
    light, grain, stain = _pink(3, size, dice)
    cover = (cover + 0.03 * stain)[None]
    picture = (ground[:, None, None] + step[:, None, None] * cover) * torch.exp(dice.uniform(0.04, 0.16) * light)
    picture = picture + dice.uniform(0, 0.025) * grain + dice.uniform(0, 0.025) * dice.normal(3, size, size)
    blurred = torch.nn.functional.avg_pool2d(picture[None], 3, 1, 1, count_include_pad=False)[0]
    return torch.lerp(picture, blurred, dice.uniform(0, 0.7)).clamp(0, 1)


def _colors(dice: Dice) -> tuple[Tensor, Tensor]:
    """A color and the step to another one, both from the colors of photographs; the step is mostly one of lightness."""
    middle, across = dice.normal(3), dice.normal(3)
    middle *= torch.tensor([0.5, 0.8, 0.8])
    across[0] = dice.either(-1, 1) * dice.uniform(1.3, 2.2)
    step = _FACTOR @ across
    return NATURAL_MEAN + _FACTOR @ middle - step / 2, step


def _pink(count: int, size: int, dice: Dice) -> Tensor:
    """Noise whose amplitude falls as 1/f, as in photographs: (count, size, size), mean 0, variance 1."""
    frequency = torch.hypot(torch.fft.fftfreq(size)[:, None], torch.fft.rfftfreq(size)[None])
    amplitude = 1 / frequency.clamp_min(1 / size)
    amplitude[0, 0] = 0
    spectrum = torch.view_as_complex(dice.normal(count, size, size // 2 + 1, 2)) * amplitude
    noise: Tensor = torch.fft.irfft2(spectrum, s=(size, size))
    return noise / torch.std(noise, (1, 2), keepdim=True)
