"""Links that smooth the gradient or balance its frequencies: blur, laplacian, sobolev."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from ...filters import gaussian, laplacian_merge, laplacian_split
from ...param.base import Param
from ...param.color import decorrelate
from ...param.fourier import spectrum
from ...values import check_integer, check_number
from ..moment import Moment, per_picture
from ..schedules import Number, at, check
from .base import Gradient
from .size import sizes


class blur(Gradient):
    """The gradient through a Gaussian of `sigma` pixels, the border pixel repeated (Oygard 2015).

    >>> round(float(blur(1).apply(torch.ones(1, 3, 8, 8), Moment()).mean()), 4)
    1.0
    """

    pictures: ClassVar[bool] = True

    sigma: Number

    def __post_init__(self) -> None:
        super().__post_init__()
        check(self.word, "sigma", self.sigma, 0, 1e4)

    def apply(self, gradient: Tensor, moment: Moment) -> Tensor:
        """The smooth part."""
        return gaussian(gradient, at(self.sigma, moment))


class laplacian(Gradient):
    """Every level of the gradient's Laplacian pyramid over its root mean square: all frequencies learn alike.

    Source: the DeepDream notebook of TensorFlow (Mordvintsev 2016): 4 levels, eps 1e-10.

    >>> laplacian()
    gradients.laplacian()
    """

    pictures: ClassVar[bool] = True

    levels: int = 4
    eps: float = 1e-10

    def __post_init__(self) -> None:
        super().__post_init__()
        check_integer(self.word, "levels", self.levels, 0, 30)
        check_number(self.word, "eps", self.eps, 1e-300)

    def apply(self, gradient: Tensor, moment: Moment) -> Tensor:
        """The balanced gradient."""
        levels = laplacian_split(gradient, self.levels)
        rms = [per_picture(sizes(level, "rms"), level) for level in levels]
        return laplacian_merge([level / size.clamp_min(self.eps) for level, size in zip(levels, rms, strict=True)])


class sobolev(Gradient):
    """The gradient as a decorrelated parameterization sees it: a step on pixels becomes the step of `spectrum(decay)`.

    Multiplies by A A', with A the decoder of `spectrum`, followed by `decorrelate(colors)` where `colors` is given; with
    decay 1 that divides by the squared frequency, a Sobolev gradient (Baust et al. 2018).

    >>> sobolev().apply(torch.ones(1, 3, 8, 8), Moment()).shape
    torch.Size([1, 3, 8, 8])
    """

    pictures: ClassVar[bool] = True

    decay: float = 1.0
    colors: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number(self.word, "decay", self.decay, -8, 8)
        if self.colors is not None:
            decorrelate(self.colors)

    def apply(self, gradient: Tensor, moment: Moment) -> Tensor:
        """The gradient through the adjoint of the decoder, and back through the decoder."""
        size = (int(gradient.shape[-2]), int(gradient.shape[-1]))
        source: Param = spectrum(size, self.decay, gradient.shape[1])
        source = source if self.colors is None else source >> decorrelate(self.colors)
        state = {"spectrum": gradient.new_zeros(*gradient.shape[:2], size[0], size[1] // 2 + 1, 2)}
        with torch.enable_grad():
            leaf = state["spectrum"].requires_grad_()
            (pulled,) = torch.autograd.grad(source.decode({"spectrum": leaf}), leaf, gradient)
        return source.decode({"spectrum": pulled})
