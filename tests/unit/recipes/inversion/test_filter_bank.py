"""Feature inversion of a random filter bank: what a picture was is known exactly, so the end can be compared with it."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import phosphene as ph
from phosphene import recipes
from phosphene.objectives import content
from phosphene.seeds import stream

SIDE = 16
SMOOTH = {"variation": 0, "size": SIDE, "batch": 1, "progress": False}


@pytest.fixture(scope="module")
def bank() -> ph.Vision:
    """48 filters of 5 x 5, 16 numbers for each of the picture: together they tell all pictures apart."""
    layer = nn.Conv2d(3, 48, 5, padding=2, padding_mode="circular", bias=False).double()
    layer.weight.data = torch.randn(48, 3, 5, 5, generator=stream("bank"), dtype=torch.float64) / 75**0.5
    return ph.Vision(nn.Sequential(layer).eval(), [0.0] * 3, [1.0] * 3, size=SIDE)


@pytest.fixture(scope="module")
def drawing() -> torch.Tensor:
    return ph.models.patterns.draw("spiral", 3, 1, SIDE)[None].double()


def error(images: torch.Tensor, drawing: torch.Tensor) -> float:
    return float((images - drawing).square().mean().sqrt())


def test_without_priors_the_picture_itself_comes_back(bank, drawing):
    """the root mean square over pixels is below the 3.9e-8 that the published program reached on such a bank"""
    found = ph.render(
        bank,
        -content("0", drawing, "relative"),
        ph.param.pixels(SIDE, sd=0.1, mean=0.5) >> ph.param.unbounded(),
        ph.transforms.identity,
        optimizer=ph.lbfgs(),
        steps=150,
        seed=4,
        progress=False,
    )
    assert error(found.images, drawing) < 3.9e-8


def test_the_recipe_ends_where_its_priors_let_it(bank, drawing):
    """without variation only the prior of the range is left: 400 published steps end where L-BFGS does, near the picture"""
    steps = recipes.invert(bank, drawing, "0", steps=400, seed=4, **SMOOTH)
    newton = recipes.invert(bank, drawing, "0", steps=150, seed=4, optimizer=ph.lbfgs(), **SMOOTH)
    assert error(steps.images, newton.images) < 1e-5
    assert error(newton.images, drawing) < 0.02
