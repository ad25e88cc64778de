"""LIME: its weights against the normal equations, scikit-learn and the package `lime`; its pictures against `param.masks`."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

import phosphene as ph
from phosphene import attribution as at
from phosphene import objectives as obj
from phosphene.attribution.methods.lime import bits, surrogate
from phosphene.errors import BadArgument, MissingExtra, ShapeMismatch
from tests import toys

FREE = toys.vision(None, double=True)
cut = at.superpixels


def pictures(count: int = 2, size: tuple[int, int] = (12, 16)) -> Tensor:
    return torch.rand(count, 3, *size, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def sampled(samples: int, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    dice = np.random.default_rng(seed)
    return bits(samples, count, seed).numpy(), dice.normal(size=samples)


def cosine_weights(z: np.ndarray, width: float) -> np.ndarray:
    """LIME's kernel of the cosine distance to the first row, whose picture is whole; a row of zeros is at distance 1."""
    length = np.linalg.norm(z, axis=1)
    cosine = np.where(length > 0, z @ z[0] / np.maximum(length, 1e-300) / np.linalg.norm(z[0]), 0)
    return np.sqrt(np.exp(-((1 - cosine) ** 2) / width**2))


@given(
    st.integers(2, 60),
    st.integers(1, 12),
    st.sampled_from([0.1, 1, 20]),
    st.sampled_from([0.1, 0.25, 2]),
    st.integers(0, 99),
)
def test_weights_solve_the_normal_equations_with_a_free_intercept(samples, count, ridge, width, seed):
    z, y = sampled(samples, count, seed)
    weight = cosine_weights(z, width)
    with_one = np.concatenate([np.ones((samples, 1)), z], 1)
    normal = (with_one.T * weight) @ with_one + ridge * np.diag([0] + [1] * count)
    expected = np.linalg.solve(normal, with_one.T @ (weight * y))[1:]
    found = surrogate(torch.from_numpy(z), torch.from_numpy(y), ridge, width)
    assert_close(found.numpy(), expected, atol=1e-12, rtol=1e-10)


@pytest.mark.parametrize(("samples", "count"), [(1000, 16), (1000, 64), (40, 64)])
def test_weights_are_those_of_the_package_lime(samples, count):
    base = pytest.importorskip("lime.lime_base")
    metrics = pytest.importorskip("sklearn.metrics")
    z, y = sampled(samples, count, 5)
    distances = metrics.pairwise_distances(z, z[:1], metric="cosine").ravel()
    fit = base.LimeBase(lambda d: np.sqrt(np.exp(-(d**2) / 0.25**2)), random_state=0)
    pairs = fit.explain_instance_with_data(z, y[:, None], distances, 0, count, feature_selection="none")[1]
    theirs = np.array([weight for _, weight in sorted(pairs)])
    assert_close(surrogate(torch.from_numpy(z), torch.from_numpy(y)).numpy(), theirs, atol=1e-12, rtol=0)


def test_a_score_that_is_linear_in_the_superpixels_is_found():
    z, truth = bits(1000, 16, 0), torch.linspace(-1, 1, 16, dtype=torch.float64)
    assert (surrogate(z, z @ truth + 3) - truth).abs().max() < 0.02
    assert_close(surrogate(z, z @ truth + 3, ridge=1e-9), truth, atol=1e-8, rtol=0)


@pytest.mark.parametrize("fill", ["mean", 0, 0.5])
def test_what_the_network_sees_is_what_param_masks_paints(fill):
    """Each sample painted by the parameterization `masks`, its score by the network itself, and the same regression."""
    x = pictures(1)
    method = at.lime(cut.grid(3, 4), samples=30, fill=fill, seed=2)
    labels, z = method.superpixels.labels(x[0]), bits(30, 12, 2)
    painted = ph.param.masks(x, labels, fill).decode({"segments": z})
    scores = FREE(painted)[:, 1].detach()
    found = at.attribute(FREE, "logit('dog')", x, method=method)
    assert_close(found.spatial()[0], surrogate(z, scores)[labels], atol=1e-11, rtol=1e-9)


def test_at_inner_layers_hidden_superpixels_show_their_mean_in_each_channel():
    x, method = pictures(2), at.lime(cut.grid(3, 4), samples=20)
    own = ph.models.capture(FREE, ["first"], x)["first"].detach()
    labels, z = method.superpixels.labels(own[0]), bits(20, 12, 0)
    scores = []
    for row in z:
        changed = own.clone()
        for part in range(12):
            if row[part] == 0:
                changed[:, :, labels == part] = own[:, :, labels == part].mean(2, keepdim=True)
        with ph.models.guarded(FREE), ph.models.replaced(FREE, "first", changed):
            scores.append(FREE(x)[:, 1].detach())
    found = at.attribute(FREE, "logit('dog')", x, "first", method).spatial()
    for i, one in enumerate(torch.stack(scores, 1)):
        assert_close(found[i], surrogate(z, one)[labels], atol=1e-11, rtol=1e-9)


def test_where_the_network_is_linear_weights_are_what_superpixels_add():
    net, x = toys.linear(), pictures(1).float()
    goal, method = obj.channel("conv", 2), at.lime(cut.grid(2, 2), samples=64, ridge=1e-6, fill=0)
    adds = at.attribute(net, goal, x).spatial()[0]
    found = at.attribute(net, goal, x, method=method).spatial()[0]
    blocks = adds.unflatten(0, (2, 6)).unflatten(2, (2, 8)).sum((1, 3))
    assert_close(found[::6, ::8], blocks, atol=1e-4, rtol=1e-4)


def test_a_picture_in_a_batch_hides_what_it_hides_alone():
    whole = at.attribute(FREE, "logit('dog')", pictures(3), method=at.lime(samples=10))
    one = at.attribute(FREE, "logit('dog')", pictures(3)[2], method=at.lime(samples=10))
    assert_close(whole.values[2], one.values[0], atol=1e-11, rtol=1e-9)
    again = at.attribute(FREE, "logit('dog')", pictures(3)[2], method=at.lime(samples=10, seed=1))
    assert not torch.allclose(one.values, again.values)


# Superpixels.


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 20), st.integers(1, 20))
def test_grids_are_as_equal_as_places_allow(rows, columns, height, width):
    labels = cut.grid(rows, columns).labels(torch.zeros(2, height, width))
    counts = labels.flatten().bincount()
    assert len(counts) == min(rows, height) * min(columns, width)
    sides = height / min(rows, height), width / min(columns, width)
    assert counts.min() >= int(sides[0]) * int(sides[1])
    assert counts.max() <= -(-height // min(rows, height)) * -(-width // min(columns, width))
    assert (labels.diff(dim=0) >= 0).all()
    assert (labels.diff(dim=1) >= 0).all()


@pytest.mark.parametrize("way", [cut.quickshift(kernel=2, distance=6), cut.slic(count=6)], ids=lambda one: one.word)
def test_superpixels_of_scikit_image(way):
    pytest.importorskip("skimage")
    picture = ph.models.patterns.draw("rings", 1, size=32)[:, :24]
    labels = way.labels(picture)
    assert labels.shape == (24, 32)
    assert labels.unique().tolist() == list(range(int(labels.max()) + 1))
    assert torch.equal(labels, way.labels(picture))
    assert labels.max() >= 1
    two = torch.zeros(3, 16, 24)
    two[:, :, 12:] = 1.0
    both = way.labels(two)
    assert not set(both[:, :11].flatten().tolist()) & set(both[:, 13:].flatten().tolist())
    found = at.attribute(FREE, "logit('dog')", picture.double(), method=at.lime(way, samples=12)).spatial()[0]
    assert all(found[labels == part].unique().numel() == 1 for part in range(int(labels.max()) + 1))


def test_superpixels_of_scikit_image_want_colors():
    with pytest.raises(ShapeMismatch, match=r"slic at a layer of 6 channels.*wrt='image'.*superpixels.grid"):
        at.attribute(FREE, "logit('dog')", pictures(1), "first", at.lime(cut.slic()))


@pytest.mark.parametrize("way", [cut.quickshift(), cut.slic()], ids=lambda one: one.word)
def test_without_scikit_image(way, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "skimage.segmentation", None)
    with pytest.raises(MissingExtra, match=rf"{way.word} needs scikit-image.*phosphene\[cv\]"):
        way.labels(torch.zeros(3, 8, 8))


def test_superpixels_from_elsewhere():
    labels = torch.tensor([[5, -1], [7, 5]]).repeat_interleave(6, 0).repeat_interleave(8, 1)
    method = at.lime(labels, samples=10)
    assert method == at.lime(labels.numpy(), samples=10)
    assert ph.parse(repr(method)) == method
    found = at.attribute(FREE, "logit('dog')", pictures(1), method=method).spatial()[0]
    assert found[0, 0] == found[-1, -1]
    assert found.unique().numel() == 3
    with pytest.raises(ShapeMismatch, match=r"map of \(12, 16\) for a layer of \(8, 8\).*one label a place"):
        at.attribute(FREE, "logit('dog')", pictures(1, (8, 8)), method=method)
    for bad in (labels.float(), labels[0]):
        with pytest.raises(BadArgument, match="a map of integers"):
            at.lime(bad)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: at.lime("quickshift"), "superpixels are 'quickshift'.*way of cutting.*superpixels.grid"),
        (lambda: at.lime(samples=1), "samples is 1.*from 2"),
        (lambda: at.lime(ridge=-1), "ridge is -1"),
        (lambda: at.lime(width=0), "width is 0"),
        (lambda: at.lime(fill="black"), "fill, if it is not 'mean', is 'black'"),
        (lambda: cut.grid(0, 3), "rows is 0"),
        (lambda: cut.grid(3, 0.5), "columns is 0.5"),
        (lambda: cut.quickshift(kernel=0), "kernel is 0"),
        (lambda: cut.quickshift(ratio=2), "ratio is 2"),
        (lambda: cut.slic(count=1), "count is 1"),
        (lambda: cut.slic(compactness=0), "compactness is 0"),
    ],
)
def test_bad_arguments(make, problem):
    with pytest.raises(BadArgument, match=problem):
        make()
