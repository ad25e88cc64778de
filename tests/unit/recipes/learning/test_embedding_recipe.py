"""A network learns from some classes to tell others apart; what is reported is what is there."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import phosphene as ph
from phosphene import objectives as obj
from phosphene import param
from phosphene.errors import BadArgument
from phosphene.models.embedder import Centered, Embedder
from phosphene.models.patterns import LABELS
from phosphene.recipes import embedding
from phosphene.recipes.learning.embedding import UNSEEN
from phosphene.recipes.learning.learned import spread
from phosphene.seeds import stream

NET = ph.load("patterns")
SMALL = {"each": 8, "size": 32, "steps": 4, "batch": 12, "progress": False}


@given(st.integers(0, 2**31), st.integers(2, 4))
def test_the_two_variances_add_up(seed, classes):
    x = torch.randn(20, 3, generator=stream(seed), dtype=torch.float64)
    labels = torch.arange(20) % classes
    found = spread(x, labels)
    assert found.within + found.between == pytest.approx(float(x.numpy().var(0).sum()))
    apart = [x[labels == one].numpy() for one in range(classes)]
    assert found.within == pytest.approx(sum(len(one) * one.var(0).sum() for one in apart) / 20)


def test_neighbours_vote():
    """five of each class in a place of its own; then labels that know nothing of places"""
    x = torch.randn(3, 4, generator=stream(1)).repeat(6, 1) + 0.01 * torch.randn(18, 4, generator=stream(2))
    assert spread(x, torch.arange(18) % 3).accuracy == 1
    assert spread(x, torch.arange(18) // 6).accuracy < 0.7


@pytest.mark.parametrize("centers", [0, 2])
def test_a_training_is_a_render(centers):
    given_labels = param.given("labels")
    goal = -obj.subcenter_arcface("image", given_labels, subcenters=2) if centers else None
    net = Centered(Embedder(8, 4), len(LABELS) - len(UNSEEN), 2) if centers else None
    learned = embedding(NET, goal, net, **SMALL)
    assert learned.render.scores.shape == (4, 12)
    vectors = learned(torch.rand(3, 3, 32, 32))
    assert vectors.shape == (3, 8 if centers else 32)
    np.testing.assert_allclose(vectors.norm(dim=1), 1, rtol=1e-5)
    assert embedding(NET, goal, net, **SMALL).after.within == learned.after.within
    assert "before=Spread(within" in repr(learned)


def test_what_is_held_out_is_not_seen():
    learned = embedding(NET, **{**SMALL, "unseen": ("rings", "dots")})
    text = learned.render.provenance["program"]["param"]
    assert f"({8 * (len(LABELS) - 2)}, 3, 32, 32)" in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"unseen": "rings"}, "at least two of the classes"),
        ({"unseen": ("rings",)}, "at least two of the classes"),
        ({"unseen": ("rings", "cat")}, "at least two of the classes"),
        ({"unseen": ("rings", "rings")}, "at least two of the classes"),
        ({"unseen": LABELS[1:]}, "two left to learn from"),
        ({"each": 3}, "each"),
    ],
    ids=range(6),
)
def test_bad_input(options, message):
    with pytest.raises(BadArgument, match=message):
        embedding(NET, **{**SMALL, **options})


@pytest.mark.slow
def test_classes_it_has_never_seen_are_told_apart():
    learned = embedding(NET, progress=False)
    assert learned.before.accuracy < 0.5
    assert learned.after.accuracy >= 0.95
    assert learned.after.within / learned.after.between < 1 < learned.before.within / learned.before.between
