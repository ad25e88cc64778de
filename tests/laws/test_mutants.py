"""The laws notice every planted bug, and nothing where none is planted."""

import inspect
from fractions import Fraction

import pytest

from phosphene.objectives import channel, expect, interpolate, layer, neuron, tv
from phosphene.render.schedules import ramp
from phosphene.transforms import jitter, pad, resize
from tests.laws import (
    test_a_ring,
    test_b_evaluation,
    test_c_batching,
    test_d_views_analysis,
    test_e_round_trips,
    test_i_expectation,
)
from tests.laws.mutants import MUTANTS

MODULES = (
    test_a_ring,
    test_b_evaluation,
    test_c_batching,
    test_d_views_analysis,
    test_e_round_trips,
    test_i_expectation,
)
SLOW = {"test_law_14_sum_of_three_thousand_terms"}
CASES = 6


def pool():
    """Arguments of laws by name, made anew, for the bug may be in the making."""
    x, y, z = channel("a", 1), neuron("b", 1, y=0, x=1), layer("a")
    objectives = [
        2 * x + y * z - 0.25,
        (x - 0.125 * y) * (0.5 * z) + interpolate(x, y),
        x.at(1) + (y + 1).at(0) ** 3,
        expect(z + 0.7 * x, jitter(1), 2) - (x - y).map("tanh") / 3,
        3 * ((x @ resize(4)).map("absolute") - 0.1 * ramp(0, 1) * tv() - x),
        -(x**2) + 0.3 * y - (z * 0.3 - 2) ** 2 + 0.7 * neuron("a", 0, y=1),
    ]
    turned = {name: objectives[k:] + objectives[:k] for k, name in enumerate("abc")}
    numbers = [3, 0.3, Fraction(1, 7), -2, 0.07, Fraction(-5, 3)]
    single = [x, y, z, tv(), x, channel("a", 0)]
    return {
        **turned,
        **{
            "one": single,
            "other": single[1:] + single[:1],
            "many": [[x, y], objectives[:3]] * 3,
            "parts": [single] * 6,
        },
        "separable": [objectives[k] for k in (0, 3, 4, 5, 0, 3)],
        **{"p": numbers, "q": numbers[2:] + numbers[:2], "some_weights": [numbers] * 6, "seed": range(6)},
        **{"m": [0, 1, 2, 3, 2, 1], "n": [2, 1, 3, 2, 2, 3], "i": [0, 1, 1, 2, 0, 1], "j": [0, 0, 1, 1, 2, 1]},
        **{"t": [resize(4), pad(1), jitter(1)] * 2, "s": [pad(1), resize(3)] * 3, "v": [resize(4), pad(1)] * 3},
        **{"step": [0, 1, 2, 3, 0, 1], "order": [[2, 0, 1], [1, 0, 2]] * 3},
    }


def laws():
    """The laws whose arguments the pool knows, as plain functions."""
    known = set(pool())
    for module in MODULES:
        for name, law in vars(module).items():
            if name.startswith("test_law") and name not in SLOW and hasattr(law, "hypothesis"):
                plain = law.hypothesis.inner_test
                if set(inspect.signature(plain).parameters) <= known:
                    yield name, plain


LAWS = dict(laws())
INSTEAD = {
    "test_law_31_permuting_the_pictures_permutes_the_scores": {"a": "separable"},
    "test_law_32_separable_scores_do_not_know_their_batch": {"a": "separable"},
    "test_law_34_views_compose": {"t": "v"},
}
"""Laws that hold for some arguments of a name only."""


def first_failure():
    """The name of the first law that fails on the pool, or None."""
    for case in range(CASES):
        for name, law in LAWS.items():
            try:
                given = {key: values[case] for key, values in pool().items()}
                named = {key: INSTEAD.get(name, {}).get(key, key) for key in inspect.signature(law).parameters}
                law(**{key: given[source] for key, source in named.items()})
            except Exception as problem:
                return f"{name}: {type(problem).__name__}: {problem}"
    return None


def test_the_laws_hold_without_a_mutant():
    assert first_failure() is None
    assert len(LAWS) > 40


@pytest.mark.parametrize("name", MUTANTS)
def test_a_law_notices(name, monkeypatch):
    with monkeypatch.context() as patch:
        MUTANTS[name](patch)
        failure = first_failure()
    assert failure, f"{name} survives"
