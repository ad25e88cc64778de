import numpy as np
import pytest
import scipy.ndimage
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from phosphene import transforms as tf
from phosphene.seeds import stream
from phosphene.transforms import warp as warping

FILLS = [(0.0, "grid-constant"), (0.25, "grid-constant"), ("reflect", "reflect"), ("edge", "nearest")]


def pictures(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def sampled(picture, affine, size, fill, mode):
    """SciPy's linear interpolation at the affine's coordinates, one channel at a time."""
    a, b, c, d, e, f = affine
    j, i = np.meshgrid(np.arange(size[0]), np.arange(size[1]), indexing="ij")
    where = np.stack([d * i + e * j + f, a * i + b * j + c])
    value = fill if isinstance(fill, float) else 0.0
    return np.stack([scipy.ndimage.map_coordinates(p, where, order=1, mode=mode, cval=value) for p in picture.numpy()])


@pytest.mark.parametrize(("fill", "mode"), FILLS)
@pytest.mark.parametrize("size", [(5, 7), (7, 5), (9, 12), (1, 1)])
def test_scipy_samples_the_same(fill, mode, size):
    x = pictures(3, 2, 6, 9)
    affines = [(0.9, 0.2, -1.3, -0.2, 1.1, 2.4), (1.0, 0.0, 0.5, 0.0, 1.0, -0.25), (-1.2, 0.1, 9.0, 0.3, -0.7, 5.5)]
    expected = np.stack([sampled(p, affine, size, fill, mode) for p, affine in zip(x, affines, strict=True)])
    assert_close(warping.warp(x, affines, size, fill), torch.from_numpy(expected))
    assert_close(warping.warp(x.float(), affines, size, fill), torch.from_numpy(expected).float(), atol=1e-5, rtol=0)


@pytest.mark.parametrize(("fill", "mode"), FILLS)
@pytest.mark.parametrize("shift", [(0, 0), (2, 0), (-3, 1), (4, -2), (-9, 0), (0, 40), (-25, -30)])
def test_whole_shifts_are_exact(fill, mode, shift):
    x = pictures(2, 3, 6, 9)
    affine = (1.0, 0.0, float(shift[0]), 0.0, 1.0, float(shift[1]))
    result = warping.warp(x, [affine, affine], (8, 7), fill)
    expected = np.stack([sampled(p, affine, (8, 7), fill, mode) for p in x])
    assert torch.equal(result, torch.from_numpy(expected))


@pytest.mark.parametrize("fill", [0.0, 0.5, "reflect", "edge"])
def test_gradients(fill):
    x = pictures(3, 1, 4, 5).requires_grad_()
    affines = [(0.9, 0.2, -1.3, -0.2, 1.1, 2.4), (1.0, 0.0, 1.0, 0.0, 1.0, -2.0), (3.5, 0.0, -1.0, 0.0, 3.5, -1.0)]
    assert torch.autograd.gradcheck(lambda x: warping.warp(x, affines, (3, 4), fill), x)


def test_a_view_that_shows_nothing_stays_in_the_graph():
    x = pictures(1, 1, 2, 2).requires_grad_()
    warping.warp(x, [(1, 0, 99, 0, 1, 99)], (2, 2), 0.5).sum().backward()
    assert torch.equal(x.grad, torch.zeros_like(x))


def test_strong_shrinking_is_averaged_first():
    x = pictures(1, 3, 8, 12)
    (small,) = tf.resize((4, 6))(x, [stream(0)])
    assert_close(small, F.avg_pool2d(x, 2)[0])
    (tiny,) = tf.resize((2, 3))(x, [stream(0)])
    assert_close(tiny, F.avg_pool2d(x, 4)[0])
    mild = tf.resize((6, 8))(x, [stream(0)])
    assert_close(mild, F.interpolate(x, (6, 8), mode="bilinear", align_corners=False))


@pytest.mark.parametrize("size", [(5, 7), (9, 3), (1, 1), (30, 20)])
def test_resize_agrees_with_interpolate(size):
    x = pictures(2, 3, 6, 5)
    if 30 / (size[0] * size[1]) <= 1.5**2:
        expected = F.interpolate(x, size, mode="bilinear", align_corners=False)
        assert_close(tf.resize(size)(x, [stream(0)] * 2), expected)
    assert tf.resize(size)(x, [stream(0)] * 2).shape == (2, 3, *size)


def test_odd_sizes_keep_their_geometry_when_halved():
    ramp = torch.arange(9.0, dtype=torch.float64).expand(1, 1, 9, 9)
    small = warping.warp(ramp, [(2.0, 0.0, 1.25, 0.0, 2.0, 1.25)], (2, 3), "edge")
    assert_close(small, torch.tensor([1.25, 3.25, 5.25]).double().expand(1, 1, 2, 3))


def test_affines_compose_as_functions():
    first, then = (0.9, 0.2, -1.3, -0.2, 1.1, 2.4), (2.0, -1.0, 3.0, 0.5, 1.0, -1.0)
    both = warping.after(first, then)
    point = np.array([3.0, -2.0, 1.0])

    def image(affine, p):
        return np.array([*(np.reshape(affine, (2, 3)) @ p), 1.0])

    np.testing.assert_allclose(image(both, point), image(first, image(then, point)))


def test_grid_is_affine_grid():
    x = torch.zeros(1, 1, 6, 6, dtype=torch.float64)
    turn = warping.about((2.5, 2.5), (2.5, 2.5), 1.0, 30.0)
    a, b, _, d, e, _ = turn
    expected = F.affine_grid(torch.tensor([[[a, b, 0], [d, e, 0]]], dtype=torch.float64), [1, 1, 6, 6], False)
    assert_close(warping._grid([turn], x, (6, 6)), expected)
