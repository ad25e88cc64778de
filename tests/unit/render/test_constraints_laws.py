"""What every projection obeys, whatever the set; rows are tiny pictures in float64."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import phosphene as ph
from phosphene import errors, serialize
from phosphene.render.constraints import Constraint
from phosphene.testing.constraints import ANCHOR, BASIC, CONSTRAINTS, basic, constraints, convex, rows
from phosphene.values import words


def distances(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return torch.linalg.vector_norm((a - b).flatten(1), dim=1)


def close(c: Constraint) -> float:
    """How near a projection is: a root to machine precision, or Dykstra's algorithm with its tolerance."""
    return 1e-7 if len(getattr(c, "parts", ())) else 1e-12


@given(constraints(), rows())
def test_a_projection_lies_in_the_set_and_stays_there(c, x):
    """P(x) in C; P(P(x)) = P(x)"""
    once = c.project(x)
    assert c.contains(once, close(c)).all()
    assert once.shape == x.shape
    assert once.dtype == x.dtype
    torch.testing.assert_close(c.project(once), once, rtol=0, atol=close(c) * (1 + x.abs().max().item()))


@given(convex(), rows(), rows())
def test_projections_onto_convex_sets_do_not_expand(c, x, y):
    """|P(x) - P(y)| <= |x - y|"""
    assert (distances(c.project(x), c.project(y)) <= distances(x, y) + close(c) * 100).all()


@given(convex(), rows(), rows())
def test_the_variational_inequality(c, x, y):
    """<x - P(x), z - P(x)> <= 0 for all z of the set: what defines the nearest point of a convex set"""
    nearest, others = c.project(x), c.project(y)
    for z in (others, others.flip(0), ANCHOR, (nearest + ANCHOR) / 2):
        products = ((x - nearest) * (z - nearest)).flatten(1).sum(1)
        assert (products <= close(c) * (1 + x.flatten(1).norm(dim=1)) ** 2).all()


@given(convex(), rows())
def test_points_of_the_set_stay_where_they_are(c, x):
    """P(z) = z for z in C"""
    inside = (c.project(x) + ANCHOR) / 2
    torch.testing.assert_close(c.project(inside), inside, rtol=0, atol=close(c) * 10)


@given(constraints(), rows())
def test_each_row_by_itself(c, x):
    """P of a batch is P of its rows, bit by bit"""
    alone = torch.cat([c.project(row[None]) for row in x])
    assert torch.equal(c.project(x), alone)
    assert torch.equal(c.contains(x), torch.cat([c.contains(row[None]) for row in x]))


@given(constraints(), rows())
def test_float32_is_near_float64(c, x):
    half = c.project(x.float())
    assert half.dtype == torch.float32
    assert c.contains(half, 1e-4).all()
    torch.testing.assert_close(
        half.double(), c.project(x.float().double()), rtol=0, atol=1e-5 * (1 + x.abs().max().item())
    )


@given(constraints(), rows())
def test_pure(c, x):
    """The argument is left as it is; nothing is drawn from the global random state"""
    before, state = x.clone(), torch.get_rng_state()
    c.project(x)
    assert torch.equal(x, before)
    assert torch.equal(torch.get_rng_state(), state)


@given(basic(), basic(), basic(), rows())
def test_intersections_are_associative_and_commute(a, b, c, x):
    """(a & b) & c = a & (b & c); a & b and b & a project alike, bit by bit; a & a = a"""
    assert (a & b) & c == a & (b & c)
    assert torch.equal((a & b).project(x), (b & a).project(x))
    assert a & a == a
    assert a & b & a == a & b


@given(constraints())
def test_round_trips(c):
    """parse(repr(c)) = c; JSON, pickle and copies likewise"""
    assert ph.parse(repr(c)) == c
    assert serialize.from_json(serialize.to_json(c)) == c
    assert pickle.loads(pickle.dumps(c)) == c
    assert copy.deepcopy(c) == copy.copy(c) == c
    assert hash(copy.copy(c)) == hash(c)


@given(constraints())
def test_sets_that_meet_pass_the_check(c):
    c.check(torch.zeros(2, *ANCHOR.shape[1:]))


@given(st.sampled_from(sorted(BASIC)).flatmap(BASIC.__getitem__))
def test_nothing_is_nearer(c):
    """No point of the set on a little circle about P(x) is nearer to x"""
    generator = torch.Generator().manual_seed(0)
    x = 2 * torch.randn(1, *ANCHOR.shape[1:], generator=generator, dtype=torch.float64)
    nearest = c.project(x)
    steps = 1e-3 * torch.randn(50, *ANCHOR.shape[1:], generator=generator, dtype=torch.float64)
    around = c.project(nearest + steps)
    assert (distances(x, around) >= distances(x, nearest) - 1e-12).all()


def test_the_table_has_every_word() -> None:
    assert set(CONSTRAINTS) == {word for word in words if word.startswith("constraints.")}


@pytest.mark.parametrize("word", sorted(CONSTRAINTS))
def test_rows_of_another_shape_are_refused_or_fit(word) -> None:
    """Every constraint projects codes (B, N) or says why not."""

    @given(CONSTRAINTS[word])
    def tried(c):
        code = torch.zeros(2, 5, dtype=torch.float64)
        try:
            assert c.project(code).shape == code.shape
        except (errors.ShapeMismatch, errors.BadArgument) as problem:  # in five dimensions some balls do not meet
            said = str(problem)
        else:
            return
        assert "rows of shape (5,)" in said or "no common point" in said

    tried()
