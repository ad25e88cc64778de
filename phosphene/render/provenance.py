"""The whole program of a run as JSON data: every argument as text, every network with its digest."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..errors import TooLarge
from ..objectives.algebra import Objective
from ..objectives.printing import text
from ..serialize import tensors_in, to_json
from ..values import Value
from .plan import Plan

VALUES = ("param", "transforms", "optimizer", "gradient", "operators", "within", "stages", "rules")
PLAIN = ("steps", "samples", "precision", "chunk")
COUNTED = ("seed", "snapshots")
"""Lists of numbers."""


def describe(plan: Plan) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The program of a plan as JSON data, and the tensors that it names."""
    program: dict[str, Any] = {"objective": written(plan.program["objective"])}
    for name in VALUES:
        value = plan.program[name]
        parts = value if isinstance(value, (list, tuple)) else (value,)
        program[name] = [repr(one) for one in parts] if isinstance(value, (list, tuple)) else _text(value)
    program.update({name: plan.program[name] for name in PLAIN})
    program["steps"] = plan.steps  # where there are stages, they say how many
    program["seed"] = list(plan.seeds)
    program["snapshots"] = sorted(plan.snapshots)
    models = {
        name: {"name": vision.name, "spec": dict(vision.spec) if vision.spec else None, "digest": vision.digest()}
        for name, vision in plan.visions.items()
    }
    from .. import __version__

    data = {
        "phosphene": __version__,
        "program": program,
        "models": models,
        "rules": plan.rules,
        "torch": str(torch.__version__),
        "threads": torch.get_num_threads(),
        "device": str(plan.device),
    }
    return data, tensors_in(tuple(_flat(plan.program.values())))


def _text(value: Any) -> Any:
    return repr(value) if isinstance(value, Value) else value


def written(value: Objective) -> Any:
    """An objective as its text, or as a table where that would be too long."""
    try:
        return text(value)
    except TooLarge:
        return to_json(value)


def _flat(values: Any) -> list[Any]:
    return [one for value in values for one in (value if isinstance(value, (list, tuple)) else (value,))]
