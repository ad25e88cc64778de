"""Everything that can be wrong is found here, before step 0: arguments become a plan, or an error in three parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import torch

from ..errors import BadArgument
from ..language import parse
from ..models import rules as gradient_rules
from ..models.guard import channels_last, guarded
from ..models.vision import Vision, as_visions
from ..objectives.algebra import Objective
from ..objectives.lower import Program
from ..param.base import Size
from ..transforms import Transform
from . import arguments as argument
from .constraints import Constraint
from .goals import check_layers, labelled, names_of
from .gradients import Gradient
from .operators import Operator
from .optimizers import Optimizer
from .plan import Part, Plan, Setting, tiling
from .scheduled import check_schedules
from .stages import stage
from .trial import check_part, check_passage, check_reached, tried
from .views import Views

Rules = dict[str, gradient_rules.Rule | None]


@contextmanager
def opened(visions: Mapping[str, Vision]) -> Iterator[None]:
    """The networks frozen for a run, and afterwards as they were."""
    with ExitStack() as stack:
        for vision in visions.values():
            stack.enter_context(guarded(vision))
            stack.enter_context(channels_last(vision.module))
        yield


def resolve(model: Any, objective: Any, arguments: Mapping[str, Any]) -> Plan:
    """The plan of a call of `render`; every error of the user's is raised here.  To be called inside `opened`."""
    if not torch.is_grad_enabled() or torch.is_inference_mode_enabled():
        raise BadArgument(
            "render under torch.no_grad or torch.inference_mode",
            "gradients, along which pictures are painted",
            "call it outside of them, or write with torch.enable_grad(): where that is no_grad",
        )
    visions = as_visions(model)
    goal = argument.as_objective(objective)
    given = {
        **arguments,
        "objective": goal,
        "param": argument.param_of(arguments["param"], visions),
        "transforms": argument.kind("transforms", arguments["transforms"], Transform),
        "optimizer": argument.kind("optimizer", arguments["optimizer"], Optimizer),
        "gradient": argument.values("gradient", arguments["gradient"], Gradient),
        "operators": argument.values("operators", arguments["operators"], Operator),
        "within": None if arguments["within"] is None else argument.kind("within", arguments["within"], Constraint),
        "rules": parse(arguments["rules"]) if isinstance(arguments["rules"], str) else arguments["rules"],
    }
    stages = argument.stages_of(arguments)
    goals = [goal if one.objective is None else argument.as_objective(one.objective) for one in stages]
    setting = Setting(
        visions,
        given["param"],
        argument.seeds_of(arguments, goals, given["param"]),
        argument.count("samples", arguments["samples"]),
        argument.device_of(arguments["device"], visions),
        argument.precision_of(arguments["precision"], visions),
    )
    parts: list[Part] = []
    counts: dict[str, dict[str, int]] = {}
    for number, (one, wanted) in enumerate(zip(stages, goals, strict=True)):
        before = parts[-1] if parts else None
        rules, found = _rules(given["rules"] if one.rules is None else one.rules, visions)
        counts = {name: {**counts.get(name, {}), **matches} for name, matches in found.items()}
        size = one.after(before.param.size if before else setting.param.size)
        parts.append(_part(setting, number, one, wanted, size, rules, given))
        check_part(setting, parts[-1])
        check_passage(setting, before, parts[-1])
    snapshots = argument.snapshots_of(arguments["snapshots"], sum(part.steps for part in parts))
    return Plan(**vars(setting), parts=parts, snapshots=snapshots, rules=counts, program=given)


def _part(
    setting: Setting, number: int, one: stage, wanted: Objective, size: Size, rules: Rules, given: Mapping[str, Any]
) -> Part:
    """A stage with what it takes over from the run."""

    def own(name: str) -> Any:
        return given[name] if getattr(one, name) is None else getattr(one, name)

    visions, chain, transforms = setting.visions, own("gradient"), own("transforms")
    param = setting.param if size == setting.param.size else setting.param.resized(size)
    check_schedules((own("optimizer"), chain, own("operators"), own("within"), wanted), one.steps, number)
    argument.check_range(param, own("within"))
    cut = tiling(chain)
    seen = param.size if cut is None else cut.over(param.size)
    goal = labelled(wanted, visions)
    check_layers(goal, visions, transforms, param.channels, seen, cut is None)
    program = Program(goal)
    views = Views(visions, program.sites, transforms, rules, given["precision"] == "bfloat16", cut is None)
    names, reading = names_of(program, wanted, visions)
    chunk = tried(setting, program, views, param, seen, given["chunk"])
    check_reached(own("rules"), views, wanted)
    return Part(
        number,
        one.steps,
        one,
        param,
        views,
        program,
        names,
        reading,
        own("optimizer"),
        chain,
        own("operators"),
        own("within"),
        chunk,
    )


def _rules(value: Any, visions: Mapping[str, Vision]) -> tuple[Rules, dict[str, dict[str, int]]]:
    """For each network the rule with its alternatives decided, and how many calls it matched."""
    checked = {name: gradient_rules.check(value, vision) for name, vision in visions.items()}
    return {name: one for name, (one, _) in checked.items()}, {name: counts for name, (_, counts) in checked.items()}
