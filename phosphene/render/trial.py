"""A first look before step 0: everything that a run will do is tried once, on zeros or on the first picture."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor

from ..errors import BadArgument, PhospheneError, RuleUnmatched
from ..models.rules import Rule
from ..objectives.algebra import Coefficient, Draw, Objective
from ..objectives.analysis import couples_batch
from ..objectives.evaluate import Context
from ..objectives.labels import check_labels
from ..objectives.lower import Program
from ..objectives.tree import nodes
from ..param.base import Param, Size
from ..values import check_integer
from .edits import rows
from .gradients import Gradient
from .memory import chunk_size
from .moment import Moment
from .operators import Operator
from .plan import Part, Setting
from .scheduled import schedules_in
from .views import Views
from .ways import Draws

State = dict[str, Tensor]


def tried(setting: Setting, program: Program, views: Views, param: Param, seen: Size, wanted: Any) -> int:
    """Run the objective once on one picture, which finds what is wrong with it; the pictures that fit into memory.

    seen: the size of what networks look at, which is a tile where there are tiles.
    """
    batch = len(setting.seeds)
    if wanted is not None:
        check_integer("render", "chunk", wanted, 1)
    fitting = chunk_size(partial(_attempt, setting, program, views, param, seen), batch, setting.device)
    if not couples_batch(program.objective):
        return fitting if wanted is None else min(int(wanted), batch)
    if wanted is not None and wanted < batch:
        raise BadArgument(
            f"chunk={wanted} for an objective that couples the {batch} pictures of its batch",
            "all pictures in one pass expected",
            "leave chunk out, or render fewer pictures",
        )
    return batch


def _attempt(setting: Setting, program: Program, views: Views, param: Param, seen: Size) -> Tensor:
    """The scores of a first picture, with their graph; of all where they depend on one another."""
    given = setting.given(param, 0)
    check_labels(program.objective, given)
    count = len(setting.seeds) if couples_batch(program.objective) else 1
    canvas = param.decode({**setting.start(param), **given})[:count].detach()
    views.capture_targets(canvas, program.objective)
    activations = views.activations(
        canvas[..., : seen[0], : seen[1]].requires_grad_(),
        Draws(setting.seeds[:count], 0, 0),
        None,
        {name: x[:count] for name, x in given.items()},
    )
    scores, _ = program(activations, Context(count, 0, 0, 1, setting.dtype, setting.device))
    return scores


def check_reached(rule: Any, views: Views, goal: Objective) -> None:
    """A rule without alternatives changes some call on the way to the layers that are looked at, not only behind them."""
    if not isinstance(rule, Rule) or len(rule.alternatives()) > 1:
        return
    for model, matched in views.matched.items():
        idle = [name for name, count in matched.items() if not count]
        if idle:
            raise RuleUnmatched(
                f"{', '.join(idle)} for {goal!r}"[:300],
                f"a call that it changes before the layers that the objective looks at in {views.visions[model].name}",
                "look at a deeper layer, or leave the rule out",
            )


def check_part(setting: Setting, part: Part) -> None:
    """Every link, operator and constraint of a stage can do what is asked."""
    if part.optimizer.line_search:
        _check_line_search(part, len(setting.seeds))
    if part.optimizer.rowwise and part.param.coupled:
        raise BadArgument(
            f"{part.optimizer!r} for {part.param!r}, of which pictures share numbers"[:400],
            "an optimizer that asks nothing of single pictures",
            "write optimizers.adam()",
        )
    _check_windows(part, setting.samples)
    seeds, state = setting.seeds, setting.start(part.param)
    shape = (len(seeds), part.param.channels, *part.param.size)
    grey = torch.full(shape, 0.5, dtype=setting.dtype, device=setting.device)
    moment = Moment(0, part.steps, part.number, 0, tuple(seeds), grey.new_zeros(len(seeds)), grey)
    for link in part.gradient:
        if link.frame != "tiles":
            _apply(part.param, link, state, grey, moment)
    for operator in part.operators:
        changed = _apply(part.param, operator, state, grey, moment)
        if operator.frame != "state":
            part.param.encode(changed.double())
    if part.within is not None:
        part.within.check(grey)
        part.param.encode(part.within.project(grey).double())


def _apply(param: Param, value: Gradient | Operator, state: State, picture: Tensor, moment: Moment) -> Tensor:
    """A link or an operator on a grey picture, or on a first state where that is its frame."""
    if value.frame != "state":
        return _applied(value, picture, moment)
    for name, x in state.items():
        if value.pictures and (x.ndim != 4 or param.coupled):
            raise BadArgument(
                f"{value!r} on {name!r} of {param!r}, of shape {tuple(x.shape)}"[:400],
                "entries with rows and columns, one picture each, expected",
                "write frame='canvas', or leave it out",
            )
        rows(param, x, partial(_applied, value), moment)
    return picture


def _applied(value: Gradient | Operator, x: Tensor, moment: Moment) -> Tensor:
    """What a link or an operator makes of a tensor: finite numbers of its shape."""
    try:
        made = value.apply(x, moment)
    except PhospheneError:
        raise
    except Exception as problem:  # numbers too large for what they do, or the code of the user's own word
        raise BadArgument(
            f"{value!r} raises {type(problem).__name__} ({problem})"[:400],
            f"what can be done to a tensor of shape {tuple(x.shape)}",
            "write smaller numbers, or mend it",
        ) from problem
    if not isinstance(made, Tensor) or made.shape != x.shape or not bool(torch.isfinite(made).all()):
        shape = f"shape {tuple(made.shape)}" if isinstance(made, Tensor) else type(made).__name__
        raise BadArgument(
            f"{value!r} makes {shape} of a tensor of shape {tuple(x.shape)}"
            + ", with NaN or infinity" * (isinstance(made, Tensor) and made.shape == x.shape),
            "finite numbers of the same shape",
            "write smaller numbers, or mend it",
        )
    return made


def check_passage(setting: Setting, before: Part | None, part: Part) -> None:
    """A stage can take over picture and memory from the one before it."""
    grey = torch.full((1, part.param.channels, *part.param.size), 0.5, dtype=torch.float64)
    if part.stage.carry == "detail" or (part.stage.resample and before and before.param.size != part.param.size):
        part.param.encode(grey)
    if before is None:
        return
    if before.param.size != part.param.size and part.stage.resample is None:
        before.param.resize(setting.start(before.param), part.param.size)
    if part.stage.memory == "resample":
        state = setting.start(before.param)
        same = before.optimizer.init(state).keys() == part.optimizer.init(state).keys()
        if type(part.optimizer) is not type(before.optimizer) or not same or not part.optimizer.resizable:
            raise BadArgument(
                f"stage {part.number} resamples the memory of {before.optimizer!r} for {part.optimizer!r}",
                "the same optimizer in both stages, one whose memory has the picture's shape",
                "write memory='reset', or leave it out",
            )
        before.param.resize(state, part.param.size)


def _check_line_search(part: Part, batch: int) -> None:
    """A line search compares scores: of one and the same function, and with its gradient."""
    transforms = part.views.transforms
    drawn = [step.transform for site in part.program.sites for step in site.path if isinstance(step, Draw)]
    wild = [one for one in (transforms, *drawn) if not one.deterministic]
    varying = [
        node for node in nodes(part.program.objective) if isinstance(node, Coefficient) and any(schedules_in(node))
    ]
    goal = part.program.objective
    bent = [rule for rule in part.views.rules.values() if rule is not None and not rule.replaces]
    problems = [
        (
            [goal] if batch > 1 and couples_batch(goal) else [],
            "a score of each picture alone",
            "write optimizers.adam()",
        ),
        (part.gradient, "the gradient of the score itself", "leave the chain out, or write optimizers.sgd(...)"),
        (bent, "the gradient of the score itself", "leave the rules out, or write optimizers.sgd(...)"),
        (part.operators, "no step but its own", "leave operators out"),
        ([part.within] if part.within else [], "no step but its own", "write lbfgs(bounds=constraints.box(0, 1))"),
        (wild, "the same draw at every step", f"write tf.frozen({wild[0]!r})" if wild else ""),
        (varying, "an objective that stays what it is", "write a number in place of the schedule"),
        ([part.param] if part.param.given([0], 0) else [], "no pictures that change", "write optimizers.adam()"),
    ]
    for found, expected, instead in problems:
        if found:
            raise BadArgument(
                f"{part.optimizer!r}, which compares scores along a line, with {found[0]!r}"[:400],
                f"{expected} expected",
                instead,
            )


def _check_windows(part: Part, samples: int) -> None:
    for operator in part.operators:
        if operator.frame == "view" and (not part.views.transforms.windowed or samples > 1 or part.tiles):
            raise BadArgument(
                f"{operator!r} with {samples} samples of {part.views.transforms!r}" + ", in tiles" * bool(part.tiles),
                "transforms that show a part of the canvas as it is, and one look at each step",
                "write frame='canvas', or transforms=tf.crop(160)",
            )
