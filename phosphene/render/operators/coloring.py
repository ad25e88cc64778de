"""Operators on colors: those of another picture, once or at every step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from torch import Tensor

from ... import colors
from ...errors import BadPicture, ShapeMismatch
from ...param.picture import fit
from ...param.picture import picture as as_picture
from ...values import tensor
from ..moment import Moment
from .base import Operator


class match_histogram(Operator):
    """Each channel gets the values of another picture's, as often as they are there: skimage.exposure.match_histograms.

    like: whatever `param.picture` takes, of any size.  region, like_region: masks (H, W) that are above 1/2 at the pixels
    to be changed, and at those of the other picture that count, of its size; all of them where not given.
    Source: the last step of Gatys et al. 2015.

    >>> match_histogram("photo.png")  # doctest: +SKIP
    """

    pictures: ClassVar[bool] = True

    like: Any
    region: Any = None
    like_region: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "like", as_picture(self.like, channels=None))
        for name in ("region", "like_region"):
            mask = getattr(self, name)
            if mask is not None:
                flat = mask[None] if getattr(mask, "ndim", 0) == 2 else mask
                object.__setattr__(self, name, as_picture(flat, channels=1))
        held = self.like_region is not None and self.like_region.data is not None  # or only its name has been read
        if held and not bool(_inside(self.like_region, self.like.shape[-2:]).any()):
            raise BadPicture(
                f"{self.word}: like_region, {self.like_region!r}, has no pixel",
                "a mask that is above 1/2 somewhere expected",
                "leave it out to count all pixels",
            )

    def apply(self, picture: Tensor, moment: Moment) -> Tensor:
        """The picture in the values of the other."""
        like = _shaped(self, picture)
        region = None if self.region is None else _inside(self.region, picture.shape[-2:])
        like_region = None if self.like_region is None else _inside(self.like_region, like.shape[-2:])
        return colors.match_histogram(picture, like, region, like_region)


class recolor(Operator):
    """The lightness of the picture with the hues of another, fitted to its size (Gatys et al. 2016, arXiv:1606.05897).

    like: whatever `param.picture` takes. In YIQ: Y of the picture, I and Q of the other, clipped to [0, 1].

    >>> recolor("photo.png")  # doctest: +SKIP
    """

    pictures: ClassVar[bool] = True

    like: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "like", as_picture(self.like))

    def apply(self, picture: Tensor, moment: Moment) -> Tensor:
        """The picture in the hues of the other."""
        height, width = picture.shape[-2:]
        return colors.recolored(picture, fit(_shaped(self, picture), (height, width)))


def _inside(mask: tensor, size: Sequence[int]) -> Tensor:
    """The pixels (H, W) of a mask that are above 1/2, at a size."""
    return fit(mask.numbers(), (size[0], size[1]))[0, 0] > 0.5


def _shaped(operator: match_histogram | recolor, picture: Tensor) -> Tensor:
    """The operator's own picture, one for all or one for each, of as many channels."""
    like: Tensor = operator.like.numbers().to(picture)
    if like.shape[1] != picture.shape[1] or like.shape[0] not in (1, picture.shape[0]):
        raise ShapeMismatch(
            f"{operator!r} of shape {tuple(like.shape)} on pictures of shape {tuple(picture.shape)}",
            "one picture, or as many as are painted, with as many channels expected",
            "paint in color: param.pixel(224)",
        )
    return like
