"""L-BFGS as a machine that takes one look at the score per step: an accepted point, a direction, and a step being tried."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from ...errors import BadArgument
from ...values import check_integer
from ..constraints import Constraint
from ..moment import Moment
from ..schedules import Number, at, check
from .base import Optimizer, State

ENOUGH = 1e-4
"""The share of the promised descent that a step must bring (Armijo)."""


class lbfgs(Optimizer):
    """L-BFGS with a line search, each picture with its own curvature (Liu and Nocedal 1989).

    A step of the run is one evaluation: a point that does not lower the loss enough is replaced by a nearer one on the
    same line, and the picture that is shown is the last one accepted. The first step has length min(1, 1/|g|_1) times the
    rate. bounds: a box in which the state stays; coordinates at a bound that push outward are held (Bertsekas 1982), so
    that the others keep their curvature. The score must be one and the same function at every step: random transforms
    have to be frozen, and the gradient may not be changed on its way.

    >>> lbfgs()
    optimizers.lbfgs()
    """

    line_search: ClassVar[bool] = True
    resizable: ClassVar[bool] = False

    rate: Number = 1.0
    history: int = 20
    bounds: Constraint | None = None

    def __post_init__(self) -> None:
        check(self.word, "rate", self.rate, 0)
        check_integer(self.word, "history", self.history, 1)
        if self.bounds is not None and not isinstance(self.bounds, _box()):
            raise BadArgument(
                f"{self.word}: bounds={self.bounds!r}"[:200], "a box expected", "write bounds=constraints.box(0, 1)"
            )

    @property
    def rowwise(self) -> bool:
        """It is: a curvature for each."""
        return True

    def init(self, state: State) -> State:
        """Nothing is known yet."""
        return {}

    def start(self, state: State) -> State:
        """The state within the bounds."""
        return {name: self.bounds.project(x) for name, x in state.items()} if self.bounds else state

    def update(self, state: State, gradient: State, memory: State, moment: Moment) -> tuple[State, State]:
        """The next point to try, after judging the last one."""
        x, g = _flat(state), _flat(gradient)
        assert moment.scores is not None
        loss = -moment.scores.to(x)[:, None]
        low, high = self._bounds(state)
        if not memory:
            empty = x.new_zeros(0, *x.shape)
            known = {"x": x, "g": g, "loss": loss, "moves": empty, "changes": empty}
            new = torch.ones_like(loss, dtype=torch.bool)
        else:
            known, new = _judged(memory, x, g, loss, self.history)
        free = ~(((known["x"] <= low) & (known["g"] > 0)) | ((known["x"] >= high) & (known["g"] < 0)))
        length = torch.where(new, self._first(known, at(self.rate, moment)), memory.get("length", loss))
        fresh = _direction(known["g"] * free, known["moves"] * free, known["changes"] * free)
        direction = torch.where(new, fresh, memory.get("direction", fresh))
        length = torch.where(new, length, length * _shorter(memory, loss) if memory else length)
        point = torch.minimum(torch.maximum(known["x"] + length * direction, low), high)
        kept = {**known, "direction": direction, "length": length}
        return _unflat(point, state), kept

    def shown(self, state: State, memory: State) -> State:
        """The last point that was accepted."""
        return _unflat(memory["x"], state) if memory else state

    def _first(self, known: State, rate: float) -> Tensor:
        """The length of step to try first: the rate, much less where no curvature is known."""
        if len(known["moves"]):
            return torch.full_like(known["loss"], rate)
        return rate * (1 / known["g"].abs().sum(1, keepdim=True).clamp_min(1e-30)).clamp_max(1)

    def _bounds(self, state: State) -> tuple[Tensor, Tensor]:
        """The least and the largest state, flat."""
        ends = []
        for end in (-torch.inf, torch.inf):
            full = {name: torch.full_like(x, end) for name, x in state.items()}
            ends.append(_flat({name: self.bounds.project(x) for name, x in full.items()} if self.bounds else full))
        return ends[0], ends[1]


def _box() -> type[Constraint]:
    from ..constraints import box

    return box


def _judged(memory: State, x: Tensor, g: Tensor, loss: Tensor, history: int) -> tuple[State, Tensor]:
    """What is known after the point x was tried, and for which pictures it is accepted."""
    move, change = x - memory["x"], g - memory["g"]
    promised = (memory["g"] * move).sum(1, keepdim=True)
    noise = 4 * torch.finfo(x.dtype).eps * memory["loss"].abs()  # differences below it mean nothing
    accepted = loss <= memory["loss"] + ENOUGH * promised + noise
    known = {name: torch.where(accepted, now, memory[name]) for name, now in (("x", x), ("g", g), ("loss", loss))}
    for name, latest in (("moves", move), ("changes", change)):
        nothing = torch.zeros_like(latest)[None]
        longer = torch.where(accepted, torch.cat([memory[name], latest[None]]), torch.cat([nothing, memory[name]]))
        known[name] = longer[-history:]
    return known, accepted


def _shorter(memory: State, loss: Tensor) -> Tensor:
    """By how much to shorten a step that brought too little: the minimum of the parabola through what is known."""
    slope = (memory["g"] * memory["direction"]).sum(1, keepdim=True) * memory["length"]
    excess = loss - memory["loss"] - slope
    return torch.where(excess > 0, -slope / (2 * excess.clamp_min(1e-300)), 0.5 * torch.ones_like(slope)).clamp(
        0.1, 0.5
    )


def _direction(g: Tensor, moves: Tensor, changes: Tensor) -> Tensor:
    """Minus the inverse Hessian of the history times the gradient; steepest descent where that does not descend."""
    direction = -_two_loops(g, moves, changes)
    descends = (direction * g).sum(1, keepdim=True) < 0
    return torch.where(descends, direction, -g)


def _two_loops(g: Tensor, moves: Tensor, changes: Tensor) -> Tensor:
    """The inverse Hessian of the history times a gradient, picture by picture."""
    curvature = (moves * changes).sum(2, keepdim=True)
    use = curvature > 1e-10 * changes.square().sum(2, keepdim=True)
    rho = torch.where(use, 1 / torch.where(use, curvature, torch.ones_like(curvature)), torch.zeros_like(curvature))
    q, alphas = g, []
    for i in reversed(range(len(moves))):
        alphas.append(rho[i] * (moves[i] * q).sum(1, keepdim=True))
        q = q - alphas[-1] * changes[i]
    scale = torch.ones_like(curvature[0]) if len(moves) else 1.0
    for i in range(len(moves)):
        scale = torch.where(use[i], curvature[i] / changes[i].square().sum(1, keepdim=True).clamp_min(1e-30), scale)
    q = q * scale
    for i, alpha in zip(range(len(moves)), reversed(alphas), strict=True):
        q = q + moves[i] * (alpha - rho[i] * (changes[i] * q).sum(1, keepdim=True))
    return q


def _flat(state: State) -> Tensor:
    return torch.cat([state[name].flatten(1) for name in sorted(state)], 1)


def _unflat(flat: Tensor, like: State) -> State:
    sizes = [like[name][0].numel() for name in sorted(like)]
    parts = torch.split(flat, sizes, 1)
    return {name: part.reshape(like[name].shape) for name, part in zip(sorted(like), parts, strict=True)}
