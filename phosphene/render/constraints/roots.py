"""The one multiplier of a separable projection: monotone equations, solved row by row to machine precision.

Notation: v(mu) = clip(u - mu, floor, cap), or clip(t u, floor, cap), entry by entry; mu or t is such that the sum, or the
Euclidean norm, of v is what it should be. Newton's method is exact once it has found which entries are clipped.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from .base import norm, total

ROUNDS = 256
"""Every fourth step bisects, so these are 64 halvings: all that float64 can tell apart."""

Step = Callable[[Tensor], "tuple[Tensor, Tensor, Tensor]"]


def root(step: Step, start: Tensor, low: Tensor, high: Tensor, done: Tensor) -> Tensor:
    """The root in [low, high] of a nonincreasing function, one for each row (B, 1), by Newton's method with bisection.

    `step` tells the function's value, where Newton's method goes, and the rounding error of the value. Rows that are
    `done` stay at `start`; a row that has settled no longer changes, so that the others have no influence on it.
    """
    at = start
    for turn in range(ROUNDS):
        if bool(done.all()):
            break
        value, newton, noise = step(at)
        low, high = at.where(value > 0, low), at.where(value < 0, high)
        middle = low + (high - low) / 2
        inside = (newton >= low) & (newton <= high)
        settled = (value.abs() <= noise) | (middle <= low) | (middle >= high)
        trusted = inside & settled if turn % 4 == 3 else inside
        at = at.where(done, newton.where(trusted, at.where(settled, middle)))
        done = done | settled
    return at


def filled(u: Tensor, floor: Tensor, cap: Tensor, amount: float, done: Tensor) -> Tensor:
    """clip(u - mu, floor, cap) with the mu for which each row's sum is `amount`; rows that are `done` stay unsolved.

    u, floor, cap: (B, N), 0 <= floor <= cap; done: (B, 1).
    """
    cap = cap.clamp(max=amount)  # no entry can have more, and an infinite cap would leave mu unbounded
    ulp = 4 * torch.finfo(u.dtype).eps

    def step(mu: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        level = u - mu
        value = total(level.clamp(floor, cap)) - amount
        count = ((level > floor) & (level < cap)).sum(1, keepdim=True)
        return value, mu + value / count, ulp * (amount + count * mu.abs())

    low, high = (u - cap).amin(1, keepdim=True), (u - floor).amax(1, keepdim=True)
    start = ((total(u) - amount) / u.shape[1]).clamp(low, high)
    return (u - root(step, start, low, high, done)).clamp(floor, cap)


def scaled(u: Tensor, floor: Tensor, cap: Tensor, radius: float, done: Tensor) -> Tensor:
    """clip(t u, floor, cap) with the t in [0, 1] for which each row's norm is `radius`; rows that are `done` stay unsolved.

    u, floor, cap: (B, N), 0 <= floor <= cap; done: (B, 1).
    """
    cap = cap.clamp(max=radius)
    ulp = 4 * torch.finfo(u.dtype).eps

    def step(t: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        v = (t * u).clamp(floor, cap)
        free = (t * u > floor) & (t * u < cap)
        fixed, moving = total(v.square().masked_fill(free, 0)), total(u.square().masked_fill(~free, 0))
        rest = radius**2 - fixed
        return rest - t**2 * moving, (rest / moving).sqrt(), torch.full_like(t, ulp * radius**2)

    one = torch.ones_like(u[:, :1])
    start = (radius / norm(u)).clamp(max=1)
    return (root(step, start, 0 * one, one, done) * u).clamp(floor, cap)
