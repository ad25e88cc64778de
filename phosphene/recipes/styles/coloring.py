"""The colors of the content kept under another style (Gatys et al. 2016, arXiv:1606.05897)."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from ...colors import lightness, match_moments
from ...render import operators, optimizers, stage
from ...values import check_choice

Color = Literal["lightness", "histogram"]


def colored(photo: Tensor, looks: list[Tensor], color: Color | None) -> tuple[Tensor, list[Tensor]]:
    """Content and styles as they enter the transfer."""
    check_choice("style", "color", color, (None, "lightness", "histogram"))
    if color == "histogram":
        return photo, [match_moments(look, photo) for look in looks]
    if color == "lightness":
        grey = lightness(photo)
        return grey.expand(-1, 3, -1, -1), [
            match_moments(lightness(look), grey).expand(-1, 3, -1, -1) for look in looks
        ]
    return photo, looks


def put_back(photo: Tensor, color: Color | None) -> tuple[stage, ...]:
    """The step after the transfer: the painted lightness with the hues of the content."""
    if color != "lightness":
        return ()
    return (stage(1, optimizer=optimizers.sgd(0), operators=(operators.recolor(photo),)),)
