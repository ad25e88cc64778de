"""Replay: the program of a result, run again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from ..errors import BadArgument, NoProgram, PhospheneError, UnknownModel
from ..language import parse
from ..models import load
from ..models.vision import Vision, as_visions
from ..serialize import from_json, keep_tensors
from .api import render
from .provenance import COUNTED, PLAIN, VALUES
from .result import Render

WORDS = {"param", "transforms", "optimizer", "within", "rules"}
"""The arguments that are one value each."""

KNOWN = {*VALUES, *PLAIN, *COUNTED}


def replay(result: Render, model: Any = None) -> Render:
    """Run the program of a result again.

    model: the network, or a dict of them, where they were not made by `models.load`. Raises UnknownModel where a network
    is missing or has other weights, NoProgram where the program cannot be read, ParseError where it names a term that is
    not registered.
    """
    alive = keep_tensors(dict(result.tensors))
    try:
        program = dict(result.provenance["program"])
        models = _models(result.provenance["models"], model)
        threads = max(int(result.provenance["threads"]), 1)
        objective = program.pop("objective")
        if missing := WORDS - set(program) or set(program) - KNOWN:
            raise KeyError(*missing)
    except (KeyError, TypeError, AttributeError, ValueError) as problem:
        if isinstance(problem, PhospheneError):
            raise
        raise NoProgram(
            f"a program with missing or unknown entries ({problem})",
            "the provenance that render writes",
            "render the picture again",
        ) from problem
    arguments: dict[str, Any] = {
        name: [parse(one) for one in value] if isinstance(value, list) and name not in COUNTED else value
        for name, value in program.items()
    }
    for name in sorted(WORDS):
        arguments[name] = parse(arguments[name]) if isinstance(arguments[name], str) else arguments[name]
    goal = parse(objective) if isinstance(objective, str) else from_json(objective, alive)
    with _threads(threads):
        return render(models, goal, progress=False, **arguments)


def _models(specs: dict[str, Any], given: Any) -> dict[str, Vision] | Vision:
    """The networks of a program: those given, else loaded as they were; each with the weights it had."""
    known = as_visions(given) if given is not None else {}
    for name, spec in specs.items():
        if name not in known:
            if not spec["spec"]:
                raise UnknownModel(
                    f"the network {spec['name']!r} was not made by models.load",
                    "the network itself expected",
                    "write replay(model)",
                )
            known[name] = load(**spec["spec"])
        if known[name].digest() != spec["digest"]:
            raise UnknownModel(
                f"{known[name]!r} has other weights than the network of the program",
                f"digest {spec['digest']} expected, {known[name].digest()} found",
                "give the same weights, or render anew",
            )
    extra = set(known) - set(specs)
    if extra:
        raise BadArgument(f"networks {sorted(extra)}", f"the program has {sorted(specs)}", "give those alone")
    return known[""] if list(known) == [""] else known


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Sums depend on how many threads share them."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
