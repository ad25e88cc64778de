"""Strategies for what a run is made of: schedules, gradients, operators, optimizers, stages, and whole programs."""

from __future__ import annotations

from typing import Any

import torch

from ..objectives.algebra import Objective
from ..param import Param, repeat, sigmoid, started
from ..render import gradients as g
from ..render import operators as op
from ..render import optimizers as opt
from ..render import schedules as sch
from ..render.constraints import box
from ..render.gradients import Gradient
from ..render.operators import Operator
from ..render.optimizers import Optimizer
from ..render.schedules import Schedule
from ..render.stages import stage
from ..seeds import stream
from ._hypothesis import Strategy, st
from .constraints import constraints
from .params import PARAMS
from .transforms import transforms


def _between(low: float, high: float) -> Strategy[float]:
    return st.floats(low, high, allow_nan=False).map(lambda number: round(number, 3))


def schedules_by_word(low: float = 0, high: float = 1) -> dict[str, Strategy[Schedule]]:
    """Every schedule once by its word, with numbers in [low, high]."""
    number = _between(low, high)
    ramps = st.builds(sch.ramp, number, number, st.booleans())
    return {
        "schedules.ramp": ramps,
        "schedules.cosine": st.builds(sch.cosine, number, number),
        "schedules.piecewise": st.builds(
            lambda a, b, n: sch.piecewise(((0, a), (n, b))), number, number, st.integers(1, 9)
        ),
        "schedules.warmup": st.builds(sch.warmup, st.integers(1, 9), st.one_of(number, ramps)),
        "schedules.every": st.builds(sch.every, st.integers(1, 5), st.one_of(number, ramps), number),
        "schedules.by_stage": st.lists(st.one_of(number, ramps), min_size=1, max_size=3).map(
            lambda numbers: sch.by_stage(tuple(numbers))
        ),
        "schedules.lot": st.builds(sch.lot, st.integers(0, 2), st.integers(3, 5), st.integers(0, 9)),
    }


def schedules(low: float = 0, high: float = 1) -> Strategy[Schedule]:
    """Schedules of all kinds, with numbers in [low, high]; a lot is 0 or 1."""
    found = schedules_by_word(low, high)
    return st.one_of([one for word, one in found.items() if word != "schedules.lot" or low <= 0 < 1 <= high])


def _number(low: float, high: float) -> Strategy[Any]:
    return st.one_of(_between(low, high), schedules(low, high))


_frames = st.sampled_from(("canvas", "view", "state"))
_pictures = st.sampled_from(("canvas", "view"))

GRADIENTS: dict[str, Strategy[Gradient]] = {
    "gradients.normalize": st.builds(g.normalize, st.sampled_from(("mean_abs", "rms", "l2")), frame=_frames),
    "gradients.sign": st.builds(g.sign, frame=_frames),
    "gradients.clip": st.builds(g.clip, _number(0.01, 2), st.sampled_from(("value", "rms", "l2")), frame=_frames),
    "gradients.percentile": st.builds(g.percentile, _number(0, 100), frame=_frames),
    "gradients.blur": st.builds(g.blur, _number(0, 2), frame=_pictures),
    "gradients.laplacian": st.builds(g.laplacian, st.integers(0, 5), frame=_pictures),
    "gradients.sobolev": st.builds(g.sobolev, _between(0, 2), frame=_pictures),
    "gradients.tiles": st.builds(g.tiles, st.integers(2, 9), st.integers(0, 3), st.booleans()),
}
"""By word, links of the gradient chain."""


def gradients() -> Strategy[Gradient]:
    """Links of all kinds."""
    return st.one_of(list(GRADIENTS.values()))


_used: dict[str, Strategy[Any]] = {
    "every": st.integers(1, 3),
    "frame": _pictures,
    "when": st.sampled_from(("start", "end")),
    "skip_last": st.booleans(),
}
_shapeless = {**_used, "frame": _frames}
_plain = {"every": st.integers(1, 3), "skip_last": st.booleans()}


def _when_fits(**strategies: Any) -> Strategy[dict[str, Any]]:
    """Keywords of an operator: a view is known at the end of a step only."""
    return st.fixed_dictionaries(strategies).filter(lambda use: (use["frame"], use["when"]) != ("view", "start"))


def _built(word: Any, *arguments: Strategy[Any], **use: Any) -> Strategy[Operator]:
    return st.builds(lambda given, named: word(*given, **named), st.tuples(*arguments), _when_fits(**use))


_masks = st.sampled_from((None, torch.eye(4, 5)))
_photos = st.integers(0, 9).map(lambda seed: torch.rand(3, 4, 5, generator=stream(seed, "testing", "photo")))

OPERATORS: dict[str, Strategy[Operator]] = {
    "operators.decay": _built(op.decay, _number(0, 1), _between(0, 1), **_shapeless),
    "operators.project": _built(op.project, constraints(), **_shapeless),
    "operators.blur": _built(op.blur, _number(0, 2), **_used),
    "operators.bilateral": _built(op.bilateral, _number(0, 1.5), _number(0.05, 1), **_used),
    "operators.median": _built(op.median, st.sampled_from((1, 3, 5)), **_used),
    "operators.clip_norm": _built(op.clip_norm, _number(0, 100), _between(0, 1), **_used),
    "operators.clip_contribution": st.builds(
        lambda percent, use: op.clip_contribution(percent, **use), _number(0, 100), st.fixed_dictionaries(_plain)
    ),
    "operators.roll": _built(op.roll, st.integers(-9, 9), st.integers(-9, 9), **_used),
    "operators.match_histogram": _built(op.match_histogram, _photos, _masks, _masks, **_used),
    "operators.recolor": _built(op.recolor, _photos, **_used),
    "operators.affine": _built(op.affine, _number(0.5, 2), _number(-30, 30), _number(-3, 3), **_used),
}
"""By word, operators on the picture."""


def operators() -> Strategy[Operator]:
    """Operators of all kinds."""
    return st.one_of(list(OPERATORS.values()))


_rates = _number(0, 0.1)
_moving: dict[str, Strategy[Optimizer]] = {
    "optimizers.adam": st.builds(opt.adam, _rates, _between(0, 0.99)),
    "optimizers.adamw": st.builds(opt.adamw, _rates, _between(0, 0.1)),
    "optimizers.nadam": st.builds(opt.nadam, _rates),
    "optimizers.sgd": st.builds(opt.sgd, _rates, st.sampled_from((0, 0.5, 0.9)), st.booleans()),
    "optimizers.progress": st.builds(opt.progress, _number(0, 1), _between(0, 1), st.sampled_from((None, 0.5))),
}
OPTIMIZERS: dict[str, Strategy[Optimizer]] = {
    **_moving,
    "optimizers.lbfgs": st.builds(opt.lbfgs, _between(0.1, 1), st.integers(1, 5), st.sampled_from((None, box(0, 1)))),
    "optimizers.average": st.builds(opt.average, st.one_of(list(_moving.values())), _between(0, 0.99)),
}
"""By word, optimizers."""


def optimizers() -> Strategy[Optimizer]:
    """Optimizers of all kinds."""
    return st.one_of(list(OPTIMIZERS.values()))


def stages(objective: Strategy[Objective], rule: Strategy[Any], most: int = 2) -> Strategy[tuple[stage, ...]]:
    """A few stages of a step or two, which change anything that a stage can change."""
    resized: Strategy[dict[str, Any]] = st.one_of(
        st.just({}),
        st.fixed_dictionaries({"size": st.integers(1, 9)}),
        st.fixed_dictionaries({"scale": _between(0.5, 2)}),
    )
    changed = st.fixed_dictionaries(
        {"steps": st.integers(1, 2)},
        optional={
            "resample": st.sampled_from(("bilinear", "corners", "spline")),
            "carry": st.sampled_from(("picture", "detail")),
            "memory": st.sampled_from(("reset", "resample")),
            "objective": objective,
            "transforms": transforms(max_leaves=2),
            "optimizer": optimizers(),
            "gradient": st.lists(gradients(), max_size=2).map(tuple),
            "operators": st.lists(operators(), max_size=2).map(tuple),
            "within": constraints(),
            "rules": rule,
        },
    )
    one = st.builds(lambda size, rest: stage(**size, **rest), resized, changed)
    return st.lists(one, min_size=1, max_size=most).map(tuple)


def _ready(p: Param, bound: bool) -> Param:
    """A parameterization of pictures in color and in range, as most programs have."""
    if bound and p.value_range is None:
        p = p >> sigmoid()
    return p >> repeat(3) if bound and p.channels == 1 and not isinstance(p, started) else p


def programs(objective: Strategy[Objective], rule: Strategy[Any]) -> Strategy[dict[str, Any]]:
    """Arguments of `render`: whatever the rooms of the library hold, mixed at random."""
    paints = st.one_of([kind.values for kind in PARAMS.values()])
    chain = st.lists(gradients(), max_size=2).map(tuple)
    edits = st.lists(operators(), max_size=2).map(tuple)
    return st.fixed_dictionaries(
        {
            "objective": objective,
            "param": st.builds(_ready, paints, st.sampled_from((True, True, True, False))),
            "transforms": transforms(max_leaves=3),
        },
        optional={
            "steps": st.just(3),
            "optimizer": optimizers(),
            "samples": st.integers(1, 2),
            "gradient": chain,
            "operators": edits,
            "within": st.one_of(st.just(box(0, 1)), constraints()),
            "stages": stages(objective, rule),
            "rules": rule,
            "batch": st.integers(1, 3),
            "seed": st.integers(0, 9),
        },
    )
