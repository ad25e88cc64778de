"""Laws of the metric losses: order, names and frame do not matter; text and values; bad input before anything runs."""

from __future__ import annotations

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
from phosphene.models.embedder import Centered, Embedder
from phosphene.objectives.analysis import couples_batch, layers, sites
from phosphene.seeds import stream
from tests.toys import linear

LABELS = (0, 0, 1, 1, 2, 2, 0, 1)
NET = ph.load("patterns")
GIVEN = param.given("labels")
PAIRS = [
    lambda labels: obj.contrastive("a", labels, "hadsell", 2),
    lambda labels: obj.contrastive("a", labels, "linear", 2, normalize=True),
    *(lambda labels, kind=kind: obj.triplet("a", labels, 1, mining=kind) for kind in ("all", "hard", "semihard")),
    lambda labels: obj.triplet("a", labels, 1, "euclidean", normalize=True),
    lambda labels: obj.quadruplet("a", labels, 2, 1),
]
N_PAIR = [lambda labels: obj.n_pair("a", labels)]
MEANS = torch.randn(3, 4, generator=stream("means"), dtype=torch.float64)
FACES = [
    lambda labels, means=MEANS: obj.center("a", labels, means),
    lambda labels, means=MEANS: obj.sphereface("a", labels, means),
    lambda labels, means=MEANS: obj.cosface("a", labels, means, scale=8),
    lambda labels, means=MEANS: obj.arcface("a", labels, means, scale=8),
    lambda labels, means=MEANS: obj.subcenter_arcface("a", labels, means[:, None], scale=8),
]
seeds = st.integers(0, 2**31)


def points(seed: int, count: int = 8, size: int = 4) -> torch.Tensor:
    return torch.randn(count, size, generator=stream("points", seed), dtype=torch.float64)


def scored(make, labels, x) -> torch.Tensor:
    return make(tuple(labels))({"a": x})


@given(seeds, st.permutations(range(8)), st.sampled_from([*PAIRS, *FACES]))
def test_the_order_of_the_batch_does_not_matter(seed, order, make):
    x = points(seed)
    moved = scored(make, [LABELS[i] for i in order], x[list(order)])
    torch.testing.assert_close(moved, scored(make, LABELS, x)[list(order)], rtol=1e-9, atol=1e-9)


@given(seeds)
def test_the_order_of_classes_does_not_matter_to_n_pair(seed):
    x, order = points(seed), [4, 2, 5, 0, 3, 1, 7, 6]  # first and second of each class stay so
    moved = scored(N_PAIR[0], [LABELS[i] for i in order], x[order])
    torch.testing.assert_close(moved, scored(N_PAIR[0], LABELS, x)[order], rtol=1e-9, atol=1e-9)


@given(seeds, st.permutations((-5, 0, 10**6)), st.sampled_from(PAIRS + N_PAIR))
def test_the_names_of_classes_do_not_matter(seed, names, make):
    x = points(seed)
    torch.testing.assert_close(scored(make, [names[i] for i in LABELS], x), scored(make, LABELS, x), rtol=1e-12, atol=0)


@given(seeds, st.permutations(range(3)), st.sampled_from(FACES))
def test_classes_may_change_places_with_their_centers(seed, order, make):
    x = points(seed)
    moved = make(tuple(order.index(i) for i in LABELS), MEANS[list(order)])({"a": x})
    torch.testing.assert_close(moved, scored(make, LABELS, x), rtol=1e-9, atol=1e-9)


@given(seeds, st.sampled_from(PAIRS + N_PAIR))
def test_a_rotation_changes_nothing(seed, make):
    x = points(seed)
    turn, _ = torch.linalg.qr(points(seed + 1, 4))
    torch.testing.assert_close(scored(make, LABELS, x @ turn), scored(make, LABELS, x), rtol=1e-8, atol=1e-8)


@given(seeds, st.sampled_from(PAIRS))
def test_distances_know_no_origin(seed, make):
    if "normalize" in repr(make(LABELS)):
        return
    x = points(seed)
    torch.testing.assert_close(scored(make, LABELS, x + 3), scored(make, LABELS, x), rtol=1e-8, atol=1e-8)


@given(seeds, st.floats(0.1, 50), st.sampled_from([PAIRS[1], PAIRS[5], *FACES[2:]]))
def test_lengths_do_not_matter_where_directions_are_compared(seed, factor, make):
    x = points(seed)
    torch.testing.assert_close(scored(make, LABELS, factor * x), scored(make, LABELS, x), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("make", [*PAIRS, *N_PAIR, *FACES], ids=range(len(PAIRS + N_PAIR + FACES)))
def test_a_loss_is_a_value_that_couples_its_batch(make):
    term = make(LABELS)
    assert ph.parse(repr(term)) == term
    assert couples_batch(term)
    assert layers(term) == ["a"]
    assert bool((term({"a": points(0)}) >= -1e-12).all())
    coming = type(term)(term.definition, term.layer, (*[("labels", GIVEN)], *dict(term.arguments).items())[:1], ())
    assert [site.picture for site in sites(coming)] == [None, GIVEN] or len(sites(coming)) == 2


def test_descent_pulls_classes_together():
    """What would move this embedding: four pictures painted apart and together by the labels alone."""
    start = torch.rand(4, 3, 16, 16, generator=stream("start"))
    made = ph.render(
        linear(),
        -obj.contrastive("conv", (0, 0, 1, 1), "hadsell", margin=20),
        (param.pixels(16) >> param.unbounded()).starting_from(start),
        tf.identity,
        steps=25,
        progress=False,
    )
    assert made.images.shape[0] == 4
    assert float(made.scores[-1].mean()) > float(made.scores[0].mean()) * 0.5


def training(goal, labels=(0, 0, 1, 1, 2, 2), batch=12, net=None, **options):
    data = torch.rand(6, 3, 32, 32, generator=stream("data"))
    painted = param.weights(net or Embedder(8, 4), data, batch, labels=labels) >> param.unbounded()
    return painted, ph.render(NET, goal, painted, tf.identity, steps=2, progress=False, **options)


@pytest.mark.parametrize(
    ("goal", "net"),
    [
        (obj.triplet("image", GIVEN, 1.0), None),
        (obj.n_pair("image", GIVEN), None),
        (obj.arcface("image", GIVEN), Centered(Embedder(8, 4), 3)),
        (obj.subcenter_arcface("image", GIVEN, subcenters=2), Centered(Embedder(8, 4), 3, 2)),
    ],
    ids=range(4),
)
def test_labels_come_with_the_pictures(goal, net):
    """The score of the first step is that of the labels that were drawn with the pictures."""
    painted, made = training(-goal, net=net)
    given = painted.given(range(12), 0)
    shown = [int((painted.source.data.numbers() == one).flatten(1).all(1).nonzero()[0, 0]) for one in given["data"]]
    assert [picture // 2 for picture in shown] == given["labels"].tolist()
    images = painted.decode({**painted.init(range(12)), **given})
    by_hand = goal.definition.function(images, **{**dict(goal.arguments), "labels": given["labels"]})
    torch.testing.assert_close(made.scores[0], -by_hand, rtol=1e-5, atol=1e-6)


def test_a_program_with_labels_is_text():
    painted, made = training(-obj.triplet("image", GIVEN, 1.0))
    assert ph.parse(repr(painted)) == painted
    assert "labels=tensor(" in repr(painted)
    assert made.provenance["program"]["objective"]


def test_the_batch_is_as_large_as_the_labels():
    goal = -obj.triplet("block4", (0, 0, 1)) + obj.logit("spiral")
    assert ph.render(NET, goal, param.fourier(32), steps=1, progress=False).images.shape[0] == 3


RUNS = {
    "one class": (lambda: obj.triplet("a", (1, 1, 1)), BadArgument, "1 class, 1 of them.*2 x class.*labels=\\(0, 0"),
    "no pair": (lambda: obj.triplet("a", (0, 1, 2)), BadArgument, "3 classes, 0 of them"),
    "two pictures": (lambda: obj.triplet("a", (0, 1)), BadArgument, "at least 3 x picture"),
    "one picture": (lambda: obj.contrastive("a", (0,), "hadsell"), BadArgument, "at least 2 x picture"),
    "two classes of four": (lambda: obj.quadruplet("a", (0, 0, 1, 1)), BadArgument, "at least 4 x picture, 3 x class"),
    "one pair": (lambda: obj.n_pair("a", (0, 0, 1, 2)), BadArgument, "2 x class of two pictures or more"),
    "words": (lambda: obj.center("a", ("cat", "dog")), BadArgument, "a whole number for each picture"),
    "one number": (lambda: obj.center("a", 3), BadArgument, "a whole number for each picture"),
    "halves": (lambda: obj.center("a", (0.5, 1)), BadArgument, "a whole number for each picture"),
    "nothing": (lambda: obj.center("a", ()), BadArgument, "a whole number for each picture"),
    "mining": (lambda: obj.triplet("a", LABELS, mining="soft"), BadArgument, "one of 'all', 'violating'"),
    "convention": (lambda: obj.contrastive("a", LABELS, "l2"), BadArgument, "one of 'hadsell', 'linear'"),
    "too many labels": (
        lambda: ph.render(NET, -obj.triplet("block4", (0, 0, 1)), param.fourier(32), steps=1, batch=4, progress=False),
        ShapeMismatch,
        r"labels of shape \(3,\) for 4 pictures.*write batch=3",
    ),
    "labels of no training": (
        lambda: ph.render(NET, -obj.triplet("block4", GIVEN), param.fourier(32), steps=1, batch=4, progress=False),
        BadArgument,
        "is given nothing.*weights",
    ),
    "a data set without labels": (
        lambda: training(-obj.triplet("image", GIVEN), labels=None),
        BadArgument,
        r"is given \['data'\].*labels=",
    ),
    "a data set of one class": (
        lambda: training(-obj.triplet("image", GIVEN), labels=[4] * 6),
        BadArgument,
        "one class only, 4",
    ),
    "labels for other pictures": (
        lambda: training(-obj.triplet("image", GIVEN), labels=[0, 1]),
        BadArgument,
        "for 6 pictures",
    ),
    "a batch too small": (
        lambda: training(-obj.triplet("image", GIVEN), batch=2),
        BadArgument,
        "the first batch.*larger batch",
    ),
    "pictures as labels": (
        lambda: training(-obj.triplet("image", param.given("data"))),
        ShapeMismatch,
        r"labels of shape \(12, 3, 32, 32\).*param.given\('labels'\)",
    ),
    "no centers": (lambda: training(-obj.arcface("image", GIVEN)), ShapeMismatch, "no centers.*Centered"),
    "too few centers": (
        lambda: training(-obj.arcface("image", GIVEN), net=Centered(Embedder(8, 4), 2)),
        ShapeMismatch,
        "labels from 0 to 2 for the centers of 2 classes",
    ),
    "other centers": (
        lambda: training(-obj.center("image", GIVEN, torch.zeros(3, 7))),
        ShapeMismatch,
        r"\(classes, 8\)",
    ),
    "odd subcenters": (
        lambda: training(-obj.subcenter_arcface("image", GIVEN), net=Centered(Embedder(8, 4), 4)),
        ShapeMismatch,
        "3 x classes centers",
    ),
    "margin": (
        lambda: training(-obj.sphereface("image", GIVEN, torch.zeros(3, 8), margin=0)),
        BadArgument,
        "write margin=4",
    ),
    "a network of pictures": (lambda: Centered(nn.Conv2d(3, 3, 1), 3), ShapeMismatch, "embeddings"),
}


@pytest.mark.parametrize("name", RUNS)
def test_bad_input(name):
    run, kind, message = RUNS[name]
    with pytest.raises(kind, match=message):
        run()
