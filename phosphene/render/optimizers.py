"""How parameters follow a gradient: adam, sgd, lbfgs, each a pair of pure functions over a state that the loop keeps.

The gradient is that of the loss, the negative score. Every picture of a batch is optimized as if it were alone.
"""

from __future__ import annotations

from typing import TypeAlias

import torch
from torch import Tensor

from ..values import Value, check_integer, check_number
from .schedules import Number, at, check

State: TypeAlias = dict[str, Tensor]


class Optimizer(Value, room="optimizers", abstract=True):
    """`init(state)` makes the memory, `update(state, gradient, memory, step, steps)` the next state and memory."""

    def init(self, state: State) -> State:
        """What is remembered from step to step, empty at the start."""
        raise NotImplementedError

    def update(self, state: State, gradient: State, memory: State, step: int, steps: int) -> tuple[State, State]:
        """The state and memory after a step."""
        raise NotImplementedError


class adam(Optimizer):
    """Adam (Kingma and Ba 2015), with the bias correction.

    >>> adam(0.05)
    optimizers.adam()
    """

    rate: Number = 0.05
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        check("optimizers.adam", "rate", self.rate, 0)
        for name in ("beta1", "beta2"):
            check_number("optimizers.adam", name, getattr(self, name), 0, 1 - 1e-9)
        check_number("optimizers.adam", "eps", self.eps, 0)

    def init(self, state: State) -> State:
        """First and second moments of each entry, and the count of updates."""
        moments = {
            f"{name}.{moment}": torch.zeros_like(x) for name, x in state.items() for moment in ("mean", "square")
        }
        return {**moments, "count": torch.zeros((), dtype=torch.int64)}

    def update(self, state: State, gradient: State, memory: State, step: int, steps: int) -> tuple[State, State]:
        """One step of Adam."""
        count = int(memory["count"]) + 1
        rate = at(self.rate, step, steps) / (1 - self.beta1**count)
        scale = (1 - self.beta2**count) ** -0.5
        new, kept = {}, {"count": torch.tensor(count)}
        for name, x in state.items():
            g = gradient[name]
            mean = memory[f"{name}.mean"].lerp(g, 1 - self.beta1)
            square = torch.addcmul(memory[f"{name}.square"] * self.beta2, g, g, value=1 - self.beta2)
            new[name] = torch.addcdiv(x, mean, square.sqrt().mul_(scale).add_(self.eps), value=-rate)
            kept[f"{name}.mean"], kept[f"{name}.square"] = mean, square
        return new, kept


class sgd(Optimizer):
    """Gradient descent, with momentum where it is not 0: v <- momentum v + g, x <- x - rate v.

    >>> sgd(1.5)
    optimizers.sgd(1.5)
    """

    rate: Number
    momentum: float = 0

    def __post_init__(self) -> None:
        check("optimizers.sgd", "rate", self.rate, 0)
        check_number("optimizers.sgd", "momentum", self.momentum, 0, 1 - 1e-9)

    def init(self, state: State) -> State:
        """The velocity of each entry."""
        return {name: torch.zeros_like(x) for name, x in state.items()} if self.momentum else {}

    def update(self, state: State, gradient: State, memory: State, step: int, steps: int) -> tuple[State, State]:
        """One step of descent."""
        rate = at(self.rate, step, steps)
        kept = {name: self.momentum * memory[name] + gradient[name] for name in memory}
        moved = kept if self.momentum else gradient
        return {name: x - rate * moved[name] for name, x in state.items()}, kept


class lbfgs(Optimizer):
    """L-BFGS with a fixed step length and each picture's own curvature (Liu and Nocedal 1989).

    The first step has length min(1, 1/|g|_1) times the rate; a pair of changes without positive curvature is left out.
    Meant for deterministic objectives: with random transforms every step sees another function.

    >>> lbfgs()
    optimizers.lbfgs()
    """

    rate: Number = 1.0
    history: int = 20

    def __post_init__(self) -> None:
        check("optimizers.lbfgs", "rate", self.rate, 0)
        check_integer("optimizers.lbfgs", "history", self.history, 1)

    def init(self, state: State) -> State:
        """No history yet."""
        return {}

    def update(self, state: State, gradient: State, memory: State, step: int, steps: int) -> tuple[State, State]:
        """One quasi-Newton step."""
        x, g = _flat(state), _flat(gradient)
        rate = at(self.rate, step, steps)
        if not memory:
            moves, changes = x.new_zeros(0, *x.shape), x.new_zeros(0, *x.shape)
            direction = -g * (1 / g.abs().sum(1, keepdim=True).clamp_min(1e-30)).clamp_max(1)
        else:
            moves = torch.cat([memory["moves"], (x - memory["x"])[None]])[-self.history :]
            changes = torch.cat([memory["changes"], (g - memory["g"])[None]])[-self.history :]
            direction = -_two_loops(g, moves, changes)
        kept = {"x": x, "g": g, "moves": moves, "changes": changes}
        return _unflat(x + rate * direction, state), kept


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
