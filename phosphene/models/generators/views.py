"""Drawings whose style and view are known: the drawer's kinds of pattern, each in one version, from any angle."""

from __future__ import annotations

import math

import torch
from PIL import ImageColor
from torch import Tensor

from ...errors import BadArgument, UnknownLabel, nearest
from ...seeds import stream
from ...values import check_integer, check_number
from ..patterns.draw import LABELS, _colors
from ..patterns.kinds import KINDS
from ..patterns.plane import Dice, plane

VARIANT = 3
"""Names the one version of each kind: its phases, its widths, its center."""


def cover(style: str | int, angle: float, zoom: float, size: int = 64) -> Tensor:
    """How much of each point a pattern covers, (size, size) in [0, 1].

    style: a label, or its number.  angle: of the turn, in degrees.  zoom: how many times larger, log2, -4 to 4; 0 shows few
    periods.  Errors: UnknownLabel for no class, BadArgument.

    >>> cover(0, angle=10, zoom=0.0).shape
    torch.Size([64, 64])
    """
    check_number("cover", "angle", angle)
    check_number("cover", "zoom", zoom, -4, 4)
    check_integer("cover", "size", size, 1, 4096)
    number = number_of(style)
    kind, dice = KINDS[number], Dice(stream(VARIANT, "styles", number))
    periods = kind.cells[0] * 2 ** (0.3 - zoom)
    return kind.paint(plane(size, periods, angle + kind.heading, dice), dice)


def view_of(angle: float) -> tuple[float, float]:
    """A view as the conditional generator takes it: cosine and sine of the angle in degrees.

    >>> view_of(90)[1]
    1.0
    """
    check_number("view_of", "angle", angle)
    return math.cos(math.radians(angle)), math.sin(math.radians(angle))


def number_of(style: str | int) -> int:
    """The number of a class, by its label or by itself; UnknownLabel for no class."""
    number = LABELS.index(style) if isinstance(style, str) and style in LABELS else style
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < len(LABELS):
        raise UnknownLabel(
            f"the style {style!r}"[:200],
            f"a label, or a number from 0 to {len(LABELS) - 1}. {nearest(str(style), LABELS)}",
            f"write {LABELS[0]!r}",
        )
    return number


def style_of(label: str | int) -> tuple[float, ...]:
    """A style as the conditional generator takes it: all share to one class, 23 numbers.  UnknownLabel for no class.

    >>> sum(style_of("spiral")), style_of("spiral").index(1.0) == LABELS.index("spiral")
    (1.0, True)
    """
    number = number_of(label)
    return tuple(float(i == number) for i in range(len(LABELS)))


def color_of(ground: str, figure: str) -> tuple[float, ...]:
    """Two colors as the conditional generator takes them: 6 numbers in [0, 1], by names or codes that Pillow knows.

    Errors: BadArgument for no color.

    >>> color_of("white", "#ff0000")
    (1.0, 1.0, 1.0, 1.0, 0.0, 0.0)
    """
    return tuple(value / 255 for name in (ground, figure) for value in _rgb(name))


def _rgb(name: str) -> tuple[int, ...]:
    """Red, green and blue from 0 to 255."""
    try:
        return ImageColor.getrgb(name)[:3]
    except (AttributeError, TypeError, ValueError):
        raise BadArgument(f"the color {name!r}"[:200], "a name or a code such as '#1d3557'", "write 'white'") from None


def code_of(
    style: str | int, angle: float = 0, zoom: float = 0, ground: str = "#f3ecdd", figure: str = "#1d3557"
) -> dict[str, tuple[float, ...]]:
    """All inputs of the conditional generator, by name.

    >>> sorted(code_of("spiral", angle=30))
    ['color', 'style', 'view', 'zoom']
    """
    check_number("code_of", "zoom", zoom)
    return {
        "style": style_of(style),
        "view": view_of(angle),
        "zoom": (zoom,),
        "color": color_of(ground, figure),
    }


def colors(dice: Dice) -> Tensor:
    """The colors of a ground and of a pattern, (6,) in [0, 1], from those of photographs."""
    ground, step = _colors(dice)
    return torch.cat([ground, ground + step]).clamp(0, 1)


def drawings(n: int, seed: int, most: float | None = None) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """n drawings as (covers (n, 1, 64, 64), styles (n,), views and zooms (n, 3), colors (n, 6)), all equally likely.

    most: degrees of the turn, either way; without it as many as leave the kind what it is.
    """
    covers, numbers = torch.empty(n, 1, 64, 64), torch.arange(n) % len(LABELS)
    views, both = torch.empty(n, 3), torch.empty(n, 6)
    for i in range(n):
        dice, style = Dice(stream(seed, "drawings", i)), int(numbers[i])
        turn = KINDS[style].turn if most is None else most
        angle, zoom = dice.uniform(-turn, turn), dice.uniform(-0.3, 0.3)
        covers[i, 0] = cover(style, angle, zoom)
        views[i], both[i] = torch.tensor((*view_of(angle), zoom)), colors(dice)
    return covers, numbers, views, both


def colored(n: int, seed: int, dark: bool = False, most: float | None = None) -> Tensor:
    """n drawings in color, seen from where each kind is still itself: (n, 3, 64, 64) in [0, 1].

    dark: the pattern is the darker of the two colors in all of them.  most: of the turn, as for `drawings`.
    """
    covers, _, _, both = drawings(n, seed, most)
    ground, figure = both[:, :3, None, None], both[:, 3:, None, None]
    if dark:
        swapped = figure.mean(1, keepdim=True) > ground.mean(1, keepdim=True)
        ground, figure = torch.where(swapped, figure, ground), torch.where(swapped, ground, figure)
    return torch.lerp(ground, figure, covers)
