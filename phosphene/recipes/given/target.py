"""The picture that a program is about, at the size that is painted."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from ...models import as_vision
from ...param.picture import covering, picture
from .asked import size_asked


def target(model: Any, source: Any, size: Any) -> Tensor:
    """A picture (1, C, h, w), scaled until it covers a size, the network's own where not given, and cut about its centre.

    Errors: BadPicture; BadArgument for what is no network or no size.

    >>> import phosphene as ph, torch
    >>> target(ph.models.load("patterns"), torch.zeros(3, 40, 60), 32).shape
    torch.Size([1, 3, 32, 32])
    """
    vision = as_vision(model)
    wanted = size_asked("recipes", vision, size)
    return covering(picture(source, channels=len(vision.mean)).numbers(), wanted)
