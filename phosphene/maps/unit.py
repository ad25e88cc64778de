"""One unit in detail: its map beside the frame, where it is strongest, and what of the frame made it so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ..attribution import attribute
from ..models import rules
from ..objectives import neuron
from ..values import check_choice, check_integer
from .colors import Bytes
from .grid import foot
from .looking import Look, Looks
from .scales import scale_of
from .sheet import Sheet, as_bytes, as_picture

BACK: dict[str, rules.Rule | None] = {"gradient": None, "deconvnet": rules.deconv(), "guided": rules.guided()}
MARK = (255, 255, 255), (0, 0, 0)
"""A light line inside of a dark one, seen on every color."""


@dataclass(frozen=True, eq=False, repr=False)
class Detail:
    """A unit in one frame.

    number: of the frame, from 0.  picture: (3, h, w) in [0, 1], as the network saw it.  map: (rows, columns).  place: row and
    column of its largest number.  value: that number.  back: (3, h, w), what `back` leads from there to the picture.
    """

    number: int
    picture: Tensor
    map: Tensor
    place: tuple[int, int]
    value: float
    back: Tensor

    def __repr__(self) -> str:
        return f"Detail({self.number}: {self.value:.4g} at row {self.place[0]}, column {self.place[1]})"


def details(
    model: Any,
    layer: str,
    channel: int,
    frames: Any,
    back: str = "gradient",
    size: int | tuple[int, int] | None = None,
) -> Iterator[Detail]:
    """A unit in each frame: its map, its strongest place, and what leads back from there.

    model, frames, size: as for `look`.  back: "gradient", of the unit at its strongest place; "deconvnet" and "guided", the
    same under a rule of `models.rules`.  Errors: as `look`; BadArgument, RuleUnmatched before anything runs.

    Source: Zeiler and Fergus 2013 (one activation, its strongest); Yosinski et al. 2015.

    >>> import phosphene as ph
    >>> net, frame = ph.load("patterns"), ph.models.patterns.draw("dots", 0, size=48)
    >>> found = next(details(net, "block3", 17, frame, back="deconvnet", size=48))
    >>> found.map.shape, found.back.shape, float(found.map[found.place]) == found.value
    (torch.Size([6, 6]), torch.Size([3, 48, 48]), True)
    """
    looks = Looks(model, layer, frames, size)
    _check(looks, layer, channel, back)
    return (_detail(looks, layer, channel, back, one) for one in looks)


def unit(
    model: Any,
    layer: str,
    channel: int,
    frames: Any,
    back: str = "gradient",
    scale: str | float = "own",
    size: int | tuple[int, int] | None = None,
    signed: bool | None = None,
) -> Iterator[Tensor]:
    """For each frame a picture (3, H, W) in [0, 1]: the frame, a unit's map in it, and what leads back from its strongest
    place, which is outlined in frame and map.

    back: as for `details`; grey is 0, the largest number of each frame full.  scale, signed: as for `grid`.  Errors: as these.

    >>> import phosphene as ph
    >>> net, frames = ph.load("patterns"), [ph.models.patterns.draw("dots", seed, size=48) for seed in range(2)]
    >>> len(list(unit(net, "block3", 17, frames, back="guided", size=48)))
    2
    """
    looks = Looks(model, layer, frames, size)
    _check(looks, layer, channel, back)
    found = scale_of("unit", scale, looks, layer, signed)
    _, rows, columns = looks.shapes[layer]
    title = f"{layer}, channel {channel} of {looks.vision.name}"
    words = f"{rows} x {columns} positions; outlined: the strongest; {back}: what changes it there, grey is 0"
    sheet = Sheet(title, looks.size, looks.size, ["map", back], foot(found, words), None)

    def shown(one: Look) -> Tensor:
        detail = _detail(looks, layer, channel, back, one)
        color = found(one.activations[layer], [channel], one.number)[0]
        pixels = _outlined(as_bytes(one.picture), detail)
        whole = sheet.filled(one.picture, [_outlined(_stretched(color, looks.size), detail), _pixels(detail.back)])
        sheet.frame.put(whole, pixels)
        return as_picture(whole)

    return map(shown, looks)


def _check(looks: Looks, layer: str, channel: Any, back: Any) -> None:
    check_choice("unit", "back", back, tuple(BACK))
    check_integer(f"layer {layer!r}", "channel", channel, 0, looks.shapes[layer][0] - 1)
    rules.check(BACK[back], looks.vision, looks.size)


def _detail(looks: Looks, layer: str, channel: int, back: str, one: Look) -> Detail:
    found = one.activations[layer][channel]
    row, column = divmod(int(found.argmax()), found.shape[1])
    goal = neuron(layer, channel, y=row, x=column)
    slope = attribute(looks.vision, goal, one.picture, rules=BACK[back], size=looks.size).slope[0].cpu()
    return Detail(one.number, one.picture, found, (row, column), float(found[row, column]), slope)


def _pixels(back: Tensor) -> Bytes:
    """Numbers of either sign around grey."""
    return as_bytes(0.5 + back / (2 * back.abs().max().clamp_min(1e-30)))


def _stretched(color: Bytes, size: tuple[int, int]) -> Bytes:
    """A map (rows, columns, 3) at the size of the frame, each number a rectangle."""
    rows, columns = (np.arange(side) * count // side for side, count in zip(size, color.shape, strict=False))
    found: Bytes = color[rows][:, columns]
    return found


def _outlined(pixels: Bytes, detail: Detail) -> Bytes:
    """A picture of the frame's size with the strongest place outlined."""
    ends: list[NDArray[np.intp]] = []
    for place, count, side in zip(detail.place, detail.map.shape, pixels.shape, strict=False):
        ends.append(np.array([place * side // count, max((place + 1) * side // count, place * side // count + 1)]))
    (top, bottom), (left, right) = ends
    found = pixels.copy()
    for inset, color in enumerate(MARK):
        a, b, c, d = top + inset, bottom - inset, left + inset, right - inset
        if b - a > 1 and d - c > 1:
            found[a:b, [c, d - 1]] = found[[a, b - 1], c:d] = color
    return found
