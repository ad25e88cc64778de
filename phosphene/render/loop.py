"""The one loop. Its phases, in this order, each a function that can be called alone:

decode -> draw transforms x samples -> forward to the deepest layer needed -> score per picture -> gradient at the picture
-> gradient chain -> pull back to the parameters -> optimizer -> operators -> constraints -> record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor

from ..errors import Detached, Nonfinite
from ..objectives.evaluate import Context
from ..param import Param
from .resolve import Part, Plan
from .views import Draws

State = dict[str, Tensor]


@dataclass
class Frame:
    """What the loop knows after a step: pictures after update number `step`, and the scores that led to it."""

    step: int
    steps: int
    scores: Tensor
    terms: dict[str, Tensor]
    state: State = field(repr=False)
    param: Param = field(repr=False)
    memory: State = field(repr=False)
    stage: int = 0
    kept: Tensor | None = field(default=None, repr=False)

    @property
    def images(self) -> Tensor:
        """The pictures (B, C, H, W) in [0, 1]."""
        if self.kept is not None:
            return self.kept
        with torch.no_grad():
            return self.param.decode(self.state).detach().clone()


@dataclass
class Scored:
    """Scores (B,), the contribution of each summand (T, B), and the gradient of the scores at the picture."""

    scores: Tensor
    terms: Tensor
    gradient: Tensor


def run(plan: Plan, start: tuple[int, State, State] | None = None) -> Iterator[Frame]:
    """The frames of a plan, from its beginning or from a step, state and memory that an earlier run had reached."""
    done, state, memory = start or (0, plan.parts[0].param.init(plan.seeds, plan.dtype, plan.device), {})
    begun = 0
    for number, part in enumerate(plan.parts):
        if done >= begun + part.steps:
            begun += part.steps
            continue
        if done == begun:
            if number:
                state = plan.parts[number - 1].param.resize(state, part.param.size)
            memory = part.optimizer.init(state)
        with torch.no_grad():
            part.views.capture_targets(part.param.decode(state), part.program.objective)
        for step in range(done - begun, part.steps):
            state, memory, scored = advance(plan, part, state, memory, step, begun + step)
            done = begun + step + 1
            terms = {part.names[i]: scored.terms[i] for i in part.reading}
            yield Frame(done, plan.steps, scored.scores, terms, state, part.param, memory, number)
        begun += part.steps


def advance(plan: Plan, part: Part, state: State, memory: State, step: int, moment: int) -> tuple[State, State, Scored]:
    """One step: the next state and memory, and what was scored on the way. `moment` counts over all stages."""
    leaves = {name: x.detach().requires_grad_() for name, x in state.items()}
    canvas = part.param.decode(leaves)
    scored = score(plan, part, canvas.detach(), step, moment)
    check_finite(scored, part.names, moment)
    gradient = chained(plan, "canvas", scored.gradient, step=step, steps=part.steps)
    pulled = pull_back(canvas, leaves, gradient, part.param)
    with torch.no_grad():
        state, memory = part.optimizer.update(state, pulled, memory, step, part.steps)
        state = operate(plan, part, state, step)
    return state, memory, scored


def score(plan: Plan, part: Part, canvas: Tensor, step: int, moment: int) -> Scored:
    """Scores and their gradient at the canvas: the mean over the samples, a chunk of pictures at a time."""
    gradient = torch.empty_like(canvas)
    scores = canvas.new_zeros(len(plan.seeds))
    terms = canvas.new_zeros(len(part.names), len(plan.seeds))
    view_change = partial(chained, plan, "view", step=step, steps=part.steps) if plan.frames("view") else None
    for first in range(0, len(plan.seeds), part.chunk):
        here = slice(first, first + part.chunk)
        x = canvas[here].detach().requires_grad_()
        context = Context(len(x), first, step, part.steps, canvas.dtype, canvas.device)
        for sample in range(plan.samples):
            activations = part.views.activations(x, Draws(plan.seeds[here], moment, sample), view_change)
            value, nodes = part.program(activations, context)
            if not value.requires_grad:
                raise Detached(
                    f"{part.program.objective!r}"[:200] + " has no gradient at the picture",
                    "a score that depends on the picture through differentiable functions",
                    "choose a layer that the picture reaches, or remove what detaches",
                )
            torch.autograd.backward(value.sum() / plan.samples)
            scores[here] += value.detach() / plan.samples
            terms[:, here] += part.program.record(activations, context, nodes) / plan.samples
        gradient[here] = x.grad if x.grad is not None else 0
    return Scored(scores, terms, gradient)


def chained(plan: Plan, frame: str, gradient: Tensor, *, step: int, steps: int) -> Tensor:
    """The gradient chain of one frame."""
    for change in plan.frames(frame):
        gradient = change.apply(gradient, step, steps)
    return gradient


def pull_back(canvas: Tensor, leaves: State, gradient: Tensor, param: Param) -> State:
    """The gradient of the loss at the parameters, from that of the score at the picture: the library's one minus sign."""
    if not canvas.requires_grad:
        raise Detached(
            f"{param!r} decodes to a picture without a gradient",
            "a decoder that does not detach and does not run under no_grad",
            "remove .detach(), .data and torch.no_grad from it",
        )
    found = torch.autograd.grad(canvas, list(leaves.values()), -gradient, allow_unused=True)
    return {
        name: torch.zeros_like(leaf) if g is None else g for (name, leaf), g in zip(leaves.items(), found, strict=True)
    }


def operate(plan: Plan, part: Part, state: State, step: int) -> State:
    """Operators that are due, then the constraint, on the picture; the parameters become its encoding where it moved."""
    due = [operator for operator in plan.operators if operator.due(step)]
    if not due and plan.within is None:
        return state
    picture = painted = part.param.decode(state)
    for operator in due:
        picture = operator.apply(picture, step, part.steps)
    if plan.within is not None:
        picture = plan.within.project(picture)
    return state if torch.equal(picture, painted) else part.param.encode(picture)


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
        "lower the learning rate, or map the term: .map(clamp(-1, 1)) or a safe function",
    )
