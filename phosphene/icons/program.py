"""What an icon is: its whole program, alone. Two icons are the same one where their programs are equal.

In the program: the objective, how the picture is painted (every argument of `render` that changes it), the seed, the
network (weights, structure, range and size of its pictures) and the version of phosphene (major.minor). Not in it:
the batch that an icon is painted in and its place there, device, chunk, progress.
"""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import json
from collections.abc import Mapping
from typing import Any

from ..errors import BadArgument, nearest
from ..language import parse
from ..models.vision import Vision, as_visions
from ..objectives.algebra import Objective
from ..objectives.analysis import couples_batch, images
from ..param import Param
from ..render import arguments as argument
from ..render.api import render
from ..render.constraints import Constraint
from ..render.goals import labelled
from ..render.gradients import Gradient
from ..render.operators import Operator
from ..render.optimizers import Optimizer
from ..render.stages import stage
from ..transforms import Transform
from ..values import check_integer
from .structure import structure

DEFAULTS = {name: one.default for name, one in inspect.signature(render).parameters.items()}
OWN = ("model", "objective", "batch", "seed", "snapshots", "progress", "checkpoint")
"""The arguments of `render` that a store gives itself."""


class Program:
    """How all icons of one call are painted: the networks, the look, the seed.

    look: arguments of `render`; those left out have its defaults.  Errors: BadArgument.
    """

    def __init__(self, model: Any, look: Mapping[str, Any], seed: int) -> None:
        for name in look:
            if name not in DEFAULTS or name in OWN:
                known = [one for one in DEFAULTS if one not in OWN]
                instead = nearest(name, known) if name not in DEFAULTS else "the store gives it itself"
                raise BadArgument(
                    f"paint(..., {name}=...)", f"arguments of the look expected. {instead}", "leave it out"
                )
        check_integer("paint", "seed", seed, 0)
        self.model, self.look, self.seed = model, dict(look), seed
        self.visions = as_visions(model)
        self._shared = {**self._painting(), "seed": seed, "models": _networks(self.visions), "phosphene": _version()}

    def key(self, objective: Objective) -> str:
        """The name of an icon: SHA-256 of its program as canonical JSON, 64 hexadecimal digits.

        Equal objectives have one name, however they are written: `logit("dots")` and `logit(14)` too, where these are the
        name and the index of one class. A term or word of your own is known by its name and its arguments alone.
        """
        return digest({**self._shared, "objective": self._identity(objective)})

    @property
    def digest(self) -> str:
        """The name of everything but the objective."""
        return digest(self._shared)

    def _identity(self, objective: Objective) -> list[Any]:
        """The polynomial that it is, where its text is one of many ways to write it."""
        return list(labelled(objective, self.visions).fingerprint)

    def _painting(self) -> dict[str, Any]:
        """The arguments that change the picture, as text: one for each meaning."""
        given = {**DEFAULTS, **self.look}
        rules = parse(given["rules"]) if isinstance(given["rules"], str) else given["rules"]
        within = given["within"]
        return {
            "param": repr(_param(argument.param_of(given["param"], self.visions))),
            "transforms": repr(argument.kind("transforms", given["transforms"], Transform)),
            "optimizer": repr(argument.kind("optimizer", given["optimizer"], Optimizer)),
            "gradient": list(map(repr, argument.values("gradient", given["gradient"], Gradient))),
            "operators": list(map(repr, argument.values("operators", given["operators"], Operator))),
            "within": None if within is None else repr(argument.kind("within", within, Constraint)),
            "rules": None if rules in (None, ()) else repr(rules),
            "samples": argument.count("samples", given["samples"]),
            "stages": [self._stage(one) for one in argument.stages_of(given)],
            "precision": self._precision(given["precision"]),
        }

    def _precision(self, given: Any) -> str:
        dtype = argument.precision_of(given, self.visions)
        return given if given == "bfloat16" else str(dtype).removeprefix("torch.")

    def _stage(self, one: stage) -> list[Any]:
        if one.objective is None:
            return [repr(one)]
        return [repr(dataclasses.replace(one, objective=None)), self._identity(single(one.objective))]


def single(objective: Any) -> Objective:
    """An objective, or its text, that scores each picture by itself and all alike; BadArgument for any other."""
    goal = argument.as_objective(objective)
    if images(goal):
        raise BadArgument(
            f"the icon of {goal!r}"[:300],
            "an objective of one picture expected, without each() and .at()",
            "write a list: store.paint(model, [a, b])",
        )
    if couples_batch(goal):
        raise BadArgument(
            f"the icon of {goal!r}"[:300],
            "a score of each picture alone expected, because icons are painted in any batch",
            "leave out the terms over several pictures: diversity, alignment, interpolate",
        )
    return goal


def digest(program: Mapping[str, Any]) -> str:
    """SHA-256 of JSON data in its canonical form: keys sorted, no spaces, ASCII.

    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    True
    """
    text = json.dumps(program, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _param(param: Param) -> Param:
    if param.coupled or param.batch is not None:
        raise BadArgument(
            f"icons painted with {param!r}"[:300],
            "a parameterization of any number of pictures, each by itself, expected",
            "write param.fourier(64)",
        )
    return param


def _networks(visions: Mapping[str, Vision]) -> dict[str, Any]:
    return {
        name: {
            "weights": vision.digest(),
            "structure": structure(vision.module),
            "mean": vision.mean,
            "std": vision.std,
            "size": vision.size,
        }
        for name, vision in visions.items()
    }


def _version() -> str:
    from .. import __version__

    return ".".join(__version__.split(".")[:2])
