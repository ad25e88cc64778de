"""Everything that can be wrong is found here, before step 0: arguments become a plan, or an error in three parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ..errors import BadArgument, ShapeMismatch, UnknownModel, nearest
from ..language import parse
from ..models import rules as gradient_rules
from ..models.capture import probe
from ..models.guard import channels_last, guarded
from ..models.vision import Vision, as_visions
from ..objectives.algebra import Objective, Term
from ..objectives.analysis import couples_batch, effective, images, layers, terms
from ..objectives.evaluate import Context
from ..objectives.lower import Program
from ..objectives.term import Label, check_index
from ..objectives.tree import nodes, replace_terms
from ..param import Param, fourier
from ..transforms import Transform
from ..values import check_integer
from .constraints import Constraint
from .gradients import Gradient
from .memory import chunk_size
from .operators import Operator
from .optimizers import Optimizer
from .stages import stage
from .views import Draws, Views, finished, split_layer

PRECISIONS = {"float32": torch.float32, "float64": torch.float64, "bfloat16": torch.float32}
"""The type of the picture; "bfloat16" is that of the network's inner passes alone."""


@dataclass(frozen=True)
class Part:
    """A stage, ready to run."""

    steps: int
    param: Param
    views: Views
    program: Program
    names: list[str]
    reading: list[int]
    optimizer: Optimizer
    chunk: int


@dataclass(frozen=True)
class Plan:
    """A run, ready to start: its stages and what they share."""

    visions: dict[str, Vision]
    parts: list[Part]
    seeds: list[int]
    samples: int
    gradient: tuple[Gradient, ...]
    operators: tuple[Operator, ...]
    within: Constraint | None
    snapshots: frozenset[int]
    device: torch.device
    dtype: torch.dtype
    rules: dict[str, dict[str, int]]
    program: dict[str, Any]

    def frames(self, frame: str) -> list[Gradient]:
        """The gradient chain of one frame."""
        return [change for change in self.gradient if change.frame == frame]

    @property
    def steps(self) -> int:
        """The number of updates of the whole run."""
        return sum(part.steps for part in self.parts)


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
    visions = as_visions(model)
    goal = as_objective(objective)
    device, dtype = _device(arguments["device"], visions), _precision(arguments["precision"], visions)
    param = _param(arguments["param"], visions)
    transforms = _kind("transforms", arguments["transforms"], Transform)
    stages = _stages(arguments)
    goals = [goal if one.objective is None else as_objective(one.objective) for one in stages]
    seeds = _seeds(arguments, goals, param)
    rules, counts = _rules(arguments["rules"], visions)
    parts, size = [], param.size
    for one, wanted in zip(stages, goals, strict=True):
        size = param.resized(one.size).size if one.size is not None else size
        here = param if size == param.size else param.resized(size)
        seen = one.transforms or transforms
        labelled = _labelled(wanted, visions)
        _check_layers(labelled, visions, seen, here)
        program = Program(labelled)
        views = Views(visions, program.sites, seen, rules, arguments["precision"] == "bfloat16")
        chunk = _tried(program, views, here, seeds, arguments, device, dtype)
        optimizer = _kind("optimizer", one.optimizer or arguments["optimizer"], Optimizer)
        names, reading = _names(program, wanted, visions)
        parts.append(Part(one.steps, here, views, program, names, reading, optimizer, chunk))
    plan = Plan(
        visions,
        parts,
        seeds,
        _count("samples", arguments["samples"]),
        _values("gradient", arguments["gradient"], Gradient),
        _values("operators", arguments["operators"], Operator),
        None if arguments["within"] is None else _kind("within", arguments["within"], Constraint),
        _snapshots(arguments["snapshots"], sum(part.steps for part in parts)),
        device,
        dtype,
        counts,
        {**arguments, "objective": goal, "param": param, "transforms": transforms},
    )
    if plan.operators or plan.within:
        for part in parts:
            part.param.encode(torch.full((1, part.param.channels, *part.param.size), 0.5, dtype=torch.float64))
    return plan


def as_objective(value: Any) -> Objective:
    """An objective, or the text of one."""
    found = parse(value) if isinstance(value, str) else value
    if not isinstance(found, Objective):
        raise BadArgument(
            f"the objective {found!r}"[:200], "an objective or its text expected", "write channel('block3', 17)"
        )
    if not layers(found):
        raise BadArgument(
            f"the objective {found!r}"[:200],
            "a term that looks at a layer or at the picture expected",
            "add one, such as channel('block3', 17)",
        )
    return found


def _check_layers(goal: Objective, visions: Mapping[str, Vision], transforms: Transform, param: Param) -> None:
    """Every layer is one that a network reaches, every index within it."""
    leaves = [node for node in nodes(effective(goal)) if isinstance(node, Term)]
    owners: dict[str, dict[str, str]] = {}
    for one in leaves:
        model, layer = split_layer(one.layer)
        if layer != "image":
            owners.setdefault(model, {}).setdefault(layer, repr(one))
    shapes = {"image": torch.Size([1, param.channels, *param.size])}
    for model, names in owners.items():
        if model not in visions:
            raise _unknown_model(model, next(iter(names)), visions)
        vision = visions[model]
        size = finished(vision, transforms, param.size).output_size(param.size)
        found = probe(vision, names, size, param.channels)
        shapes.update({f"{model}:{name}" if model else name: shape for name, shape in found.items()})
    for one in leaves:
        check_index(one, shapes[one.layer])


def _unknown_model(model: str, layer: str, visions: Mapping[str, Vision]) -> UnknownModel:
    known = [name for name in visions if name]
    return UnknownModel(
        f"layer {layer!r} is of the network {model!r}" if model else f"layer {layer!r} names no network",
        nearest(model, known) if known else "a single network was given",
        f"write {known[0] + ':' + layer!r}" if known else "leave the name before ':' out",
    )


def _labelled(goal: Objective, visions: Mapping[str, Vision]) -> Objective:
    """The objective with class labels replaced by their indices."""

    def change(one: Term) -> Objective:
        kinds = {parameter.name: parameter.kind for parameter in one.definition.parameters}
        vision = visions.get(split_layer(one.layer)[0])
        arguments = tuple(
            (name, vision.label_index(value) if vision and kinds[name] == Label else value)
            for name, value in one.arguments
        )
        return one if arguments == one.arguments else Term(one.definition, one.layer, arguments, one.path)

    return replace_terms(goal, change)


def _names(program: Program, goal: Objective, visions: Mapping[str, Vision]) -> tuple[list[str], list[int]]:
    """The summands of the record as the user wrote them, labels included, and the order in which they are read."""
    written = {_labelled(body, visions): body for _, body in terms(effective(goal))}
    place = {body: number for number, body in enumerate(written)}
    reading = sorted(range(len(program.summands)), key=lambda i: place.get(program.summands[i][1], len(place)))
    return [repr(weight * written.get(body, body)) for weight, body in program.summands], reading


def _tried(
    program: Program,
    views: Views,
    param: Param,
    seeds: list[int],
    arguments: Mapping[str, Any],
    device: torch.device,
    dtype: torch.dtype,
) -> int:
    """Run the objective once on one picture, which finds what is wrong with it; the pictures that fit into memory."""
    attempt = partial(_attempt, program, views, param, seeds, device, dtype)
    wanted = arguments["chunk"]
    if wanted is not None:
        check_integer("render", "chunk", wanted, 1)
    fitting = chunk_size(attempt, len(seeds), device)
    if not couples_batch(program.objective):
        return fitting if wanted is None else min(wanted, len(seeds))
    if wanted is not None and wanted < len(seeds):
        raise BadArgument(
            f"chunk={wanted} for an objective that couples the {len(seeds)} pictures of its batch",
            "all pictures in one pass expected",
            "leave chunk out, or render fewer pictures",
        )
    return len(seeds)


def _attempt(
    program: Program, views: Views, param: Param, seeds: list[int], device: torch.device, dtype: torch.dtype
) -> Tensor:
    """The scores of a first picture, with their graph."""
    first = {name: numbers[:1] for name, numbers in param.init(seeds, dtype, device).items()}
    canvas = param.decode(first).detach()
    views.capture_targets(canvas, program.objective)
    activations = views.activations(canvas.requires_grad_(), Draws(seeds[:1], 0, 0))
    scores, _ = program(activations, Context(1, 0, 0, 1, dtype, device))
    return scores


def _param(value: Any, visions: Mapping[str, Vision]) -> Param:
    """The parameterization, with a range that pictures have; Fourier at the network's size where none is given."""
    param: Param = _kind("param", fourier(next(iter(visions.values())).size or 224) if value is None else value, Param)
    low, high = param.value_range or (-torch.inf, torch.inf)
    if low < 0 or high > 1:
        raise BadArgument(
            f"{param!r} paints numbers from {low:g} to {high:g}",
            "pictures in [0, 1] expected",
            f"write {param!r} >> param.sigmoid()" if low < 0 else "scale it to [0, 1]",
        )
    return param


def _rules(
    value: Any, visions: Mapping[str, Vision]
) -> tuple[dict[str, gradient_rules.Rule | None], dict[str, dict[str, int]]]:
    """For each network the rule with its alternatives decided, and how many calls it matched."""
    rule = parse(value) if isinstance(value, str) else value
    checked = {name: gradient_rules.check(rule, vision) for name, vision in visions.items()}
    return {name: one for name, (one, _) in checked.items()}, {name: counts for name, (_, counts) in checked.items()}


def _stages(arguments: Mapping[str, Any]) -> tuple[stage, ...]:
    given = _values("stages", arguments["stages"], stage)
    check_integer("render", "steps", arguments["steps"], 1)
    return given or (stage(arguments["steps"]),)


def _seeds(arguments: Mapping[str, Any], goals: Sequence[Objective], param: Param) -> list[int]:
    """One seed for each picture: those given, or seed, seed + 1, ... for as many pictures as the objective names."""
    seed, batch = arguments["seed"], arguments["batch"]
    named = max((image for goal in goals for image in images(goal)), default=-1) + 1
    if isinstance(seed, (list, tuple)):
        for one in seed:
            check_integer("render", "seed", one, 0)
        batch = len(seed) if batch is None else batch
    else:
        check_integer("render", "seed", seed, 0)
    count: int = max(named, 1, param.batch or 1) if batch is None else batch
    check_integer("render", "batch", count, 1)
    if isinstance(seed, (list, tuple)) and len(seed) != count:
        raise ShapeMismatch(f"{len(seed)} seeds for {count} pictures", "one seed each expected", "leave batch out")
    if named > count:
        raise ShapeMismatch(
            f"the objective names picture {named - 1}",
            f"the batch has pictures 0 to {count - 1}",
            f"write batch={named}, or .at({count - 1}) at most",
        )
    if param.batch not in (None, count):
        raise ShapeMismatch(
            f"{param!r} makes {param.batch} pictures", f"batch is {count}", f"write batch={param.batch}"
        )
    return list(seed) if isinstance(seed, (list, tuple)) else [seed + image for image in range(count)]


def _snapshots(value: Any, steps: int) -> frozenset[int]:
    wanted = value if isinstance(value, (list, tuple, set, frozenset, range)) else (value,)
    for step in wanted:
        check_integer("render", "snapshots", step, 1, steps)
    return frozenset(wanted)


def _count(name: str, value: Any) -> int:
    check_integer("render", name, value, 1)
    return int(value)


def _kind(name: str, value: Any, kind: type[Any]) -> Any:
    """An argument of one kind of value, or its text."""
    found = parse(value) if isinstance(value, str) else value
    if not isinstance(found, kind):
        raise BadArgument(
            f"render: {name} is {found!r}"[:200],
            f"a value of the kind {kind.__name__} expected",
            f"write one of phosphene.{kind.__module__.split('.')[1]}",
        )
    return found


def _values(name: str, value: Any, kind: type[Any]) -> tuple[Any, ...]:
    return tuple(_kind(name, one, kind) for one in (value if isinstance(value, (list, tuple)) else (value,)))


def _precision(value: str, visions: Mapping[str, Vision]) -> torch.dtype:
    """The type of the picture: that of the networks, whose weights are not touched."""
    types = {vision.dtype for vision in visions.values()}
    wanted = next(iter(types)) if value == "auto" else PRECISIONS.get(value)
    if wanted is None:
        choices = ", ".join(map(repr, ("auto", *PRECISIONS)))
        raise BadArgument(f"render: precision is {value!r}", f"one of {choices} expected", "write 'auto'")
    if types != {wanted}:
        names = ", ".join(sorted(str(one).removeprefix("torch.") for one in types))
        raise BadArgument(
            f"render: precision {value!r} with networks in {names}",
            "networks in the type of the picture expected",
            f"write vision.module.to({wanted})",
        )
    return wanted


def _device(value: Any, visions: Mapping[str, Vision]) -> torch.device:
    """The device of the networks; another one is refused, because moving a network would change it."""
    device = next(iter(visions.values())).device
    try:
        wanted = device if value is None else torch.device(value)
    except RuntimeError as problem:
        raise BadArgument(
            f"render: device is {value!r}", "a device of torch expected", "write 'cpu' or 'cuda'"
        ) from problem
    others = {str(vision.device) for vision in visions.values()} - {str(wanted)}
    if others:
        raise BadArgument(
            f"render on {wanted} of networks on {', '.join(sorted(others))}",
            "the networks on the same device expected",
            f"move them first: vision.module.to({str(wanted)!r})",
        )
    return wanted
