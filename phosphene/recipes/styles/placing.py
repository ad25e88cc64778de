"""Styles and where they go: lists, weights, masks, maps of regions, the picture to start from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from torch import Tensor

from ... import param
from ...errors import BadArgument
from ...palette import palette, regions
from ...param import Param
from ...param.base import Size
from ...param.picture import fit
from ...render.ways import size_of
from ...values import check_choice, check_integer
from ..given.canvas import mask_of, on_canvas, opened
from .matching import amounts

Start = Literal["content", "noise"]


def several(styles: Any) -> list[Tensor]:
    """One style or a list of them, as pictures (1, 3, h, w)."""
    looks = [opened(one) for one in (styles if isinstance(styles, (list, tuple)) else [styles])]
    if not looks:
        raise BadArgument("no style", "a picture or several expected", "write [first, second]")
    return looks


def weights_of(weights: Sequence[float] | None, looks: Sequence[Tensor]) -> list[float]:
    """One weight for each style, from 0 up."""
    if weights is None:
        return [1 / len(looks)] * len(looks)
    given = amounts("weights", weights)
    if len(given) != len(looks):
        raise BadArgument(
            f"{len(given)} weights for {len(looks)} styles", "one for each expected", f"write {[1.0] * len(looks)}"
        )
    return given


def masks_of(name: str, masks: Any, looks: Sequence[Tensor], size: Size | None = None) -> list[Tensor | None]:
    """One mask for each style, at the canvas's size or at that of the style itself; None where none is given."""
    if masks is None:
        return [None] * len(looks)
    given = list(masks) if isinstance(masks, (list, tuple)) else [masks]
    if len(given) != len(looks):
        raise BadArgument(
            f"{len(given)} {name} for {len(looks)} styles", "one for each expected", f"write {name}=[first, second]"
        )
    sizes = [size or size_of(look) for look in looks]
    return [None if mask is None else mask_of(mask, one) for mask, one in zip(given, sizes, strict=True)]


def started(content: Tensor, start: Start) -> Param:
    """Pixels that begin as the content, or as noise."""
    check_choice("style", "start", start, ("content", "noise"))
    pixels = param.pixels(tuple(content.shape[-2:]), sd=0.2, mean=0.5) >> param.unbounded()
    return pixels if start == "noise" else pixels.starting_from(content)


def paired(style: Tensor, target: Tensor, size: Size, canvas: Size, count: int | None) -> list[tuple[Tensor, Tensor]]:
    """The regions (1, 1, h, w) of target and style of each color that the target shows: on the canvas, and at a size.

    Colors are told apart before anything is scaled, which blends them. Regions of the style reach 1 somewhere, however
    thin they are.  Errors: BadArgument for a color that the style does not show.
    """
    check_integer("doodle", "colors", 1 if count is None else count, 1)
    colors = palette([style, target], count)
    pairs = zip(colors, on_canvas(regions(target, colors), canvas), fit(regions(style, colors), size), strict=True)
    shown = [(color, here[None], there[None]) for color, here, there in pairs if bool(here.any())]
    homeless = [_hex(color) for color, _, there in shown if not bool(there.any())]
    if homeless:
        raise BadArgument(
            f"a target mask with {', '.join(homeless)}, which the mask of the style does not show",
            "colors that have a region in the style expected",
            "paint the region in the style's mask too, or write colors= with a smaller number",
        )
    return [(here, there / there.max()) for _, here, there in shown]


def both(owner: str, name: str, numbers: Any) -> tuple[int, int]:
    """Two integers from 1 up."""
    if not isinstance(numbers, (tuple, list)) or len(numbers) != 2:
        raise BadArgument(f"{owner}: {name} is {numbers!r}", "two integers expected", f"write {name}=(450, 100)")
    first, last = numbers
    check_integer(owner, name, first, 1)
    check_integer(owner, name, last, 1)
    return first, last


def _hex(color: Tensor) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in color.tolist())
