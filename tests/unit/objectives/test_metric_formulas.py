"""Metric losses: formulas in NumPy, cases by hand, mining by a plain triple loop."""

from __future__ import annotations

import math
from itertools import permutations, product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from phosphene import objectives as obj
from phosphene.objectives.margins import psi, turned
from phosphene.objectives.pairs import distances, every_triplet, mined
from phosphene.seeds import stream

LABELS = (0, 0, 1, 1, 2, 2, 0, 1)
MINING = ("all", "violating", "easy", "semihard", "hard")
seeds = st.integers(0, 2**31)


def points(seed: int, count: int = 8, size: int = 4) -> torch.Tensor:
    return torch.randn(count, size, generator=stream("points", seed), dtype=torch.float64)


def mean(term: obj.Objective, x: torch.Tensor) -> float:
    return float(term({"a": x}).mean())


def d2(x: np.ndarray, y: np.ndarray) -> float:
    return float(((x - y) ** 2).sum())


def unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def triples(x: np.ndarray, labels: tuple[int, ...], margin: float, root: bool = False) -> dict[str, set]:
    """The triplets of each kind, by three loops."""
    found: dict[str, set] = {kind: set() for kind in MINING}
    for a, p, n in product(range(len(x)), repeat=3):
        if a == p or labels[a] != labels[p] or labels[a] == labels[n]:
            continue
        gap = d2(x[a], x[n]) - d2(x[a], x[p])
        gap = math.sqrt(d2(x[a], x[n])) - math.sqrt(d2(x[a], x[p])) if root else gap
        kind = "easy" if gap > margin else "semihard" if gap > 0 else "hard"
        for name in ("all", kind, *["violating"] * (kind != "easy")):
            found[name].add((a, p, n))
    return found


@given(seeds, st.sampled_from(MINING), st.floats(0.1, 3), st.booleans())
def test_mining_is_that_of_three_loops(seed, mining, margin, root):
    x = points(seed)
    found = mined(distances(x, "euclidean" if root else "squared"), torch.tensor(LABELS), margin, mining)
    rows = list(zip(*(row.tolist() for row in found), strict=True))
    assert len(rows) == len(set(rows))
    assert set(rows) == triples(x.numpy(), LABELS, margin, root)[mining]


@given(seeds, st.sampled_from(MINING), st.booleans())
def test_triplet_is_the_mean_over_its_triplets(seed, mining, normalize):
    x = points(seed)
    y = unit(x.numpy()) if normalize else x.numpy()
    chosen = triples(y, LABELS, 0.7)[mining]
    losses = [max(0.0, d2(y[a], y[p]) - d2(y[a], y[n]) + 0.7) for a, p, n in chosen]
    found = mean(obj.triplet("a", LABELS, 0.7, normalize=normalize, mining=mining), x)
    assert found == pytest.approx(sum(losses) / max(len(losses), 1), abs=1e-12)


@given(seeds, st.floats(0.5, 5))
def test_both_forms_of_contrastive(seed, margin):
    x = points(seed)
    near, apart = [], []
    for i, j in permutations(range(8), 2):
        (near if LABELS[i] == LABELS[j] else apart).append(math.sqrt(d2(x[i].numpy(), x[j].numpy())))
    lacking = [max(0.0, margin - d) for d in apart]
    squared = np.mean(np.square(near)) / 2 + np.mean(np.square(lacking)) / 2
    assert mean(obj.contrastive("a", LABELS, "hadsell", margin), x) == pytest.approx(squared, rel=1e-12)
    assert mean(obj.contrastive("a", LABELS, "linear", margin), x) == pytest.approx(np.mean(near) + np.mean(lacking))


def test_contrastive_by_hand():
    """distances 2 (same), 1 and sqrt 5 (other), margin 3: 2 + (2^2 + 0.584)/4, and 2 + (2 + 0.764)/2"""
    x = torch.tensor([[0.0, 0], [2, 0], [0, 1]], dtype=torch.float64)
    short = 3 - math.sqrt(5)
    assert mean(obj.contrastive("a", (0, 0, 1), "hadsell", 3), x) == pytest.approx(2 + (4 + short**2) / 4, rel=1e-12)
    assert mean(obj.contrastive("a", (0, 0, 1), "linear", 3), x) == pytest.approx(2 + (2 + short) / 2, rel=1e-12)


def test_quadruplet_by_hand():
    """On a line, 0 and 1 of one class, 3 and 5 of two others, margins 10 and 6.

    triplets: anchor 0: 1 - 9 + 10 = 2, 1 - 25 + 10 < 0; anchor 1: 1 - 4 + 10 = 7, 1 - 16 + 10 < 0; mean 9/4
    quadruplets: both anchors: 1 - (5 - 3)^2 + 6 = 3; mean 3
    """
    x = torch.tensor([[0.0], [1], [3], [5]], dtype=torch.float64)
    assert mean(obj.quadruplet("a", (7, 7, 8, 9), 10, 6), x) == pytest.approx(9 / 4 + 3)
    assert mean(obj.quadruplet("a", (7, 7, 8, 9), 0, 0), x) == 0


@given(seeds)
def test_quadruplet_is_that_of_four_loops(seed):
    x = points(seed).numpy()
    first = [max(0.0, d2(x[a], x[p]) - d2(x[a], x[n]) + 2) for a, p, n in triples(x, LABELS, 0)["all"]]
    second = []
    for a, p, m, n in product(range(8), repeat=4):
        alike = a != p and LABELS[a] == LABELS[p]
        if alike and len({LABELS[a], LABELS[m], LABELS[n]}) == 3:
            second.append(max(0.0, d2(x[a], x[p]) - d2(x[m], x[n]) + 1))
    found = mean(obj.quadruplet("a", LABELS, 2, 1), torch.from_numpy(x))
    assert found == pytest.approx(np.mean(first) + np.mean(second), rel=1e-12)


@given(seeds, st.booleans())
def test_n_pair_is_log_one_plus_a_sum(seed, normalize):
    """anchors 0, 2, 4 and positives 1, 3, 5; the third pictures of two classes are not looked at"""
    x = points(seed)
    y = unit(x.numpy()) if normalize else x.numpy()
    losses = [
        math.log(1 + sum(math.exp(y[a] @ y[p] - y[a] @ y[a + 1]) for p in (1, 3, 5) if p != a + 1)) for a in (0, 2, 4)
    ]
    assert mean(obj.n_pair("a", LABELS, normalize), x) == pytest.approx(np.mean(losses), rel=1e-12)


def test_n_pair_leaves_single_pictures_out():
    x = points(3, 5)
    kept = obj.n_pair("a", (0, 1, 0, 1))({"a": x[[0, 2, 3, 4]]}).sum() / 4
    assert float(obj.n_pair("a", (0, 5, 1, 0, 1))({"a": x}).sum() / 5) == pytest.approx(float(kept))


@given(seeds)
def test_center_pulls_to_the_center(seed):
    """1/2 |x - c|^2, and the gradient is x - c"""
    x, means = points(seed).requires_grad_(), points(seed + 1, 3)
    score = obj.center("a", LABELS, means)({"a": x})
    own = means[list(LABELS)]
    torch.testing.assert_close(score, (x - own).square().sum(1) / 2)
    (slope,) = torch.autograd.grad(score.sum(), x)
    torch.testing.assert_close(slope, x - own, rtol=0, atol=1e-15)


def entropy(logits: np.ndarray, label: int) -> float:
    return float(np.log(np.exp(logits - logits.max()).sum()) + logits.max() - logits[label])


def folded(theta: float, m: int) -> float:
    k = min(math.floor(theta * m / math.pi), m - 1)
    return (-1) ** k * math.cos(m * theta) - 2 * k


@given(seeds, st.integers(1, 5))
def test_the_face_losses_in_numpy(seed, m):
    x, means = points(seed), points(seed + 1, 3)
    cosines = unit(x.numpy()) @ unit(means.numpy()).T
    spheres, added, turns = [], [], []
    for row, label, length in zip(cosines, LABELS, np.linalg.norm(x.numpy(), axis=1), strict=True):
        theta = math.acos(row[label])
        for losses, own, scale in (
            (spheres, folded(theta, m), length),
            (added, row[label] - 0.35, 64),
            (turns, math.cos(theta + 0.5) if theta + 0.5 <= math.pi else row[label] - 0.5 * math.sin(0.5), 64),
        ):
            losses.append(entropy(scale * np.where(np.arange(3) == label, own, row), label))
    for term, wanted in (
        (obj.sphereface("a", LABELS, means, margin=m), spheres),
        (obj.cosface("a", LABELS, means), added),
        (obj.arcface("a", LABELS, means), turns),
    ):
        np.testing.assert_allclose(term({"a": x}).numpy(), wanted, rtol=1e-9, atol=1e-9)


@given(seeds)
def test_of_several_centers_the_nearest_counts(seed):
    x, means = points(seed), points(seed + 1, 6).reshape(3, 2, 4)
    nearest = (unit(x.numpy())[:, None, None] * unit(means.numpy())).sum(-1).argmax(-1)  # (B, classes)
    for i, label in enumerate(LABELS):
        chosen = means[torch.arange(3), torch.from_numpy(nearest[i])]
        one = obj.arcface("a", (label,), chosen)({"a": x[i : i + 1]})
        both = obj.subcenter_arcface("a", LABELS, means)({"a": x})
        torch.testing.assert_close(one, both[i : i + 1], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("m", [1, 2, 3, 4, 6])
def test_psi_falls_and_is_continuous(m):
    theta = torch.linspace(0, math.pi, 4001, dtype=torch.float64)
    found = psi(theta.cos(), m)
    steps = found.diff()
    assert bool((steps <= 1e-9).all())
    assert float(steps.abs().max()) < 0.01
    assert (float(found[0]), float(found[-1])) == pytest.approx((1, 1 - 2 * m))
    assert float(psi(theta.cos(), 1).sub(theta.cos()).abs().max()) < 1e-12


@given(st.floats(0, 1.5), st.floats(0, math.pi))
def test_turned_is_the_cosine_of_a_larger_angle(margin, theta):
    found = float(turned(torch.tensor(theta, dtype=torch.float64).cos(), margin))
    further = math.cos(theta) - margin * math.sin(margin)
    if abs(theta - (math.pi - margin)) > 1e-6:
        wanted = math.cos(theta + margin) if theta < math.pi - margin else further
        assert found == pytest.approx(wanted, abs=1e-7)


@pytest.mark.parametrize("word", ["sphereface", "cosface", "arcface", "subcenter_arcface", "center"])
def test_trained_centers_are_those_of_the_activation(word):
    """(B, D, 1 + classes * K, 1) without centers says the same as D numbers and centers"""
    count = 3 if word == "subcenter_arcface" else 1
    x, means = points(5), points(6, 3 * count)
    both = torch.cat([x[..., None], means.T.expand(8, -1, -1)], 2)[..., None].requires_grad_()
    given_centers = means.reshape(3, count, 4) if count > 1 else means
    term = getattr(obj, word)
    brought = term("a", LABELS)({"a": both})
    torch.testing.assert_close(brought, term("a", LABELS, given_centers)({"a": x}), rtol=1e-12, atol=1e-12)
    (slope,) = torch.autograd.grad(brought.sum(), both)
    assert bool((slope[:, :, 1:].sum(0) != 0).any())


def test_every_triplet_has_an_order():
    found = every_triplet(torch.tensor(LABELS))
    rows = list(zip(*(row.tolist() for row in found), strict=True))
    assert rows == sorted(rows)
