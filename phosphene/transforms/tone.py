"""Light and color: brightness, contrast, saturation, hue, gamma, and the colors of a print.

Pictures in [0, 1] in, and what the formula says out, beyond [0, 1] too: a clamp would stop the gradient.
A tuple in place of the lower bound is a list of equally likely choices, one number alone is that strength always.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from ..errors import BadArgument, ShapeMismatch
from ..values import check_number
from .base import Draw
from .maps import Size
from .photometric import Photometric, Toned, check_colors
from .ranges import uniform

_GREY = (0.299, 0.587, 0.114)  # ITU-R BT.601
_DARK = 1e-3  # below this a power is replaced by its chord, whose slope is finite


class brightness(Toned):
    """`low` to `high` added to every value.

    >>> brightness(0.25)(torch.zeros(1, 1, 1, 1), [torch.Generator()]).item()
    0.25
    """

    neutral = 0.0
    least = -math.inf
    low: Any
    high: float | None = None

    def at(self, picture: Tensor, strength: float) -> Tensor:
        """The sum."""
        return picture + strength


class contrast(Toned):
    """Distances from the picture's mean grey times `low` to `high`; 1 changes nothing, 0 is grey throughout.

    >>> contrast(2)(torch.tensor([0.25, 0.5]).reshape(1, 1, 1, 2), [torch.Generator()])
    tensor([[[[0.1250, 0.6250]]]])
    """

    neutral = 1.0
    low: Any
    high: float | None = None

    def at(self, picture: Tensor, strength: float) -> Tensor:
        """The picture, stretched about its mean."""
        grey = _grey(picture) if picture.shape[1] == 3 else picture
        return strength * picture + (1 - strength) * grey.mean()


class saturation(Toned):
    """Distances of colors from their grey times `low` to `high`; 1 changes nothing, 0 takes all color away.

    >>> saturation(0)(torch.ones(1, 3, 1, 1), [torch.Generator()]).flatten()
    tensor([1., 1., 1.])
    """

    neutral = 1.0
    low: Any
    high: float | None = None

    def at(self, picture: Tensor, strength: float) -> Tensor:
        """The picture, stretched about its greys."""
        check_colors(self, picture)
        return strength * picture + (1 - strength) * _grey(picture)


class hue(Toned):
    """Colors turned about the axis of greys by `low` to `high` degrees: red goes to green at 120.

    The turn is linear, so that its gradient is the same everywhere; the mean of the channels is kept.

    >>> hue(120)(torch.tensor([1.0, 0, 0]).reshape(1, 3, 1, 1), [torch.Generator()]).flatten().round(decimals=4).abs()
    tensor([0., 1., 0.])
    """

    neutral = 0.0
    least = -math.inf
    low: Any
    high: float | None = None

    def at(self, picture: Tensor, strength: float) -> Tensor:
        """The turned colors."""
        check_colors(self, picture)
        turn = math.radians(strength)
        along, across = (1 - math.cos(turn)) / 3, math.sin(turn) / math.sqrt(3)
        red, green, blue = torch.split(picture, 1, 1)
        grey = along * (red + green + blue)
        turned: Tensor = (
            math.cos(turn) * picture + grey + across * torch.cat([blue - green, red - blue, green - red], 1)
        )
        return turned


class gamma(Toned):
    """Every value to the power `low` to `high`; 1 changes nothing.

    Below 0.001, and for values below 0, the power is replaced by its chord, so that the gradient is finite.

    >>> gamma(2)(torch.full((1, 1, 1, 1), 0.5), [torch.Generator()]).item()
    0.25
    """

    neutral = 1.0
    least = 0.01
    low: Any
    high: float | None = None

    def at(self, picture: Tensor, strength: float) -> Tensor:
        """The power."""
        chord = float(_DARK ** (strength - 1)) * picture
        return torch.where(picture > _DARK, picture.clamp(min=_DARK) ** strength, chord)


class printing(Photometric):
    """Colors as a printer and the light change them: each channel times a factor, plus a shift.

    The factor is one in `gain` times one in `channel_gain` for each channel; the shift is one within ± `shift` plus one
    within ± `channel_shift` for each channel; all uniform.

    >>> printing(0, (1, 1), 0, (1, 1)).sample((8, 8), torch.Generator())
    ((1.0, 1.0, 1.0), (0.0, 0.0, 0.0))

    Source: Athalye et al. 2018 (arXiv:1707.07397), the distribution for physical objects.
    """

    shift: float = 0.15
    gain: Any = (0.5, 2)
    channel_shift: float = 0.15
    channel_gain: Any = (0.7, 1.3)

    def __post_init__(self) -> None:
        for name in ("shift", "channel_shift"):
            check_number("printing", name, getattr(self, name), 0)
        for name in ("gain", "channel_gain"):
            object.__setattr__(self, name, _pair(name, getattr(self, name)))

    @property
    def deterministic(self) -> bool:
        """Where there is one factor and no shift."""
        return self.shift == self.channel_shift == 0 and all(
            low == high for low, high in (self.gain, self.channel_gain)
        )

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """The factors and the shifts of three channels."""
        gain, shift = uniform(generator, *self.gain), uniform(generator, -self.shift, self.shift)
        gains = tuple(gain * uniform(generator, *self.channel_gain) for _ in range(3))
        return gains, tuple(shift + uniform(generator, -self.channel_shift, self.channel_shift) for _ in range(3))

    def change(self, picture: Tensor, draw: Draw) -> Tensor:
        """Factor times picture plus shift."""
        gains, shifts = draw
        if gains == (1, 1, 1) and not any(shifts):
            return picture
        if picture.shape[1] > 3:
            raise ShapeMismatch(
                f"{self!r} got {picture.shape[1]} channels", "at most 3 channels", "drop the others first"
            )
        gain, shift = (picture.new_tensor(numbers)[: picture.shape[1], None, None] for numbers in draw)
        return gain * picture + shift


def _grey(picture: Tensor) -> Tensor:
    red, green, blue = (weight * channel for weight, channel in zip(_GREY, torch.split(picture, 1, 1), strict=True))
    return red + green + blue


def _pair(name: str, given: Any) -> tuple[float, float]:
    both = tuple(given) if isinstance(given, (tuple, list)) else (given, given)
    if len(both) != 2:
        raise BadArgument(f"printing: {name} is {given!r}", "(low, high) expected", f"write {name}=(0.7, 1.3)")
    check_number("printing", name, both[0], 0)
    check_number("printing", name, both[1], both[0])
    return both
