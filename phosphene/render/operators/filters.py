"""Operators that filter the picture: blur, bilateral, median."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from ... import filters
from ...errors import BadArgument
from ...values import check_integer
from ..moment import Moment
from ..schedules import Number, at, check
from .base import Operator


class blur(Operator):
    """A Gaussian of `sigma` pixels, cut at 4 sigmas, the border pixel repeated: scipy.ndimage.gaussian_filter.

    Sources: Yosinski et al. 2015; Oygard 2015, with a sigma that falls over a stage.

    >>> blur(1, every=4)
    operators.blur(1, every=4)
    """

    pictures: ClassVar[bool] = True

    sigma: Number

    def __post_init__(self) -> None:
        super().__post_init__()
        check(self.word, "sigma", self.sigma, 0, 1e4)

    def apply(self, picture: Tensor, moment: Moment) -> Tensor:
        """The blurred picture."""
        return filters.gaussian(picture, at(self.sigma, moment))


class bilateral(Operator):
    """A Gaussian of `space` pixels that does not mix colors further apart than about `color`: edges stay (Tyka 2016).

    space in pixels, cut at 2 sigmas; color in units of the picture's values, a Euclidean distance.

    >>> bilateral(1.5, 0.1)
    operators.bilateral(1.5, 0.1)
    """

    pictures: ClassVar[bool] = True

    space: Number
    color: Number

    def __post_init__(self) -> None:
        super().__post_init__()
        check(self.word, "space", self.space, 0, 100)
        check(self.word, "color", self.color, 1e-6)

    def apply(self, picture: Tensor, moment: Moment) -> Tensor:
        """The smoothed picture."""
        return filters.bilateral(picture, at(self.space, moment), at(self.color, moment))


class median(Operator):
    """The median of each channel over windows of `width` x `width` pixels.

    >>> median(3)
    operators.median(3)
    """

    pictures: ClassVar[bool] = True

    width: int

    def __post_init__(self) -> None:
        super().__post_init__()
        check_integer(self.word, "width", self.width, 1, 99)
        if self.width % 2 == 0:
            raise BadArgument(f"{self!r}", "an odd width expected", f"write operators.median({self.width + 1})")

    def apply(self, picture: Tensor, moment: Moment) -> Tensor:
        """The medians."""
        return filters.median(picture, self.width)
