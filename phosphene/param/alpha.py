"""Alpha: a picture with transparency, painted over backgrounds that change with every step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ..errors import BadArgument
from ..values import check_number, register
from .base import Map, Param, Range, State, normal
from .color import decorrelate
from .fourier import fourier, spectrum
from .maps import sigmoid
from .wrapper import Wrapper

_SD = 0.5  # of the backgrounds' frequencies


class alpha(Wrapper):
    """Colors and transparency: the last channel of `inner` says how much of the picture hides the background.

    The picture is a * colors + (1 - a) * background. In the loop the background is another Fourier sample (sd .5, decay 1)
    for each picture and step, so that what shall be seen must be opaque; a picture that is shown stands on the grey value
    `background`. `rgba(state)` has the colors and the transparency themselves. `inner` paints in [0, 1], two channels at
    least; BadArgument otherwise. Mordvintsev, Pezzotti, Schubert, Olah 2018 (Lucid's collapse_alpha_random).

    >>> p = transparent(4, sd=0)
    >>> p.decode(p.init([7])).shape, p.opacity(p.init([7]))
    (torch.Size([1, 3, 4, 4]), tensor([0.5000]))
    """

    inner: Param
    background: float = 0.5

    def __post_init__(self) -> None:
        check_number("alpha", "background", self.background, 0, 1)
        bounds = self.inner.value_range if isinstance(self.inner, Param) else None
        if bounds is None or bounds[0] < 0 or bounds[1] > 1 or self.inner.channels < 2:
            raise BadArgument(
                f"alpha({self.inner!r})",
                "colors and transparency in [0, 1]",
                "write param.transparent(224), or param.alpha(param.pixel(224, channels=4))",
            )

    @property
    def channels(self) -> int:
        """The colors, without the transparency."""
        return self.inner.channels - 1

    @property
    def value_range(self) -> Range:
        """Colors and backgrounds lie in [0, 1], and so do their mixtures."""
        return 0.0, 1.0

    def given(self, seeds: Sequence[int], step: int, dtype: torch.dtype = torch.float32, device: Any = "cpu") -> State:
        """A background (B, C, H, W) for each picture and step, in [0, 1]."""
        height, width = self.size
        shape = (self.channels, height, width // 2 + 1, 2)
        noise = normal(seeds, f"background {step}", shape, dtype, device) * _SD
        background = fourier(self.size, channels=self.channels).decode({"spectrum": noise})
        return {**self.inner.given(seeds, step, dtype, device), "background": background}

    def decode(self, state: State) -> Tensor:
        """The colors over the background of the step, or over grey."""
        painted = self.rgba(state)
        colors, opaque = painted[:, :-1], painted[:, -1:]
        return opaque * colors + (1 - opaque) * state.get("background", self.background)

    def rgba(self, state: State) -> Tensor:
        """Colors and transparency (B, C + 1, H, W), the colors not multiplied by it."""
        return self.inner.decode(state)

    def opacity(self, state: State) -> Tensor:
        """The mean of the transparency channel, (B,) in [0, 1]; 1 is a picture that hides all of its background."""
        return self.rgba(state)[:, -1].flatten(1).mean(1)

    def encode(self, picture: Tensor) -> State:
        """The picture, opaque."""
        return self.inner.encode(torch.cat([picture, torch.ones_like(picture[:, :1])], 1))


class keep_alpha(Map):
    """A color map on all channels but the last, which passes as it is.

    >>> keep_alpha(decorrelate("imagenet")).channels
    4
    """

    colors: Map

    def __post_init__(self) -> None:
        if not isinstance(self.colors, Map) or self.colors.channels is None:
            raise BadArgument(
                f"keep_alpha({self.colors!r})", "a color map", "write param.keep_alpha(param.decorrelate('imagenet'))"
            )

    @property
    def channels(self) -> int:
        """One more than the color map needs."""
        return (self.colors.channels or 0) + 1

    def channels_after(self, given: int | None) -> int:
        """One more than the color map makes."""
        return (self.colors.channels_after(self.colors.channels) or 0) + 1

    def forward(self, x: Tensor) -> Tensor:
        """The colors mapped."""
        return torch.cat([self.colors.forward(x[:, :-1]), x[:, -1:]], 1)

    def inverse(self, y: Tensor) -> Tensor:
        """The colors mapped back."""
        return torch.cat([self.colors.inverse(y[:, :-1]), y[:, -1:]], 1)


def transparent(size: Any, decay: float = 1.0, sd: float = 0.01) -> Param:
    """Fourier with transparency: colors correlated as ImageNet's, transparency beside them, started at one half.

    >>> transparent(8)
    param.alpha(param.spectrum(8, channels=4) >> param.keep_alpha(param.decorrelate('imagenet')) >> param.sigmoid())
    """
    return alpha(spectrum(size, decay, 4, sd) >> keep_alpha(decorrelate("imagenet")) >> sigmoid())


register("param.transparent", transparent)
