"""How a run begins, and how it goes from one stage to the next."""

from __future__ import annotations

import torch
from torch import Tensor

from ..filters import resample
from .edits import edited
from .plan import Part, Plan, Position

State = dict[str, Tensor]


@torch.no_grad()
def begin(plan: Plan) -> Position:
    """Step 0: the start of the parameterization at the size of the first stage, within the constraint."""
    first = plan.parts[0]
    detailed = first.stage.carry == "detail"
    state = first.param.encode(_bases(plan)[0]) if detailed else plan.start(first.param)
    if first.within is not None:
        state = edited(first.param, state, first.within.project)
    state = first.optimizer.start(state)
    height, width = first.param.size
    seen = torch.zeros(len(plan.seeds), first.param.channels, height, width, dtype=plan.dtype, device=plan.device)
    return Position(0, state, first.optimizer.init(state), seen)


@torch.no_grad()
def enter(plan: Plan, part: Part, position: Position) -> Position:
    """The position at the first step of a stage: the picture, the memory and the record at its size."""
    if part.number == 0:
        return position
    before = plan.parts[part.number - 1]
    shown = before.optimizer.shown(position.state, position.memory)
    state = part.optimizer.start(carried(plan, before, part, shown))
    memory = part.optimizer.init(state)
    if part.stage.memory == "resample":
        memory = part.optimizer.resized(position.memory, shown, lambda x: before.param.resize(x, part.param.size))
    return Position(position.done, state, memory, resample(position.transparency, part.param.size, "bilinear"))


def carried(plan: Plan, before: Part, part: Part, state: State) -> State:
    """The state of a stage that goes on where the stage before has ended."""
    how, size = part.stage.resample, part.param.size
    if part.stage.carry == "detail":
        bases = _bases(plan)
        detail = before.param.decode(state) - bases[part.number - 1]
        return part.param.encode(bases[part.number] + _resized(detail, size, how or "bilinear"))
    if size == before.param.size:
        return state
    return (
        before.param.resize(state, size)
        if how is None
        else part.param.encode(resample(before.param.decode(state), size, how))
    )


def _bases(plan: Plan) -> list[Tensor]:
    """The picture to start from at the size of each stage, each made from that of the stage after it."""
    picture = plan.param.decode(plan.start(plan.param))
    bases = []
    for part in reversed(plan.parts):
        picture = _resized(picture, part.param.size, part.stage.resample or "bilinear")
        bases.append(picture)
    return bases[::-1]


def _resized(picture: Tensor, size: tuple[int, int], how: str) -> Tensor:
    return picture if tuple(picture.shape[-2:]) == tuple(size) else resample(picture, size, how)
