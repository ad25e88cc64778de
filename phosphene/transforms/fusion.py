"""How a stack runs: neighbors that move pixels fuse into one warp.

A run of geometric transforms is one warp, with one fill: the first that a word of the run declares, or "reflect" where
none does. A word that declares another fill begins a new warp, and so does anything that is not geometric. Inside a
run nothing is cut off on the way: what leaves the frame in one step and returns in the next is still there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from torch import Tensor

from .base import UNDECLARED, Draw, Geometric, Step, Transform, check_draws
from .maps import IDENTITY, Size, View, chained
from .shifts import whole
from .warp import Fill, by_group, warp


class _Warp(NamedTuple):
    """A run of geometric transforms, seen as one; `fill` None while no word has declared one."""

    view: View
    size: Size
    fill: Fill | None


def _fuse(steps: list[Step]) -> list[_Warp | Step]:
    fused: list[_Warp | Step] = []
    for step in steps:
        transform, size, draw = step
        if not isinstance(transform, Geometric):
            fused.append(step)
            continue
        last = fused.pop() if fused and isinstance(fused[-1], _Warp) else None
        run = last if isinstance(last, _Warp) else _Warp(IDENTITY, size, None)
        if None not in (run.fill, transform.border) and run.fill != transform.border:
            fused.append(run)
            run = _Warp(IDENTITY, size, None)
        fill = transform.border if run.fill is None else run.fill
        fused.append(_Warp(chained(run.view, transform.view(size, draw)), transform.output_size(size), fill))
    return fused


def window(steps: list[Step], size: Size) -> tuple[int, int, int, int] | None:
    """The part (top, left, height, width) of a picture of `size` that these steps show unchanged, if they do."""
    top, left, here = 0, 0, size
    for step in _fuse(steps):
        shown = whole(step.view, here, step.size) if isinstance(step, _Warp) else None
        if shown is None or shown.mirrored or min(shown.right, shown.down) < 0:
            return None
        if shown.down + step[1][0] > here[0] or shown.right + step[1][1] > here[1]:
            return None
        top, left, here = top + shown.down, left + shown.right, step[1]
    return top, left, *here


def run(owner: Transform, x: Tensor, draws: Sequence[Draw]) -> Tensor:
    """Each picture through its own steps; pictures whose steps differ in their draws alone stay together."""
    check_draws(owner, x, draws)
    size = (int(x.shape[-2]), int(x.shape[-1]))
    if not draws:
        return x.new_zeros(0, x.shape[1], *owner.output_size(size))
    plans = [_fuse(owner.steps(size, draw)) for draw in draws]
    # A warp is told apart by its fill and size, anything else by what it is and the size it meets.
    ways = [tuple(step[1:] if isinstance(step, _Warp) else step[:2] for step in plan) for plan in plans]
    if len(set(ways)) > 1 and len({owner.after(size, draw) for draw in draws}) > 1:
        owner.output_size(size)  # raises: the ways end at different sizes

    def walk(pictures: Tensor, members: list[int], way: tuple[Any, ...]) -> Tensor:
        for place in range(len(way)):
            pictures = _together(pictures, [plans[i][place] for i in members])
        return pictures

    return by_group(x, ways, walk)


def _together(x: Tensor, steps: list[_Warp | Step]) -> Tensor:
    first = steps[0]
    if isinstance(first, _Warp):
        fill = UNDECLARED if first.fill is None else first.fill
        return warp(x, [step[0] for step in steps if isinstance(step, _Warp)], first.size, fill)
    return first[0].apply(x, [step[2] for step in steps])
