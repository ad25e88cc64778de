"""K. Programs: whatever is mixed, it runs, or it is refused before the first step with a reason."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import phosphene as ph
from phosphene import errors, values
from phosphene import objectives as obj
from phosphene import transforms as tf
from phosphene.models import rules
from phosphene.testing import loop
from phosphene.testing.rules import rules as any_rules
from tests import toys

NET = toys.vision()
GOALS: st.SearchStrategy[obj.Objective] = st.sampled_from(
    [
        obj.channel("first", 2),
        obj.logit("dog") - 0.1 * obj.tv(),
        obj.expect(obj.neuron("stem", 1), tf.jitter(1), 2) + obj.layer("second"),
        obj.channel("stem", 0) * obj.channel("first", 1) @ tf.resize(12),
        obj.channel("first", 3) - 0.1 * obj.diversity("stem"),
        obj.logit(1) * ph.schedules.ramp(0, 1),
    ]
)
RULES: st.SearchStrategy[object] = st.one_of(
    st.sampled_from(
        [
            (),
            rules.guided(),
            rules.soft_gate() & rules.skip_gradient(),
            rules.redirected(until=2),
            rules.leaky_gate().at("first"),
            rules.linearize() | rules.passing(),
            rules.skip_gradient(0.3) | rules.average_pool(),
        ]
    ),
    any_rules(2),
)
CALM = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def outcome(program: dict[str, Any], vision: ph.Vision = NET) -> str:
    """ "ran", or what the refusal said before the first step; any other error passes through."""
    arguments = {"steps": 3, **program}
    run = ph.steps(vision, arguments.pop("objective"), **arguments)
    try:
        first = next(run)
    except errors.PhospheneError as refused:
        return str(refused)
    for frame in (first, *run):
        assert torch.isfinite(frame.images).all()
    return "ran"


@settings(suppress_health_check=CALM)
@given(loop.programs(GOALS, RULES))
def test_law_76_a_program_runs_or_is_refused_before_step_0(program: dict[str, Any]) -> None:
    """nothing else ever happens, and the network comes out as it went in"""
    before = {name: x.clone() for name, x in NET.module.state_dict().items()}
    outcome(program)
    assert all(torch.equal(x, before[name]) for name, x in NET.module.state_dict().items())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in NET.module.modules())
    assert all(p.requires_grad and p.grad is None for p in NET.module.parameters())


DOUBLE = toys.vision(double=True)
APART: st.SearchStrategy[obj.Objective] = st.sampled_from(
    [
        obj.channel("first", 2),
        obj.logit("dog") - 0.1 * obj.tv(),
        obj.expect(obj.neuron("stem", 1), tf.jitter(1), 2) + obj.layer("second"),
    ]
)


@settings(suppress_health_check=CALM)
@given(loop.programs(APART, RULES))
def test_law_66_a_picture_of_a_batch_is_the_picture_alone_in_any_program(program: dict[str, Any]) -> None:
    """where pictures share nothing, picture i is the same alone, whatever the loop is made of"""
    arguments = {"steps": 3, **program, "seed": [3, 8]}
    arguments.pop("batch", None)
    goal, paint = arguments.pop("objective"), arguments["param"]
    assume(not paint.coupled and paint.batch is None)
    try:
        both = list(ph.steps(DOUBLE, goal, **arguments))
    except errors.PhospheneError:
        return
    alone = list(ph.steps(DOUBLE, goal, **{**arguments, "seed": 8}))
    torch.testing.assert_close(both[-1].images[1], alone[-1].images[0], rtol=0, atol=1e-6)


@pytest.mark.parametrize("room", ["gradients", "operators", "optimizers", "schedules"])
def test_every_word_of_the_loop_has_a_strategy(room: str) -> None:
    known = {
        "gradients": loop.GRADIENTS,
        "operators": loop.OPERATORS,
        "optimizers": loop.OPTIMIZERS,
        "schedules": loop.schedules_by_word(),
    }[room]
    words = {name for name, word in values.words.items() if name.startswith(f"{room}.") and _ours(word)}
    assert words == set(known)


def _ours(word: Any) -> bool:
    return str(getattr(word, "__module__", "")).startswith("phosphene.")


STAGE = loop.stages(GOALS, RULES, 1).map(lambda stages: stages[0])


@given(st.one_of(loop.gradients(), loop.operators(), loop.optimizers(), loop.schedules(), STAGE))
def test_law_44_the_words_of_the_loop_round_trip(value: Any) -> None:
    """parse(repr(value)) = value, pickle, copy"""
    import copy
    import pickle

    assert ph.parse(repr(value)) == value
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.deepcopy(value) == value
    assert hash(ph.parse(repr(value))) == hash(value)
