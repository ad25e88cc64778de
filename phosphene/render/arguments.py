"""The arguments of `render`, each checked by itself: a value of its kind, or an error in three parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from ..errors import BadArgument, ShapeMismatch
from ..language import parse
from ..models.vision import Vision
from ..objectives.algebra import Objective
from ..objectives.analysis import images, layers
from ..param import Param, fourier
from ..values import check_integer
from .constraints import Constraint
from .stages import stage

PRECISIONS = {"float32": torch.float32, "float64": torch.float64, "bfloat16": torch.float32}
"""The type of the picture; "bfloat16" is that of the network's inner passes alone."""


MOST = 1_000_000
"""Pictures in a batch."""

EXAMPLES = {
    "Param": "param.fourier(224)",
    "Transform": "tf.standard, or join several: tf.pad(12) >> tf.jitter(8)",
    "Optimizer": "optimizers.adam(0.05)",
    "Gradient": "gradient=[gradients.normalize('rms')]; what changes the picture goes to operators=",
    "Operator": "operators=[operators.decay(0.01)]; what changes the gradient goes to gradient=",
    "Constraint": "within=constraints.box(0, 1)",
    "stage": "stages=[ph.stage(64), ph.stage(64, size=128)]",
}
"""What to write where a value of a kind is expected."""


def as_objective(value: Any) -> Objective:
    """An objective, or the text of one."""
    found = parse(value) if isinstance(value, str) else value
    if not isinstance(found, Objective):
        instead = "write channel('block3', 17)"
        if isinstance(found, (list, tuple)):
            instead = "write each(a, b) for one objective a picture, or a + b"
        elif callable(found):
            instead = "make it a term: @objectives.term above the function"
        raise BadArgument(f"the objective {found!r}"[:200], "an objective or its text expected", instead)
    if not layers(found):
        raise BadArgument(
            f"the objective {found!r}"[:200],
            "a term that looks at a layer or at the picture expected",
            "add one, such as channel('block3', 17)",
        )
    return found


def param_of(value: Any, visions: Mapping[str, Vision]) -> Param:
    """The parameterization; Fourier at the network's size where none is given."""
    found: Param = kind("param", fourier(next(iter(visions.values())).size or 224) if value is None else value, Param)
    return found


def check_range(param: Param, within: Constraint | None) -> None:
    """Pictures lie in [0, 1], by their own maps or by the constraint, unless the user has declared otherwise."""
    low, high = param.value_range or (-torch.inf, torch.inf)
    if param.value_range is not None and (low, high) == (-torch.inf, torch.inf):
        return
    if (low < 0 or high > 1) and within is not None:
        found = within.project(_far(param))
        low, high = float(found.min()), float(found.max())
    if low < 0 or high > 1:
        raise BadArgument(
            f"{param!r} paints numbers from {low:g} to {high:g}",
            "pictures in [0, 1] expected",
            f"write {param!r} >> param.sigmoid(), or >> param.unbounded() where that is meant"
            if within is None
            else f"write within={within!r} & constraints.box(0, 1)",
        )


def _far(param: Param) -> torch.Tensor:
    """Pictures far outside [0, 1]: of one color, and with a single such number in grey."""
    pictures = []
    for end in (-1e6, 1e6):
        grey = torch.full((1, param.channels, *param.size), 0.5, dtype=torch.float64)
        grey[0, 0, 0, 0] = end
        pictures += [torch.full_like(grey, end), grey]
    return torch.cat(pictures)


def stages_of(arguments: Mapping[str, Any]) -> tuple[stage, ...]:
    """The stages, or one of the number of steps."""
    given = values("stages", arguments["stages"], stage)
    check_integer("render", "steps", arguments["steps"], 1)
    return given or (stage(arguments["steps"]),)


def seeds_of(arguments: Mapping[str, Any], goals: Sequence[Objective], param: Param) -> list[int]:
    """One seed for each picture: those given, or seed, seed + 1, ... for as many pictures as the objective names."""
    seed, batch = arguments["seed"], arguments["batch"]
    seed = list(seed) if isinstance(seed, range) else seed
    named = max((image for goal in goals for image in images(goal)), default=-1) + 1
    if isinstance(seed, (list, tuple)):
        for one in seed:
            check_integer("render", "seed", one, 0)
        batch = len(seed) if batch is None else batch
    else:
        check_integer("render", "seed", seed, 0)
    count: int = max(named, 1, param.batch or 1) if batch is None else batch
    check_integer("render", "batch", count, 1, MOST)
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


def snapshots_of(value: Any, steps: int) -> frozenset[int]:
    """The update numbers after which pictures are kept."""
    wanted = value if isinstance(value, (list, tuple, set, frozenset, range)) else (value,)
    for step in wanted:
        check_integer("render", "snapshots", step, 1, steps)
    return frozenset(wanted)


def count(name: str, value: Any) -> int:
    """A whole number of at least 1."""
    check_integer("render", name, value, 1)
    return int(value)


def kind(name: str, value: Any, wanted: type[Any]) -> Any:
    """An argument of one kind of value, or its text."""
    found = parse(value) if isinstance(value, str) else value
    if not isinstance(found, wanted):
        raise BadArgument(
            f"render: {name} is {found!r}"[:200],
            f"a value of the kind {wanted.__name__} expected",
            f"write {EXAMPLES.get(wanted.__name__, repr(wanted.__name__))}",
        )
    return found


def values(name: str, value: Any, wanted: type[Any]) -> tuple[Any, ...]:
    """Several arguments of one kind, or one of them alone."""
    return tuple(kind(name, one, wanted) for one in (value if isinstance(value, (list, tuple)) else (value,)))


def precision_of(value: str, visions: Mapping[str, Vision]) -> torch.dtype:
    """The type of the picture: that of the networks, whose weights are not touched."""
    types = {vision.dtype for vision in visions.values()}
    odd = types - set(PRECISIONS.values())
    if odd:
        raise BadArgument(
            f"a network in {str(odd.pop()).removeprefix('torch.')}",
            "a network in float32 or float64 expected",
            "write vision.module.float(), and precision='bfloat16' for speed",
        )
    wanted = next(iter(types)) if value == "auto" else PRECISIONS.get(value) if isinstance(value, str) else None
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


def device_of(value: Any, visions: Mapping[str, Vision]) -> torch.device:
    """The device of the networks; another one is refused, because moving a network would change it."""
    device = next(iter(visions.values())).device
    try:
        wanted = device if value is None else torch.device(value)
    except (RuntimeError, TypeError) as problem:
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
