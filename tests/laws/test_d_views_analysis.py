"""Group D: views and analysis (laws 34-39)."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from phosphene.errors import UnknownLayer
from phosphene.objectives import (
    channel,
    const,
    degree,
    direction,
    expect,
    is_linear,
    layers,
    needed,
    neuron,
    place,
    sites,
    terms,
    tv,
)
from phosphene.objectives.evaluate import Context
from phosphene.objectives.lower import Program
from phosphene.transforms import identity, jitter, resize
from tests.laws.oracle import scores
from tests.strategies import activations, numbers, objectives, views, weights

some = objectives()
tame = objectives(tame=True, max_leaves=6)
seeds = st.integers(0, 2**31)


@given(some, views(), views())
def test_law_34_views_compose(a, t, s):
    """a @ identity = a; (a @ t) @ s = a @ (s >> t)"""
    assert a @ identity == a
    assert repr(a @ identity) == repr(a)
    assert (a @ t) @ s == a @ (s >> t)


@given(some, some, weights(), views())
def test_law_35_views_distribute(a, b, p, v):
    """(a + b) @ v = a@v + b@v; (a * b) @ v = (a@v) * (b@v); const(p) @ v = const(p)"""
    assert (a + b) @ v == a @ v + b @ v
    assert (a * b) @ v == (a @ v) * (b @ v)
    assert const(p) @ v == const(p)
    assert (p * a**2).at(1) @ v == p * ((a @ v) ** 2).at(1)
    assert a.map("tanh") @ v == (a @ v).map("tanh")


def test_law_35_a_view_comes_before_the_transforms_of_an_expectation():
    """... expect(a, T) @ v = expect(a, v >> T)"""
    a, v = tv(), resize(4)
    assert expect(a, jitter(1), 2) @ v == expect(a, v >> jitter(1), 2)
    assert (a @ resize(2)) @ v == a @ (v >> resize(2))
    assert channel("a", 0) @ v != channel("a", 0)


@given(some, some, weights())
def test_law_36_nothing_asks_for_what_cancels(a, b, p):
    """layers(a + b) is within layers(a) and layers(b); equality of normal forms implies equality of needed sites"""
    assert set(layers(a + b)) <= set(layers(a)) | set(layers(b))
    assert set(layers(a * b)) <= set(layers(a)) | set(layers(b))
    x, y = a * (b + p), b * a + p * a
    assert sites(x) == sites(y)
    assert layers(x) == layers(y)
    assert set(needed(x)) == set(needed(y))
    assert sites(a - a) == []
    assert sites(a + b - a) == sites(b)


@given(tame, seeds)
def test_law_37_the_sites_suffice_and_are_necessary(a, seed):
    """a evaluates on {s: A[s] for s in sites(a)} alone; dropping a needed site raises, naming it"""
    here = activations(a, seed=seed)
    asked = sites(a)
    enough = {site: here[site] for site in asked}
    if enough:
        assert_close(a(enough), a(here), equal_nan=True)
    for site in asked:
        fewer = {other: x for other, x in enough.items() if other != site}
        with pytest.raises(UnknownLayer) as caught:
            a(fewer)
        assert repr(site.layer)[1:-1] in str(caught.value)


@given(objectives(tame=True, max_leaves=4), st.lists(weights(), min_size=3, max_size=3), seeds)
def test_law_38_linear_objectives_are_linear(a, some_weights, seed):
    """is_linear(a) implies a(A + A') = a(A) + a(A') - a(0)"""
    parts = channel("a", 0), neuron("b", 1), direction("a", numbers(1, 4))
    line = sum(q * part for q, part in zip(some_weights, parts, strict=False))
    for b in (a, line, const(place()) * line.at(1) + 3):
        if not is_linear(b):
            continue
        first, second = activations(b, seed=seed), activations(b, seed=seed + 1)
        second = {site: x if site.picture is None else first[site] for site, x in second.items()}

        def combine(build, first=first, second=second):
            return {s: build(x, second[s]) if s.picture is None else x for s, x in first.items()}

        together = b(combine(torch.add)) - b(first) - b(second) + b(combine(lambda x, _: 0 * x))
        assert_close(
            together, torch.zeros_like(together), atol=1e-9 * (1 + max(v.size for v in scores(b, first))), rtol=0
        )


@given(some, some)
def test_law_38_degrees(a, b):
    """degree(a * b) <= degree(a) + degree(b)"""
    assert degree(a * b) <= degree(a) + degree(b)
    assert degree(a + b) <= max(degree(a), degree(b))
    assert degree(a**3) <= 3 * degree(a)
    assert not is_linear(channel("a", 0) ** 2)
    assert not is_linear(channel("a", 0) * channel("b", 0))
    assert not is_linear(tv())
    assert is_linear(2 * channel("a", 0) + 1)


@given(some)
def test_law_39_the_terms_add_up(a):
    """the sum of weight * term over terms(a) = a"""
    assert sum((weight * body for weight, body in terms(a)), const(0)) == a


@given(tame, tame, weights(), seeds)
def test_law_39_the_record_of_a_program_adds_up(a, b, p, seed):
    """... and the per-term record of a run sums to its scores"""
    whole = a + p * b
    here, context = activations(whole, seed=seed), Context(3, dtype=torch.float64)
    program = Program(whole)
    score, values = program(here, context)
    if program.summands:
        record = program.record(here, context, values)
        assert record.shape == (len(program.names), 3)
        size = max(v.size for v in scores(whole, here))
        assert_close(record.sum(0), score, atol=1e-9 * (1 + size), rtol=0)
