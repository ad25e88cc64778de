"""The LAB distance against scikit-image and kornia, and where a naive formula has no gradient."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import phosphene as ph
from phosphene import objectives as obj
from phosphene import param
from phosphene import transforms as tf
from phosphene.errors import ShapeMismatch
from phosphene.objectives.perceptual import lab, lab_distance
from phosphene.seeds import stream


def colors(seed: int, *shape: int) -> torch.Tensor:
    return torch.rand(shape, generator=stream("colors", seed), dtype=torch.float64)


@given(st.integers(0, 10**6), st.sampled_from([1.0, 0.05]))
def test_colors_are_those_of_scikit_image(seed, scale):
    skimage = pytest.importorskip("skimage.color", reason="needs scikit-image")
    x = scale * colors(seed, 2, 3, 5, 4)
    expected = np.stack([skimage.rgb2lab(one.permute(1, 2, 0).numpy()) for one in x]).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(lab(x).numpy(), expected, atol=1e-11)


def test_colors_are_those_of_kornia():
    kornia = pytest.importorskip("kornia.color")
    x = colors(1, 3, 3, 8, 8)
    torch.testing.assert_close(lab(x), kornia.rgb_to_lab(x), rtol=0, atol=1e-10)


@given(st.floats(0, 1))
def test_greys_have_no_color(level):
    found = lab(torch.full((1, 3, 1, 1), level, dtype=torch.float64)).flatten()
    assert found[1:].abs().max() < 0.01  # the published matrix and white agree to five digits


@given(st.integers(0, 10**6))
def test_the_distance_is_that_of_the_colors(seed):
    x, y = colors(seed, 2, 3, 4, 5), colors(seed + 1, 1, 3, 4, 5)
    apart = (lab(x) - lab(y)).square().sum(1).flatten(1)
    torch.testing.assert_close(lab_distance.function(x, like=y), apart.mean(1).sqrt())
    torch.testing.assert_close(lab_distance.function(x, like=y, reduction="sum"), apart.sum(1).sqrt())
    torch.testing.assert_close(lab_distance.function(x, like=y), lab_distance.function(y, like=x))


@pytest.mark.parametrize("level", [0.0, 1.0, 0.04045, -0.2, 1.3])
def test_the_gradient_is_finite_at_black_at_equality_and_outside(level):
    x = torch.full((1, 3, 2, 2), level, dtype=torch.float64, requires_grad=True)
    for like in (x.detach().clone(), torch.zeros(1, 3, 2, 2).double(), torch.rand(1, 3, 2, 2).double()):
        (slope,) = torch.autograd.grad(lab_distance.function(x, like=like).sum(), x)
        assert torch.isfinite(slope).all()
        assert not torch.equal(like, x) or not slope.any()


@given(st.integers(0, 10**6))
def test_the_gradient_is_that_of_the_values(seed):
    x, y = colors(seed, 1, 3, 2, 2).requires_grad_(), colors(seed + 1, 1, 3, 2, 2)
    assert torch.autograd.gradcheck(lambda z: lab_distance.function(z, like=y), (x,), atol=1e-4, rtol=1e-3)


def test_both_pictures_of_an_expectation_pass_the_same_draw():
    net, photo = ph.load("patterns"), ph.models.patterns.draw("rings", 0, size=32)
    moved = tf.jitter(8, fill="wrap") >> tf.brightness(-0.2, 0.2) >> tf.noise(0.1)
    goal = obj.expect(-obj.lab_distance(photo), moved, 3)
    run = ph.render(
        net, goal, param.pixel(32).starting_from(photo), tf.identity, steps=2, samples=2, batch=2, progress=False
    )
    assert torch.equal(run.scores, torch.zeros(2, 2))


def test_grey_is_red_green_and_blue_alike():
    grey = torch.rand(2, 1, 3, 4, generator=torch.Generator().manual_seed(1))
    assert torch.equal(lab(grey), lab(grey.repeat(1, 3, 1, 1)))
    with pytest.raises(ShapeMismatch, match=r"2 channels\. grey or RGB expected"):
        lab(torch.zeros(1, 2, 2, 2))
