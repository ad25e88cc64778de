"""Geometry against NumPy, SciPy and torch: each word's coordinates are written down once more, in another way."""

import numpy as np
import pytest
import scipy.ndimage
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from phosphene import transforms as tf
from phosphene.seeds import stream
from phosphene.transforms import maps
from phosphene.transforms import warp as warping

# Where a view is within a millionth of a pixel of a whole shift it is taken for one: hence the tolerance of 1e-5.
FILLS = [(0.25, "grid-constant"), ("reflect", "reflect"), ("edge", "nearest"), ("wrap", "grid-wrap")]
fills = st.sampled_from(FILLS)
seeds = st.integers(0, 2**31)
sizes = st.tuples(st.integers(4, 12), st.integers(4, 12))


def pictures(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def places(size):
    """x and y of every pixel."""
    y, x = np.meshgrid(np.arange(size[0]), np.arange(size[1]), indexing="ij")
    return x.astype(float), y.astype(float)


def looked_up(picture, x, y, fill, mode):
    """One picture (C, H, W) at the places (x, y), linearly."""
    value = fill if isinstance(fill, float) else 0.0
    found = [scipy.ndimage.map_coordinates(p, [y, x], order=1, mode=mode, cval=value) for p in picture.numpy()]
    return torch.from_numpy(np.stack(found))[None]


def homography(points, size):
    """Eight unknowns, eight equations: the corners of the frame, clockwise, go to these points."""
    height, width = size
    frame = [(-0.5, -0.5), (width - 0.5, -0.5), (width - 0.5, height - 0.5), (-0.5, height - 0.5)]
    rows, values = [], []
    for (x, y), (u, v) in zip(frame, points, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return np.append(np.linalg.solve(rows, values), 1).reshape(3, 3)


def through(matrix, x, y):
    u, v, w = np.tensordot(matrix, np.stack([x, y, np.ones_like(x)]), 1)
    return u / w, v / w


@given(st.sampled_from([0.05, 0.3, 0.49]), fills, sizes, seeds)
def test_perspective_solves_its_equations(strength, fill, size, seed):
    x, t = pictures(1, 2, *size, seed=seed), tf.perspective(strength, fill[0])
    (drawn,) = tf.draw(t, size, [stream(seed)])
    assert len(drawn) == 8
    assert max(map(abs, drawn)) <= strength
    height, width = size
    sides = [(0, 0), (width, 0), (width, height), (0, height)]
    points = [
        (a + drawn[2 * i] * width / 2 - 0.5, b + drawn[2 * i + 1] * height / 2 - 0.5) for i, (a, b) in enumerate(sides)
    ]
    matrix = homography(points, size)
    if warping.shrinkage(t.view(size, drawn), size) < 1.5:
        expected = looked_up(x[0], *through(matrix, *places(size)), *fill)
        assert_close(t.apply(x, [drawn]), expected, atol=1e-9, rtol=0)


def test_kornia_finds_the_same_homography():
    kornia = pytest.importorskip("kornia.geometry.transform")
    frame = torch.tensor([[[-0.5, -0.5], [8.5, -0.5], [8.5, 5.5], [-0.5, 5.5]]], dtype=torch.float64)
    points = frame + 2 * pictures(1, 4, 2) - 1
    expected = kornia.get_perspective_transform(frame, points)[0]
    found = maps.quadrilateral(tuple(map(tuple, points[0].tolist())), (6, 9))
    assert_close(torch.tensor(found, dtype=torch.float64).reshape(3, 3) / found[8], expected)


# SciPy samples its kernel, which below two pixels is another one.
@given(st.floats(0.1, 3), st.just(0) | st.floats(2, 4), fills, sizes, seeds)
def test_elastic_is_scipys_smooth_noise(amplitude, sigma, fill, size, seed):
    x, t = pictures(1, 2, *size, seed=seed), tf.elastic(amplitude, sigma, fill[0])
    (drawn,) = tf.draw(t, size, [stream(seed)])
    moved = displacement(amplitude, sigma, size, drawn)
    across, down = places(size)
    assert_close(t.apply(x, [drawn]), looked_up(x[0], across + moved[0], down + moved[1], *fill), atol=1e-6, rtol=0)


def displacement(amplitude, sigma, size, seed):
    """Wrapped Gaussian filters of white noise, and of a single 1 for how much of it they keep."""
    noise = torch.randn(2, *size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).numpy()
    dot = np.zeros(size)
    dot[0, 0] = 1
    dot, *smooth = (scipy.ndimage.gaussian_filter(p, sigma, mode="wrap", truncate=9) for p in (dot, *noise))
    return amplitude * np.stack(smooth) / np.sqrt((dot**2).sum())


def test_elastic_has_the_declared_amplitude():
    moved = torch.cat([maps.Field((40, 30), 2.0, 3.0, seed).displacement() for seed in range(200)])
    assert moved.std().item() == pytest.approx(2, rel=0.03)
    assert abs(moved.mean().item()) < 0.1
    steps = (moved[..., 1:] - moved[..., :-1]).std().item()
    assert steps == pytest.approx(2 * np.sqrt(2 * (1 - np.exp(-1 / (4 * 3**2)))), rel=0.03)  # its autocorrelation


@given(fills, seeds)
def test_a_bent_run_is_one_chain_of_coordinates_sampled_once(fill, seed):
    size, x = (14, 11), pictures(1, 2, 14, 11, seed=seed)
    bend, pull, turn = tf.perspective(0.2), tf.elastic(0.7, 3), tf.rotate(20)
    t = tf.jitter(2, fill=fill[0]) >> bend >> pull >> turn >> tf.resize((13, 12))
    (drawn,) = tf.draw(t, size, [stream(seed)])
    shift, corners, number, angle, _ = drawn
    u, v = places((13, 12))
    u, v = (u + 0.5) * 11 / 12 - 0.5, (v + 0.5) * 14 / 13 - 0.5
    a = turn.affine(size, angle)
    u, v = a[0] * u + a[1] * v + a[2], a[3] * u + a[4] * v + a[5]
    moved = maps.Field(size, 0.7, 3.0, number).displacement()[0].numpy()
    u, v = (
        place + scipy.ndimage.map_coordinates(m, [v, u], order=1, mode="nearest")
        for place, m in zip((u, v), moved, strict=True)
    )
    (h,) = bend.view(size, corners).maps
    u, v = through(np.reshape(h, (3, 3)), u, v)
    assert_close(t.apply(x, [drawn]), looked_up(x[0], u + shift[0], v + shift[1], *fill), atol=1e-8, rtol=0)


def test_homographies_among_affines_are_one_matrix():
    t = tf.scale(1.2) >> tf.perspective(0.3) >> tf.rotate(10) >> tf.perspective(0.3) >> tf.jitter(2)
    views = [part.view((20, 20), one) for part, one in zip(t.parts, t.sample((20, 20), stream(1)), strict=True)]
    whole = views[0]
    for view in views[1:]:
        whole = maps.chained(whole, view)
    assert [len(one) for one in whole.maps] == [9]


def test_the_horizon_is_far_away_and_finite():
    t = tf.perspective(0.49, fill=0.25) >> tf.scale(0.05)
    x = pictures(20, 1, 9, 9).requires_grad_()
    shown = t(x, [stream(i) for i in range(20)])
    shown.sum().backward()
    assert torch.isfinite(shown).all()
    assert torch.isfinite(x.grad).all()
    for fill in ("reflect", "edge", "wrap"):
        views = (tf.perspective(0.49, fill=fill) >> tf.scale(0.05))(x.detach(), [stream(i) for i in range(20)])
        assert views.min() > -1e-9
        assert views.max() < 1 + 1e-9


@given(sizes, st.integers(-30, 30), st.integers(-30, 30), seeds)
def test_wrapping_jitter_is_torchs_roll(size, right, down, seed):
    x = pictures(2, 3, *size, seed=seed)
    shown = tf.jitter(30, fill="wrap").apply(x, [(right, down), (0, 0)])
    assert torch.equal(shown[:1], x[:1].roll((-down, -right), (-2, -1)))
    assert torch.equal(shown[1:], x[1:])


@given(sizes, st.floats(-180, 180), st.floats(0.8, 2), seeds)
def test_wrapping_is_scipys_anywhere(size, angle, factor, seed):
    x = pictures(1, 2, *size, seed=seed)
    t = tf.scale(factor, fill="wrap") >> tf.rotate(angle) >> tf.translate(0.5)
    (drawn,) = tf.draw(t, size, [stream(seed)])
    view = maps.IDENTITY
    for part, one in zip(t.parts, drawn, strict=True):
        view = maps.after(view, part.affine(size, one))
    a, b, c, d, e, f = view
    u, v = places(size)
    expected = looked_up(x[0], a * u + b * v + c, d * u + e * v + f, "wrap", "grid-wrap")
    assert_close(t.apply(x, [drawn]), expected, atol=1e-5, rtol=0)


def test_wrapping_when_it_shrinks_averages_first_and_does_not_care_where_the_seam_is():
    x = pictures(1, 3, 8, 12)
    assert_close(warping.warp(x, [(2, 0, 0.5, 0, 2, 0.5)], (4, 6), "wrap"), F.avg_pool2d(x, 2))
    assert_close(warping.warp(x, [(4, 0, 1.5, 0, 4, 1.5)], (2, 3), "wrap"), F.avg_pool2d(x, 4))
    odd = pictures(1, 3, 9, 7)
    here = warping.warp(odd, [(2.3, 0, 0.4, 0, 2.1, 0.7)], (9, 9), "wrap")
    rolled = warping.warp(odd.roll((3, 5), (-2, -1)), [(2.3, 0, 5.4, 0, 2.1, 3.7)], (9, 9), "wrap")
    assert_close(here, rolled)


@pytest.mark.parametrize("fill", [0.25, "reflect", "edge", "wrap"])
def test_mirrors_are_exact_alone_and_in_a_run(fill):
    x = pictures(2, 3, 5, 6)
    assert torch.equal(tf.flip(1)(x, [stream(0)] * 2), x.flip(-1))
    assert torch.equal(tf.flip(1, "vertical")(x, [stream(0)] * 2), x.flip(-2))
    assert torch.equal(tf.rotate(180, fill=fill)(x, [stream(0)] * 2), x.flip(-2, -1))
    t = tf.jitter(3, fill=fill) >> tf.flip(1) >> tf.jitter(2)
    shown = t.apply(x, [((3, 1), True, (1, -2))] * 2)
    u, v = places((5, 6))
    expected = looked_up(x[0], 5 - (u + 1) + 3, v - 2 + 1, fill, dict(FILLS)[fill])
    assert torch.equal(shown[:1], expected)


def test_flips_happen_half_of_the_time():
    drawn = tf.draw(tf.flip(), (4, 4), [stream(i) for i in range(1000)])
    assert abs(sum(drawn) - 500) < 64


@given(fills, sizes, seeds, st.floats(-60, 60))
def test_shear_and_translate_by_their_formulas(fill, size, seed, angle):
    x = pictures(1, 2, *size, seed=seed)
    u, v = places(size)
    leaning = u + np.tan(np.radians(angle)) * (v - (size[0] - 1) / 2)
    assert_close(tf.shear(angle, fill=fill[0])(x, [stream(0)]), looked_up(x[0], leaning, v, *fill), atol=1e-5, rtol=0)
    t = tf.translate(0.4, fill[0])
    ((right, down),) = tf.draw(t, size, [stream(seed)])
    assert max(abs(right), abs(down)) <= 0.4
    expected = looked_up(x[0], u - right * size[1], v - down * size[0], *fill)
    assert_close(t.apply(x, [(right, down)]), expected, atol=1e-5, rtol=0)


@given(st.floats(0.3, 3), sizes, seeds)
def test_place_keeps_the_smaller_in_the_larger(factor, size, seed):
    t = tf.place(factor)
    (drawn,) = tf.draw(t, size, [stream(seed)])
    a, b, c, d, e, f = t.affine(size, drawn)
    assert (b, d) == pytest.approx((0, 0))
    for pace, start, n in ((a, c, size[1]), (e, f, size[0])):
        assert pace == pytest.approx(1 / factor)
        first, last = start - pace / 2, start + pace * (n - 0.5)  # the frame's edges on the picture
        if factor > 1:
            assert -0.5 - 1e-9 <= first <= last <= n - 0.5 + 1e-9
        else:
            assert first <= -0.5 + 1e-9
            assert last >= n - 0.5 - 1e-9
