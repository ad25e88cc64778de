"""Metric losses against pytorch-metric-learning, where it is installed; losses of other libraries as terms."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

import phosphene as ph
from phosphene import objectives as obj
from phosphene import param
from phosphene import transforms as tf
from phosphene.errors import BadArgument, ShapeMismatch
from phosphene.models.embedder import Embedder
from phosphene.objectives.pairs import distances, mined, vectors
from phosphene.seeds import stream

LABELS = (0, 0, 1, 1, 2, 2, 0, 1, 2)
KINDS = {"easy": "easy", "semihard": "semihard", "hard": "hard", "violating": "all"}
"""Our words for theirs."""
seeds = st.integers(0, 2**31)


@pytest.fixture(scope="module")
def pml():
    return pytest.importorskip("pytorch_metric_learning", reason="needs pytorch-metric-learning")


@pytest.fixture(scope="module")
def parts(pml):
    from pytorch_metric_learning import distances as metrics
    from pytorch_metric_learning import losses, miners, reducers

    return losses, miners, metrics, reducers


def points(seed: int, count: int = 9, size: int = 5) -> torch.Tensor:
    return torch.randn(count, size, generator=stream("pml", seed), dtype=torch.float64)


def same(term, loss, x, *more, labels=LABELS, atol=1e-12) -> None:
    """The mean over the batch, and its gradient."""
    ours, theirs = x.clone().requires_grad_(), x.clone().requires_grad_()
    first, second = term({"a": ours}).mean(), loss(theirs, torch.tensor(labels), *more)
    torch.testing.assert_close(first, second, rtol=1e-9, atol=atol)
    (one,), (other,) = torch.autograd.grad(first, ours), torch.autograd.grad(second, theirs)
    torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-9)


@given(seed=seeds)
def test_contrastive_is_their_linear_form(parts, seed):
    losses, _, metrics, reducers = parts
    loss = losses.ContrastiveLoss(reducer=reducers.MeanReducer())
    same(obj.contrastive("a", LABELS, "linear", normalize=True), loss, points(seed))
    plain = metrics.LpDistance(normalize_embeddings=False)
    loss = losses.ContrastiveLoss(neg_margin=3, distance=plain, reducer=reducers.MeanReducer())
    same(obj.contrastive("a", LABELS, "linear", 3), loss, points(seed))


@given(seed=seeds, power=st.sampled_from([1, 2]), normalize=st.booleans())
def test_triplet(parts, seed, power, normalize):
    losses, _, metrics, reducers = parts
    loss = losses.TripletMarginLoss(
        margin=0.3,
        distance=metrics.LpDistance(normalize_embeddings=normalize, power=power),
        reducer=reducers.MeanReducer(),
    )
    word = "squared" if power == 2 else "euclidean"
    same(obj.triplet("a", LABELS, 0.3, word, normalize), loss, points(seed))


@given(seed=seeds, kind=st.sampled_from(sorted(KINDS)), margin=st.floats(0.05, 1))
def test_mined_triplets_are_theirs(parts, seed, kind, margin):
    losses, miners, _, reducers = parts
    x, miner = points(seed), miners.TripletMarginMiner(margin=margin, type_of_triplets=KINDS[kind])
    theirs = miner(x, torch.tensor(LABELS))
    ours = mined(distances(vectors(x, True), "euclidean"), torch.tensor(LABELS), margin, kind)
    assert len(ours.anchor) == len(theirs[0])
    assert set(zip(*(one.tolist() for one in ours), strict=True)) == set(
        zip(*(one.tolist() for one in theirs), strict=True)
    )
    if len(theirs[0]):
        loss = losses.TripletMarginLoss(margin=margin, reducer=reducers.MeanReducer())
        same(obj.triplet("a", LABELS, margin, "euclidean", normalize=True, mining=kind), loss, x, theirs)


@given(seed=seeds, normalize=st.booleans())
def test_n_pair(parts, seed, normalize):
    """their pairs are drawn, so they are handed over: first and second of each class"""
    losses, _, metrics, _ = parts
    loss = losses.NPairsLoss(distance=metrics.DotProductSimilarity(normalize_embeddings=normalize))
    chosen = (
        torch.tensor([0, 2, 4]),
        torch.tensor([1, 3, 5]),
        torch.tensor([], dtype=int),
        torch.tensor([], dtype=int),
    )
    same(obj.n_pair("a", LABELS, normalize), loss, points(seed), chosen)


@pytest.mark.filterwarnings("ignore:__array_wrap__:DeprecationWarning")  # theirs
@given(seed=seeds)
def test_faces(parts, seed):
    losses = parts[0]
    for name, word in (("SphereFaceLoss", obj.sphereface), ("CosFaceLoss", obj.cosface), ("ArcFaceLoss", obj.arcface)):
        loss, means = getattr(losses, name)(num_classes=3, embedding_size=5), points(seed + 1, 3)
        loss.W.data = means.T.clone()
        margin = {"margin": torch.pi * 28.6 / 180} if name == "ArcFaceLoss" else {}
        same(word("a", LABELS, means, **margin), loss, points(seed), atol=1e-9)
    loss, means = losses.SubCenterArcFaceLoss(num_classes=3, embedding_size=5, sub_centers=2), points(seed + 1, 6)
    loss.W.data = means.T.clone()
    term = obj.subcenter_arcface("a", LABELS, means.reshape(3, 2, 5), margin=torch.pi * 28.6 / 180)
    same(term, loss, points(seed), atol=1e-9)


def test_any_of_their_losses_is_a_term(parts):
    losses, miners, *_ = parts
    made = {
        "TripletMarginLoss": {},
        "MultiSimilarityLoss": {},
        "CircleLoss": {},
        "NTXentLoss": {},
        "ArcFaceLoss": {"num_classes": 3, "embedding_size": 5},
        "ProxyNCALoss": {"num_classes": 3, "embedding_size": 5},
    }
    x, labels = points(1), torch.tensor(LABELS)
    for name, arguments in made.items():
        loss = getattr(losses, name)(**arguments).double()
        term = obj.from_module("a", LABELS, loss)
        assert ph.parse(repr(term)) == term
        same(term, copy.deepcopy(loss), x)
    miner = miners.MultiSimilarityMiner()
    loss = losses.MultiSimilarityLoss()
    same(obj.from_module("a", LABELS, loss, miner), loss, x, miner(x, labels))


def test_their_losses_train(parts):
    losses, miners, *_ = parts
    data = torch.rand(6, 3, 32, 32, generator=stream("data"))
    painted = param.weights(Embedder(8, 4), data, 12, labels=(0, 0, 1, 1, 2, 2)) >> param.unbounded()
    goal = -obj.from_module("image", param.given("labels"), losses.MultiSimilarityLoss(), miners.MultiSimilarityMiner())
    made = ph.render(ph.load("patterns"), goal, painted, tf.identity, steps=8, progress=False)
    assert float(made.scores[-2:].mean()) > float(made.scores[:2].mean())


class Whole(nn.Module):
    """A loss that returns what is no score."""

    def forward(self, embeddings, labels):
        return embeddings.square()


class Each(nn.Module):
    """A loss of each picture, with weights of its own."""

    def __init__(self):
        super().__init__()
        self.center = nn.Parameter(torch.ones(5))

    def forward(self, embeddings, labels, rows=None):
        return (embeddings - self.center).square().sum(1) * (1 if rows is None else rows)


class Rows(nn.Module):
    """A miner: which pictures count."""

    def forward(self, embeddings, labels):
        return (labels == 0).to(embeddings)


def test_a_module_of_ones_own():
    x, loss, miner = points(2), Each(), Rows()
    torch.testing.assert_close(obj.from_module("a", LABELS, loss)({"a": x}), (x - 1).square().sum(1))
    rows = torch.tensor(LABELS) == 0
    found = obj.from_module("a", LABELS, loss, miner)({"a": x})
    torch.testing.assert_close(found, (x - 1).square().sum(1) * rows)
    assert loss.center.grad is None


def test_a_module_that_makes_no_score():
    with pytest.raises(
        ShapeMismatch, match=r"Whole returned a tensor of shape \(9, 5\).*one for each of the 9.*reducer"
    ):
        obj.from_module("a", LABELS, Whole())({"a": points(1)})
    with pytest.raises(BadArgument, match=r"torch\.nn\.Module expected"):
        obj.from_module("a", LABELS, lambda x, y: x)
