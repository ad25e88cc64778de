"""Constraints against oracles: closed forms, a long Dykstra run in NumPy, SciPy's SLSQP; and what is refused."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

import phosphene as ph
from phosphene import errors, serialize
from phosphene.render.constraints import box, intersection, l1, l2, linf, range_of, simplex, sphere
from phosphene.values import hold

seeds = st.integers(0, 10**6)


def point(x) -> torch.Tensor:
    return torch.as_tensor(np.asarray(x), dtype=torch.float64)[None]


def dykstra(y, projections, rounds=20_000):
    """The textbook's algorithm."""
    x, corrections = y.copy(), [np.zeros_like(y) for _ in projections]
    for _ in range(rounds):
        for i, project in enumerate(projections):
            shifted = x + corrections[i]
            x = project(shifted)
            corrections[i] = shifted - x
    return x


def ball(c, r):
    return lambda x: c + (x - c) * min(1, r / max(np.linalg.norm(x - c), 1e-300))


@given(seeds)
def test_l2_and_box_is_what_dykstra_finds(seed):
    """Nearer than the ball and then the box, which is feasible all the same (systems that do so are not exact)."""
    rng = np.random.default_rng(seed)
    c, y = rng.random(12), 2 * rng.standard_normal(12)
    ours = (l2(c, 1) & box(0, 1)).project(point(y))[0].numpy()
    np.testing.assert_allclose(ours, dykstra(y, [ball(c, 1), lambda x: x.clip(0, 1)], 1000), atol=1e-8)


def test_one_after_the_other_is_not_nearest_in_forty_dimensions():
    rng = np.random.default_rng(0)
    c = rng.random(40)
    y = c + rng.standard_normal(40)
    both = l2(c, 1.5) & box(0, 1)
    exact = both.project(point(y))
    sequential = box(0, 1).project(l2(c, 1.5).project(point(y)))
    assert both.contains(sequential).all()
    assert (exact - point(y)).norm() < (sequential - point(y)).norm() - 0.02
    oracle = dykstra(y, [ball(c, 1.5), lambda x: x.clip(0, 1)], 2000)
    np.testing.assert_allclose(exact[0].numpy(), oracle, atol=1e-8)


@given(seeds, st.sampled_from((1, 0.25, 30)))
def test_the_simplex_satisfies_its_optimality_conditions(seed, total):
    """x = max(y - mu, 0), sum x = total"""
    y = torch.randn(3, 9, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    x = simplex(total).project(y)
    assert (x >= 0).all()
    assert ((x.sum(1) - total).abs() <= 1e-14 * max(1, total)).all()
    for row, found in zip(y, x, strict=True):
        mu = (row - found)[found > 0]
        assert mu.max() - mu.min() <= 1e-14 * max(1, total)
        assert (row[found == 0] <= mu.mean() + 1e-14).all()


@given(seeds)
def test_linf_and_box_is_one_interval(seed):
    rng = np.random.default_rng(seed)
    c, y = rng.random((3, 2, 2)), 2 * rng.standard_normal((3, 2, 2))
    ours = (linf(c, 8 / 255) & box(0, 1)).project(point(y))[0].numpy()
    np.testing.assert_array_equal(ours, y.clip(np.maximum(c - 8 / 255, 0), np.minimum(c + 8 / 255, 1)))


@given(seeds)
def test_l1_is_soft_thresholding_by_sorting(seed):
    """Held, Wolfe and Crowder's formula on the sorted absolute values."""
    y = 2 * np.random.default_rng(seed).standard_normal(11)
    u = np.sort(np.abs(y))[::-1]
    levels = (np.cumsum(u) - 1) / np.arange(1, 12)
    mu = max(levels[np.nonzero(u > levels)[0][-1]], 0)
    expected = np.sign(y) * np.maximum(np.abs(y) - mu, 0)
    np.testing.assert_allclose(l1(0, 1).project(point(y))[0].numpy(), expected, atol=1e-13)


CASES = {
    "l2 & box": (l2(0.4, 0.7) & box(0, (1, 0.6, 0.8)), lambda z: 0.49 - ((z - 0.4) ** 2).sum(), "ineq"),
    "l2 & box beside its center": (l2(-0.2, 0.7) & box(0, 0.5), lambda z: 0.49 - ((z + 0.2) ** 2).sum(), "ineq"),
    "l1 & box": (l1(0, 0.9) & box(0, (1, 0.6, 0.5)), lambda z: 0.9 - z.sum(), "ineq"),
    "simplex & box": (simplex(1) & box((0.1, 0, 0.2), (1, 0.5, 0.6)), lambda z: z.sum() - 1, "eq"),
}
BOUNDS = {
    "l2 & box": [(0, 1), (0, 0.6), (0, 0.8)],
    "l2 & box beside its center": [(0, 0.5)] * 3,
    "l1 & box": [(0, 1), (0, 0.6), (0, 0.5)],
    "simplex & box": [(0.1, 1), (0, 0.5), (0.2, 0.6)],
}


@pytest.mark.parametrize("name", CASES)
def test_general_optimization_finds_the_same(name):
    c, value, kind = CASES[name]
    for y in np.random.default_rng(1).standard_normal((5, 3)):
        found = minimize(
            lambda z, y=y: ((z - y) ** 2).sum(),
            np.full(3, 0.3),
            jac=lambda z, y=y: 2 * (z - y),
            bounds=BOUNDS[name],
            constraints={"type": kind, "fun": value},
            options={"ftol": 1e-15, "maxiter": 500},
        )
        np.testing.assert_allclose(c.project(point(y))[0].numpy(), found.x, atol=1e-6)


def test_two_balls_meet_in_a_lens():
    """Unit balls about -+0.5: the nearest point to (0, 3) is the corner (0, sqrt(3)/2)."""
    lens = l2(np.array([-0.5, 0]), 1) & l2(np.array([0.5, 0]), 1)
    np.testing.assert_allclose(lens.project(point([0.0, 3.0]))[0].numpy(), [0, 0.75**0.5], atol=1e-8)


def test_balls_about_one_center_are_the_smallest():
    y = point([3.0, 4.0])
    assert torch.equal((l2(0, 1) & l2(0, 2)).project(y), l2(0, 1).project(y))


def test_upper_bounds_for_each_unit_of_a_code():
    bounds = torch.arange(5.0)
    c = box(0, bounds)
    assert c == box(0, hold(bounds))
    assert torch.equal(c.project(torch.full((2, 5), 2.5)), torch.tensor([[0, 1, 2, 2.5, 2.5]]).expand(2, 5))


def test_the_center_of_each_row_is_its_own():
    centers = torch.tensor([[0.0, 0], [10, 10]])
    moved = linf(centers, 1).project(torch.full((2, 2), 5.0))
    assert torch.equal(moved, torch.tensor([[1.0, 1], [9, 9]]))


def test_the_sphere_takes_zero_and_tiny_codes():
    found = sphere(2).project(torch.tensor([[0.0, 0, 0], [0, 1e-300, 0]], dtype=torch.float64))
    assert torch.equal(found, torch.tensor([[2.0, 0, 0], [0, 2, 0]], dtype=torch.float64))


def test_a_range_is_a_box():
    photo = torch.rand(2, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    low, high = photo.amin((0, 2, 3)), photo.amax((0, 2, 3))
    assert range_of(photo) == box(tuple(low.tolist()), tuple(high.tolist()))
    assert range_of(photo, per="picture") == box(photo.min().item(), photo.max().item())
    assert torch.equal(range_of(photo).project(photo), photo)


def test_text():
    assert ph.parse("constraints.linf(0.5, 8/255)") == linf(0.5, Fraction(8, 255))
    loose = intersection((l2(0, 1), l1(0, 1)), tolerance=1e-6)
    assert ph.parse(repr(loose)) == loose
    assert (
        repr(l2(0, 1) & (box(0, 1) & l1(0, 2))) == "constraints.l2(0, 1) & constraints.box(0, 1) & constraints.l1(0, 2)"
    )


def test_files_carry_the_held_pictures(tmp_path):
    c = l2(torch.rand(3, 4, 4, generator=torch.Generator().manual_seed(0)), 1) & box(0, torch.ones(3, 1, 1))
    serialize.save(c, tmp_path / "c.json")
    assert serialize.load(tmp_path / "c.json") == c


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: box(1, 0), errors.BadArgument, "low <= high"),
        (lambda: box((0, 1), 0.5), errors.BadArgument, "low <= high"),
        (lambda: box(torch.ones(3), 0), errors.BadArgument, "low <= high"),
        (lambda: box(0, "1"), errors.BadArgument, "high is '1'"),
        (lambda: box(0, float("nan")), errors.BadArgument, "finite number"),
        (lambda: box(0, torch.tensor([True])), errors.BadArgument, "high is Tensor"),
        (lambda: linf(None, 1), errors.BadPicture, "as a picture"),
        (lambda: l2(float("inf"), 1), errors.BadArgument, "center is inf"),
        (lambda: l1(0, -1), errors.BadArgument, "radius is -1"),
        (lambda: simplex(-1), errors.BadArgument, "total is -1"),
        (lambda: sphere(-1), errors.BadArgument, "radius is -1"),
        (lambda: range_of(torch.zeros(3, 2, 2), per="row"), errors.BadArgument, "'channel' or 'picture'"),
        (lambda: sphere() & box(0, 1), errors.BadArgument, "convex"),
        (lambda: box(0, 1) & 3, errors.BadOperation, "constraints on both sides"),
        (lambda: 3 & box(0, 1), errors.BadOperation, "constraints on both sides"),
        (lambda: intersection((box(0, 1),)), errors.BadArgument, "two constraints or more"),
        (lambda: intersection((l1(0, 1), l2(0, 1)), tolerance=-1), errors.BadArgument, "tolerance"),
        (lambda: intersection((l1(0, 1), l2(0, 1)), iterations=0), errors.BadArgument, "iterations"),
        (lambda: box(0, 1) & box(2, 3), errors.BadArgument, r"box\(0, 1\) and .*box\(2, 3\) have no point"),
        (lambda: box(0, 1) & linf(3, 1), errors.BadArgument, "have no point in common"),
        (lambda: simplex(1) & simplex(2), errors.BadArgument, "have no point in common"),
        (lambda: box(0, (1, 1)).project(torch.zeros(1, 3, 2, 2)), errors.ShapeMismatch, "2 numbers.*write 3 numbers"),
        (lambda: box(0, torch.ones(4)).project(torch.zeros(1, 5)), errors.ShapeMismatch, r"\(4,\).*\(5,\)"),
        (
            lambda: linf(torch.zeros(3, 4, 4), 1).project(torch.zeros(1, 3, 8, 8)),
            errors.ShapeMismatch,
            r"\(3, 4, 4\).*\(3, 8, 8\).*resize",
        ),
    ],
)
def test_bad_input(make, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize(
    "c",
    [
        linf(torch.zeros(4), 1) & box(2, 3),
        linf(torch.zeros(4), 1) & linf(torch.full((4,), 3.0), 1),
        l2(0, 1) & box(2, 3),
        l1(0, 1) & box(2, 3),
        simplex() & box(0, 0.1),
        simplex() & box(0.5, 1),
        intersection((l2(0, 1), l2(5, 1)), iterations=200),
        intersection((simplex(), l2(5, 1)), iterations=200),
        intersection((simplex(), l1(-5, 1), box(0, 1)), iterations=200),
    ],
    ids=str,
)
def test_sets_that_do_not_meet_are_found_before_the_run(c):
    with pytest.raises(errors.BadArgument, match=r"and .*have no point in common"):
        c.check(torch.zeros(1, 4))


def test_bounds_that_cross_once_the_shape_is_known():
    c = box((0, 0.5), torch.tensor([[[1.0]], [[0.25]]]))
    with pytest.raises(errors.BadArgument, match="not empty"):
        c.check(torch.zeros(1, 2, 3, 3))
