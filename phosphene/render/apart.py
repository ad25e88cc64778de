"""A batch taken apart: every picture as a result of its own, with the program for it alone."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from ..errors import BadOperation, NoProgram, PhospheneError
from ..language import parse
from ..objectives.algebra import Objective
from ..objectives.analysis import couples_batch, images
from ..objectives.batch import alone
from ..param import Param
from ..serialize import from_json, keep_tensors, tensors_in
from .provenance import written

if TYPE_CHECKING:
    from .result import Render


def apart(result: Render) -> list[Render]:
    """One result for each picture, with its own objective and seed.

    Raises NoProgram where the program cannot be read, BadOperation where the pictures depend on one another.
    """
    held = keep_tensors(dict(result.tensors))
    try:
        program = result.provenance["program"]
        goal = _goal(program["objective"], held)
        param = parse(program["param"])
        seeds = program["seed"]
    except (KeyError, TypeError, PhospheneError) as problem:
        raise NoProgram(
            f"a program that cannot be read ({problem})",
            "the provenance that render writes",
            "render the pictures again",
        ) from problem
    own = [param.alone(image) for image in range(len(seeds))]
    tied = param.coupled or own[0].batch not in (None, 1)
    coupled = [goal] if couples_batch(goal) else [param] if tied else []
    if coupled and len(seeds) > 1:
        raise BadOperation(
            f"apart() of pictures that depend on one another, by {coupled[0]!r}"[:300],
            "pictures that can be painted one by one",
            "save them together: .save('pictures.png')",
        )
    return [_one(result, image, goal, one) for image, one in enumerate(own)]


def _one(result: Render, image: int, goal: Objective, param: Param) -> Render:
    here = slice(image, image + 1)
    own = alone(goal, image)
    program = {
        **result.provenance["program"],
        "objective": written(own),
        "param": repr(param),
        "seed": result.provenance["program"]["seed"][here],
    }
    scores = result.scores[:, here]
    # Summands of a batch are masked as a whole, so what they were made of is not on record.
    terms = {repr(own): scores.clone()} if images(goal) else {name: x[:, here] for name, x in result.terms.items()}
    text = json.dumps(program)
    return dataclasses.replace(
        result,
        images=result.images[here],
        scores=scores,
        terms=terms,
        provenance={**result.provenance, "program": program},
        tensors={digest: x for digest, x in {**result.tensors, **tensors_in(param)}.items() if digest in text},
        snapshots={step: x[here] for step, x in result.snapshots.items()},
        state={name: x[here] for name, x in result.state.items()},
        transparency=None if result.transparency is None else result.transparency[here],
    )


def _goal(objective: Any, held: Any) -> Objective:
    found: Objective = parse(objective) if isinstance(objective, str) else from_json(objective, held)
    return found
