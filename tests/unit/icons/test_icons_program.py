"""Names of icons: equal where the programs are equal, and nowhere else."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

import phosphene as ph
from phosphene import errors, param, presets
from phosphene import objectives as obj
from phosphene import optimizers as opt
from phosphene import transforms as tf
from phosphene.icons.program import Program
from phosphene.models import rules
from phosphene.testing import objectives, transforms
from phosphene.testing.loop import programs
from tests import toys

NET = toys.vision()
GOAL = obj.channel("first", 2)
DEFAULTS = {
    name: one.default
    for name, one in inspect.signature(ph.render).parameters.items()
    if name
    in ("param", "transforms", "steps", "optimizer", "samples", "gradient", "operators", "within", "stages", "rules")
}


def key(look: dict[str, Any], goal: Any = GOAL, net: Any = NET, seed: int = 0) -> str:
    return Program(net, look, seed).key(goal)


def meaning(look: dict[str, Any]) -> dict[str, Any]:
    """The look as values, one for each meaning, by another way than the key's."""
    whole = {**DEFAULTS, **look}
    whole["stages"] = tuple(whole["stages"]) or (ph.stage(whole.pop("steps")),)
    whole.pop("steps", None)
    whole["param"] = whole["param"] or param.fourier(NET.size)
    return {name: ph.parse(value) if isinstance(value, str) else value for name, value in whole.items()}


LOOKS = programs(st.just(GOAL), st.sampled_from((None, rules.soft_gate(), rules.guided())))


@given(LOOKS, LOOKS, st.data())
def test_looks_have_one_key_exactly_where_they_are_equal(one: Any, two: Any, data: st.DataObject) -> None:
    for look in (one, two):
        for name in ("objective", "batch", "seed"):
            look.pop(name, None)
        paint = look["param"]
        assume(not paint.coupled and paint.batch is None)
    taken = data.draw(st.sets(st.sampled_from(sorted({*one, *two}))))
    mixed = {name: value for name, value in one.items() if name not in taken}
    mixed |= {name: value for name, value in two.items() if name in taken}
    assert (key(one) == key(mixed)) == (meaning(one) == meaning(mixed))


@given(objectives(), objectives())
def test_objectives_have_one_key_exactly_where_they_are_equal(one: Any, two: Any) -> None:
    program = Program(NET, {}, 0)
    for left, right in ((one, two), (one + two, two + one), (one * 2, one + one), (one, one + 0.5 * two)):
        assert (program.key(left) == program.key(right)) == (left == right)


@given(transforms(max_leaves=3))
def test_a_text_is_its_value(step: Any) -> None:
    assert key({"transforms": step}) == key({"transforms": repr(step)})


@pytest.mark.parametrize(
    "look",
    [
        {"steps": 256},
        {"param": param.fourier(16)},
        {"param": "param.fourier(16)"},
        {"transforms": tf.standard, "optimizer": opt.adam(0.05)},
        {"stages": [ph.stage(256)], "steps": 3},
        {"gradient": [], "operators": (), "stages": None or (), "within": None},
        {"rules": None, "samples": 1},
        {"precision": "float32"},
        {"chunk": 7, "device": "cpu"},
    ],
)
def test_what_equals_the_defaults_or_changes_no_picture_is_not_in_the_key(look: dict[str, Any]) -> None:
    assert key(look) == key({})


@pytest.mark.parametrize(
    "look", [{"steps": 255}, {"samples": 2}, {"precision": "bfloat16"}, {"rules": rules.soft_gate()}, presets.icon(16)]
)
def test_what_changes_the_picture_is_in_the_key(look: dict[str, Any]) -> None:
    assert key(look) != key({})


def test_seed_weights_range_and_size_are_in_the_key() -> None:
    net = toys.vision
    nets = [net(), net(seed=1), net(size=17), net(double=True)]
    nets.append(ph.Vision(net().module, [0.4] * 3, [0.25] * 3, size=16))
    nets.append(ph.Vision(net().module, [0.5] * 3, [0.2] * 3, size=16))
    look = {"param": param.fourier(16)}
    keys = {key(look, net=one) for one in nets} | {key(look, seed=1), key(look, net={"a": NET})}
    assert len(keys) == len(nets) + 2


def test_the_name_of_a_network_is_not_in_the_key() -> None:
    assert key({}) == key({}, net=ph.Vision(NET.module, [0.5] * 3, [0.25] * 3, size=16, name="other"))


def test_a_label_is_its_index_in_the_network_at_hand() -> None:
    other = ph.Vision(NET.module, [0.5] * 3, [0.25] * 3, size=16, labels=["dog", "cat", "a", "b", "c"])
    assert key({}, obj.logit("dog")) == key({}, obj.logit(1)) == key({}, obj.logit("cat"), other)
    assert key({}, obj.logit("dog")) != key({}, obj.logit("dog"), other)
    staged = {"stages": [ph.stage(2, objective=obj.logit("dog"))]}
    assert key(staged) == key({"stages": [ph.stage(2, objective=obj.logit(1))]}) != key(staged, net=other)


def test_tensors_are_in_the_key_by_content() -> None:
    one, two = torch.arange(6.0), torch.arange(6.0) + 1
    assert key({}, obj.direction("first", one)) == key({}, obj.direction("first", one.clone()))
    assert key({}, obj.direction("first", one)) != key({}, obj.direction("first", two))


def test_major_and_minor_version_are_in_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for version in ("0.1.0", "0.1.9", "0.2.0"):
        monkeypatch.setattr(ph, "__version__", version)
        found.append(key({}))
    assert found[0] == found[1] != found[2]


def test_a_name_has_64_hexadecimal_digits() -> None:
    assert len(key({})) == 64
    assert set(key({})) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("look", "message"),
    [
        ({"stepz": 3}, "stepz.*Nearest: 'steps'"),
        ({"batch": 3}, r"batch=\.\.\..*the store gives it itself"),
        ({"checkpoint": "a"}, "the store gives it itself"),
        ({"snapshots": (1,)}, "the store gives it itself"),
        ({"steps": 0}, "steps is 0"),
        ({"param": param.shared(param.pixel(4), 16)}, "param.shared.*each by itself"),
        ({"param": param.pixel(4).starting_from(torch.rand(2, 3, 4, 4))}, "each by itself"),
        ({"stages": [ph.stage(1, objective=GOAL.at(0))]}, "an objective of one picture"),
        ({"transforms": 3}, "transforms is 3"),
    ],
)
def test_bad_looks(look: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.BadArgument, match=message):
        Program(NET, look, 0).key(GOAL)
