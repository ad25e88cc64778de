"""What happens to the gradient on its way, and to the picture beside the step: the chain, operators, the constraint."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from ..param import Param
from .gradients import Gradient
from .moment import Moment, per_picture
from .operators import Operator
from .plan import Part
from .ways import Draws

State = dict[str, Tensor]


def chained(chain: Iterable[Gradient], frame: str, gradient: Tensor, moment: Moment) -> Tensor:
    """The links of one frame, in their order."""
    for change in chain:
        if change.frame == frame:
            gradient = change.apply(gradient, moment)
    return gradient


def rows(param: Param, x: Tensor, work: Callable[[Tensor, Moment], Tensor], moment: Moment) -> Tensor:
    """Work that treats the first axis as pictures, on an entry of a state: one that they share counts as one row."""
    return work(x[None], moment)[0] if param.coupled else work(x, moment)


def operate(part: Part, state: State, moment: Moment, when: str) -> State:
    """The operators that are due before the look or after the step, and at the end the constraint."""
    for operator in part.operators:
        if operator.when == when and operator.due(moment):
            state = _operated(part, operator, state, moment)
    if part.within is not None and when == "end":
        state = edited(part.param, state, part.within.project)
    return state


def edited(param: Param, state: State, work: Callable[[Tensor], Tensor]) -> State:
    """The state whose picture is the edited one; the same state where the picture is, picture by picture."""
    painted = param.decode(state)
    picture = work(painted)
    same = (picture == painted).flatten(1).all(1)
    if bool(same.all()):
        return state
    found = param.encode(picture)
    return found if param.coupled else {name: x.where(per_picture(same, x), found[name]) for name, x in state.items()}


def _operated(part: Part, operator: Operator, state: State, moment: Moment) -> State:
    if operator.frame == "state":
        return {name: rows(part.param, x, operator.apply, moment) for name, x in state.items()}
    if operator.frame == "canvas":
        return edited(part.param, state, lambda picture: operator.apply(picture, moment))
    return edited(part.param, state, lambda picture: _in_view(part, operator, picture, moment))


def _in_view(part: Part, operator: Operator, picture: Tensor, moment: Moment) -> Tensor:
    """The operator on the part of each picture that the network saw, put back in its place."""
    draws = Draws(moment.seeds, moment.done, 0)
    windows = part.views.windows((int(picture.shape[-2]), int(picture.shape[-1])), draws)
    places = [(i, ..., slice(y, y + h), slice(x, x + w)) for i, (y, x, h, w) in enumerate(windows)]
    seen = operator.apply(torch.stack([picture[place] for place in places]), moment)
    changed = picture.clone()
    for place, part_of_it in zip(places, seen, strict=True):
        changed[place] = part_of_it
    return changed
