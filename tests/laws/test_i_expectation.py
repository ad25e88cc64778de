"""Group I: expectation, at the level of objectives (laws 71-72)."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from phosphene.objectives import const, expect, place, sites
from phosphene.objectives.algebra import Draw
from phosphene.objectives.analysis import Site
from phosphene.objectives.evaluate import Context
from phosphene.objectives.lower import Program
from phosphene.objectives.tree import written_out
from phosphene.transforms import identity
from tests.laws.oracle import scores
from tests.strategies import activations, objectives, random_transforms, terms, weights

tame = objectives(tame=True, couples=False, max_leaves=4)
draws = st.integers(1, 4)
seeds = st.integers(0, 2**31)


@given(tame, draws, seeds)
def test_law_71_the_expectation_over_nothing_is_the_score(a, n, seed):
    """expect(a, identity, n) = a"""
    mean = expect(a, identity, n)
    here = activations(a, mean, seed=seed)
    size = max(v.size for v in scores(a, here))
    assert_close(mean(here), a(here), atol=1e-9 * (1 + size), rtol=0)


@given(tame, weights(), random_transforms(), draws, seeds)
def test_law_71_a_weight_leaves_the_expectation(a, p, t, n, seed):
    """expect(p*a, T, n) = p * expect(a, T, n) with the same draws"""
    inner, outer = expect(p * a, t, n), p * expect(a, t, n)
    here = activations(inner, outer, seed=seed)
    size = max(v.size for v in scores(outer, here))
    assert_close(inner(here), outer(here), atol=1e-9 * (1 + size), rtol=0)
    assert sites(inner) == sites(outer)


@given(terms(couples=False), random_transforms(), st.integers(2, 4), seeds)
def test_law_72_all_draws_at_once_or_one_by_one(one, t, n, seed):
    """batched, looped and chunked draws give the same gradient"""
    whole = expect(one, t, n)
    here = activations(whole, seed=seed)
    seen = [Site(one.layer, (Draw(t, index), *one.path)) for index in range(n)]
    watched = {site: x.requires_grad_(site in seen) for site, x in here.items()}
    at_once = torch.autograd.grad(whole(watched).sum(), [watched[site] for site in seen])
    program = Program(whole)(watched, Context(3, dtype=torch.float64))[0]
    lowered = torch.autograd.grad(program.sum(), [watched[site] for site in seen])
    for index, site in enumerate(seen):
        targets = {s._replace(path=one.path): x for s, x in here.items() if s.path == site.path and s != site}
        alone = one({**targets, Site(one.layer, one.path): watched[site]}) / n
        (looped,) = torch.autograd.grad(alone.sum(), watched[site])
        assert_close(at_once[index], looped)
        assert_close(lowered[index], looped)


@given(terms(), weights(), random_transforms(), draws)
def test_what_does_not_look_at_the_picture_has_no_expectation(one, p, t, n):
    assert expect(const(p), t, n) == const(p)
    assert expect(const(place()), t, n) == const(place())
    assert expect(one - one, t, n) == const(0)
    nested = expect(expect(one, t, 2), t, n)
    assert len([site for site in sites(nested) if site.picture is None and site.region is None]) == 2 * n
    assert written_out(nested) == written_out(expect(written_out(expect(one, t, 2)), t, n))
