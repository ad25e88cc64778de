"""The one loop. Its phases, in this order, each a function that can be called alone:

operators before the look -> decode -> draw transforms x samples -> forward to the deepest layer needed -> score per picture
-> gradient at the picture -> gradient chain -> pull back to the parameters -> gradient chain there -> optimizer ->
operators -> constraint -> record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ..errors import Detached, Nonfinite
from ..objectives.evaluate import Context
from ..param import Param
from .carry import begin, enter
from .edits import chained, operate, rows
from .moment import Moment
from .optimizers import Optimizer
from .plan import Part, Plan, Position
from .ways import Draws

State = dict[str, Tensor]


@dataclass
class Frame:
    """What the loop knows after a step: pictures after update number `step`, and the scores that led to it."""

    step: int
    steps: int
    scores: Tensor
    terms: dict[str, Tensor]
    position: Position = field(repr=False)
    param: Param = field(repr=False)
    optimizer: Optimizer = field(repr=False)
    stage: int = 0
    kept: Tensor | None = field(default=None, repr=False)

    @property
    def images(self) -> Tensor:
        """The pictures (B, C, H, W)."""
        if self.kept is not None:
            return self.kept
        with torch.no_grad():
            return self.param.decode(self.state).detach().clone()

    @property
    def state(self) -> State:
        """The parameters that the pictures are decoded from."""
        return self.optimizer.shown(self.position.state, self.position.memory)


@dataclass
class Scored:
    """Scores (B,), the contribution of each summand (T, B), and the gradient of the scores at the picture."""

    scores: Tensor
    terms: Tensor
    gradient: Tensor


def run(plan: Plan, start: Position | None = None) -> Iterator[Frame]:
    """The frames of a plan, from its beginning or from a position that an earlier run had reached."""
    position = begin(plan) if start is None else start
    begun = 0
    for part in plan.parts:
        if position.done < begun + part.steps:
            if position.done == begun:
                position = enter(plan, part, position)
            with torch.no_grad():
                part.views.capture_targets(part.param.decode(position.state), part.program.objective)
            for step in range(position.done - begun, part.steps):
                position, scored = advance(plan, part, position, step)
                terms = {part.names[i]: scored.terms[i] for i in part.reading}
                yield Frame(
                    position.done, plan.steps, scored.scores, terms, position, part.param, part.optimizer, part.number
                )
        begun += part.steps


def advance(plan: Plan, part: Part, position: Position, step: int) -> tuple[Position, Scored]:
    """One step: the next position, and what was scored on the way."""
    moment = Moment(step, part.steps, part.number, position.done, tuple(plan.seeds))
    given = plan.given(part.param, position.done)
    with torch.no_grad():
        state = operate(part, position.state, moment, "start")
    leaves = {name: x.detach().requires_grad_() for name, x in state.items()}
    canvas = part.param.decode({**leaves, **given})
    scored = score(plan, part, canvas.detach(), moment, given)
    check_finite(scored, part.names, position.done)
    moment = replace(moment, scores=scored.scores)
    gradient = chained(part.gradient, "canvas", scored.gradient, moment)
    moment = replace(moment, gradient=gradient)
    pulled = pull_back(canvas, leaves, gradient, part.param)
    with torch.no_grad():
        # The library's one minus sign: optimizers descend.
        loss = {
            name: -rows(part.param, g, partial(chained, part.gradient, "state"), moment) for name, g in pulled.items()
        }
        state, memory = part.optimizer.update(state, loss, position.memory, moment)
        check_step(state, part.optimizer, position.done)
        state = operate(part, state, moment, "end")
        seen = position.transparency + scored.gradient.abs()
    return Position(position.done + 1, state, memory, seen), scored


def score(plan: Plan, part: Part, canvas: Tensor, moment: Moment, given: State) -> Scored:
    """Scores and their gradient at the canvas, looked at as a whole or in tiles."""
    if part.tiles is None:
        return looked_at(plan, part, canvas, moment, given, [...], None)
    size = (int(canvas.shape[-2]), int(canvas.shape[-1]))
    rolled = part.tiles.rolled(canvas, moment)
    window = part.tiles.window(size, canvas)
    found = looked_at(plan, part, rolled, moment, given, part.tiles.cut(size), window)
    evened = part.tiles.evened(found.gradient, size)
    return replace(found, gradient=part.tiles.rolled(evened, moment, back=True))


def looked_at(
    plan: Plan, part: Part, canvas: Tensor, moment: Moment, given: State, places: list[Any], window: Tensor | None
) -> Scored:
    """The mean over samples and places, a chunk of pictures at a time; `window` weighs the gradient of a place."""
    gradient = torch.zeros_like(canvas)
    scores = canvas.new_zeros(len(plan.seeds))
    terms = canvas.new_zeros(len(part.names), len(plan.seeds))
    looks = places * plan.samples
    in_view = [change for change in part.gradient if change.frame == "view"]
    change = partial(chained, in_view, "view", moment=moment) if in_view else None
    for first in range(0, len(plan.seeds), part.chunk):
        here = slice(first, first + part.chunk)
        at_hand = {name: x[here] for name, x in given.items()}
        context = Context(len(canvas[here]), first, moment.step, part.steps, canvas.dtype, canvas.device, moment.stage)
        for sample, place in enumerate(looks):
            x = canvas[here][place].detach().requires_grad_()
            activations = part.views.activations(x, Draws(plan.seeds[here], moment.done, sample), change, at_hand)
            value, nodes = part.program(activations, context)
            if not value.requires_grad:
                raise Detached(
                    f"{part.program.objective!r}"[:200] + " has no gradient at the picture",
                    "a score that depends on the picture through differentiable functions",
                    "choose a layer that the picture reaches, or remove what detaches",
                )
            torch.autograd.backward(value.sum() / len(places))
            scores[here] += value.detach() / len(looks)
            terms[:, here] += part.program.record(activations, context, nodes) / len(looks)
            if x.grad is not None:
                # Divided here, so that what links at the view make of several samples is a mean, too.
                gradient[here][place] += (x.grad if window is None else x.grad * window) / plan.samples
    return Scored(scores, terms, gradient)


def pull_back(canvas: Tensor, leaves: State, gradient: Tensor, param: Param) -> State:
    """The gradient of the score at the parameters, from that at the picture."""
    if not canvas.requires_grad:
        raise Detached(
            f"{param!r} decodes to a picture without a gradient",
            "a decoder that does not detach and does not run under no_grad",
            "remove .detach(), .data and torch.no_grad from it",
        )
    found = torch.autograd.grad(canvas, list(leaves.values()), gradient, allow_unused=True)
    return {
        name: torch.zeros_like(leaf) if g is None else g for (name, leaf), g in zip(leaves.items(), found, strict=True)
    }


def check_finite(scored: Scored, names: list[str], moment: int) -> None:
    """Nonfinite, with the first summand at fault, where a score or a gradient is NaN or infinite."""
    if torch.isfinite(scored.scores).all() and torch.isfinite(scored.gradient).all():
        return
    bad = [name for name, row in zip(names, scored.terms, strict=True) if not torch.isfinite(row).all()]
    what = (
        f"{bad[0]} is {scored.terms[names.index(bad[0])].tolist()}"
        if bad
        else "the gradient at the picture is not finite"
    )
    raise Nonfinite(
        f"at step {moment} {what}",
        "finite scores and gradients expected",
        "lower the learning rate; before .map(log) or .map(sqrt) keep a score above 0: .map(softplus).map(log)",
    )


def check_step(state: State, optimizer: Optimizer, moment: int) -> None:
    """Nonfinite where a step leads to parameters that are NaN or infinite, of which no picture may be shown."""
    if not bool(torch.stack([torch.isfinite(x).all() for x in state.values()]).all()):
        raise Nonfinite(
            f"at step {moment} the step of {optimizer!r} is not finite",
            "finite parameters expected",
            "lower the learning rate, or clip the gradient: gradient=[gradients.clip(1)]",
        )
