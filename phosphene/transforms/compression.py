"""What a JPEG file does to a picture, with a gradient."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from .photometric import Toned, check_colors


class jpeg(Toned):
    """The picture as a JPEG file of quality `quality` to `high` keeps it, of 1 (worst) to 100 (best).

    The codec of libjpeg with chroma at half the size, whose roundings and limits are replaced by ones with a gradient. A tuple
    in place of `quality` is a list of equally likely choices, one number alone is that quality always. Pictures of three
    channels; any height and width.

    >>> import torch
    >>> jpeg(50, 95)(torch.rand(1, 3, 10, 7), [torch.Generator()]).shape
    torch.Size([1, 3, 10, 7])

    Source: Shin and Song 2017, *JPEG-resistant adversarial images*; kornia's implementation.
    """

    quality: Any
    high: float | None = None

    def __post_init__(self) -> None:
        self._check(1, 100)

    def at(self, picture: Tensor, strength: float) -> Tensor:
        """The decoded picture."""
        from kornia.enhance import jpeg_codec_differentiable

        check_colors(self, picture)
        decoded: Tensor = jpeg_codec_differentiable(picture, picture.new_tensor([strength]))
        return decoded
