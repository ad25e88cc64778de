"""What an attack has changed, and what is seen of it: `difference`, `views`."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from ...errors import ShapeMismatch
from ...param import picture as as_picture
from ...render import Render, looks
from ...transforms import Transform, eot_2d
from ...values import check_integer, check_number
from ..given.answers import check_transform


def difference(one: Any, other: Any, times: float = 10) -> Tensor:
    """What was changed, magnified about grey: 0.5 + times (one - other), (B, C, H, W) in [0, 1].

    Errors: ShapeMismatch for pictures of two sizes, or as many of each that neither is one.

    >>> import torch
    >>> difference(torch.full((3, 1, 1), 0.52), torch.full((3, 1, 1), 0.5))[0, 0].round(decimals=2)
    tensor([[0.7000]])
    """
    check_number("difference", "times", times, 0)
    a, b = pictures_of(one), pictures_of(other)
    if a.shape[1:] != b.shape[1:] or (len(a) != len(b) and 1 not in (len(a), len(b))):
        raise ShapeMismatch(
            f"pictures of shapes {tuple(a.shape)} and {tuple(b.shape)}",
            "one size, and as many of each, or one, expected",
            "resize one: param.picture(other, size=(64, 64))",
        )
    return (0.5 + times * (a - b)).clamp(0, 1)


def views(pictures: Any, transforms: Transform = eot_2d, draws: int = 6, seed: int = 0) -> Tensor:
    """Pictures, or those of a `Render`, under the first draws of `robustness`: (B * draws, 3, h, w) in [0, 1].

    >>> import phosphene as ph
    >>> views(ph.models.patterns.draw("rings", 0), draws=4).shape
    torch.Size([4, 3, 64, 64])
    """
    check_integer("views", "draws", draws, 1)
    check_integer("views", "seed", seed, 0)
    check_transform(transforms)
    return looks.views(pictures_of(pictures), transforms, draws, seed).flatten(0, 1).clamp(0, 1)


def pictures_of(one: Any, channels: int | None = None) -> Tensor:
    """Pictures (B, C, H, W), or those of a `Render`; of as many channels as they have where not given."""
    return as_picture(one.images if isinstance(one, Render) else one, channels=channels).numbers()


def in_rgb(x: Tensor) -> Tensor:
    """Pictures of any channels as a figure shows them: grey as RGB, of more channels the first three.

    >>> import torch
    >>> in_rgb(torch.rand(2, 1, 4, 4)).shape
    torch.Size([2, 3, 4, 4])
    """
    return x[:, :3] if x.shape[1] >= 3 else x[:, :1].expand(-1, 3, -1, -1)
