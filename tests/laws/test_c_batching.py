"""Group C: batching and masks (laws 28-33)."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from phosphene.objectives import alignment, channel, const, couples_batch, diversity, each, interpolate, place, tv
from phosphene.objectives.analysis import images
from phosphene.objectives.evaluate import Context
from phosphene.objectives.lower import Program
from tests.strategies import activations, objectives, weights

some = objectives()
separable = objectives(couples=False, masks=False, tame=True, max_leaves=6)
tame = objectives(tame=True, max_leaves=5)
places = st.integers(0, 3)
seeds = st.integers(0, 2**31)
orders = st.permutations(range(3))


def of_pictures(here, rows):
    """The activations of some pictures; those of targets stay."""
    return {site: x if site.picture else x[rows] for site, x in here.items()}


@given(some, places, places)
def test_law_28_a_mask_is_idempotent_and_masks_exclude_each_other(a, i, j):
    """a.at(i).at(i) = a.at(i); a.at(i).at(j) = 0 for i != j"""
    assert a.at(i).at(i) == a.at(i)
    assert a.at(i).at(j) == (a.at(i) if i == j else const(0))
    assert (a.at(i) + 0 * a).at(j) == (a.at(i) if i == j else const(0))


@given(some, some, weights(), places, places)
def test_law_29_masks_distribute_and_are_orthogonal(a, b, p, i, j):
    """(a + b).at(i) = a.at(i) + b.at(i); a.at(i) * b.at(j) = 0 for i != j"""
    assert (a + b).at(i) == a.at(i) + b.at(i)
    assert (p * a).at(i) == p * a.at(i)
    assert (a * b).at(i) == a.at(i) * b.at(i) == a.at(i) * b
    assert a.at(i) * b.at(j) == ((a * b).at(i) if i == j else const(0))
    assert (a**2).at(i) == a.at(i) ** 2


@given(tame, st.lists(some, min_size=1, max_size=4), seeds)
def test_law_30_masks_partition_the_batch(a, many, seed):
    """sum over i of a.at(i)(A) = a(A); each(a, b, c) = a.at(0) + b.at(1) + c.at(2)"""
    here = activations(a, seed=seed)
    assert_close(sum(a.at(i)(here) for i in range(3)), a(here), equal_nan=True)
    whole = each(*many)
    assert whole == each(many) == sum(one.at(i) for i, one in enumerate(many))
    assert all(whole.at(i) == one.at(i) for i, one in enumerate(many))
    assert set(images(whole)) <= set(range(4))


@given(tame, places, seeds)
def test_law_30_a_masked_score_is_zero_elsewhere(a, i, seed):
    """... and 0 for the others, also where theirs is not finite"""
    here = activations(a, seed=seed)
    score = a.at(i).at(i)(here)
    for n in range(3):
        assert score[n] == (a(here)[n] if n == i else 0)
    assert (channel("a", 0).map("log").at(9)(here) == 0).all()


@given(separable, orders, seeds)
def test_law_31_permuting_the_pictures_permutes_the_scores(a, order, seed):
    """a(A[pi]) = a(A)[pi] for a without masks and without positional leaves"""
    here = activations(a, diversity("a"), seed=seed)
    assert_close(a(of_pictures(here, order)), a(here)[order], equal_nan=True)
    assert_close(diversity("a")(of_pictures(here, order)), diversity("a")(here)[order])


@given(separable, seeds)
def test_law_32_separable_scores_do_not_know_their_batch(a, seed):
    """not a.couples_batch implies a(A)[i] = a(A[i:i+1])[0], and padding the batch changes nothing"""
    assert not couples_batch(a)
    here = activations(a, seed=seed)
    whole, program = a(here), Program(a)
    for i in range(3):
        alone = of_pictures(here, [i])
        assert_close(a(alone)[0], whole[i], equal_nan=True)
        assert_close(program(alone, Context(1, i, dtype=torch.float64))[0][0], whole[i], equal_nan=True)
    assert_close(a(of_pictures(here, [0, 1, 2, 0, 1]))[:3], whole, equal_nan=True)


@given(some, some)
def test_law_33_coupling_is_monotone(a, b):
    """couples_batch holds for a + b, a * b whenever it holds for a term that survives normalization"""
    for coupled in (diversity("z"), alignment("z"), interpolate(channel("z", 0), channel("z", 1))):
        assert couples_batch(coupled)
        assert couples_batch(a + coupled)
        assert couples_batch(a * coupled) == (a != const(0))
        assert couples_batch((coupled + b).map("tanh"))
        assert couples_batch(a + coupled - coupled) == couples_batch(a)
    assert couples_batch(const(place()) * tv())
    assert not couples_batch(tv())
