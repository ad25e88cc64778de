"""RISE: masks against NumPy's own interpolation, values against a loop, and what they are on average."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

from phosphene import attribution as at
from phosphene import objectives as obj
from phosphene.attribution.methods.rise import masks
from phosphene.errors import BadArgument
from tests import toys

FREE = toys.vision(None, double=True)


def pictures(count: int = 2, size: tuple[int, int] = (12, 17)) -> Tensor:
    return torch.rand(count, 3, *size, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def enlarged(cells: np.ndarray, sizes: tuple[int, int]) -> np.ndarray:
    """Bilinear interpolation with the middles of cells where they are, by NumPy, axis after axis."""
    for axis, size in enumerate(sizes):
        places = (np.arange(size) + 0.5) * cells.shape[axis] / size - 0.5
        cells = np.apply_along_axis(lambda line, p=places: np.interp(p, np.arange(len(line)), line), axis, cells)
    return cells


@given(st.integers(1, 6), st.integers(2, 20), st.integers(2, 20), st.integers(0, 99))
def test_masks_are_cells_joined_bilinearly_and_shifted_within_one(count, height, width, seed):
    cells, shifts = at.rise(3, count, seed=seed)._drawn((height, width))
    cell = -(-height // count), -(-width // count)
    assert (shifts >= 0).all()
    assert (shifts < torch.tensor(cell)).all()
    found = masks(cells.double(), shifts, (height, width))
    assert found.shape == (3, 1, height, width)
    for mask, one, (top, left) in zip(found[:, 0], cells[:, 0], shifts.tolist(), strict=True):
        large = enlarged(one.double().numpy(), ((count + 1) * cell[0], (count + 1) * cell[1]))
        assert_close(mask.numpy(), large[top : top + height, left : left + width], atol=1e-12, rtol=1e-9)


@pytest.mark.parametrize("fill", ["mean", 0.2])
@pytest.mark.parametrize("keep", [0.5, 0.8])
def test_the_mean_of_masks_times_scores(fill, keep):
    x, method = pictures(), at.rise(20, 4, keep, fill, seed=3)
    found = at.attribute(FREE, "logit('dog')", x, method=method)
    total = torch.zeros(2, 12, 17, dtype=torch.float64)
    for mask in masks(*method._drawn((12, 17)), (12, 17)).double():
        below = x.mean((2, 3), keepdim=True) if fill == "mean" else torch.full_like(x, fill)
        total += mask * FREE(mask * x + (1 - mask) * below)[:, 1, None, None].detach()
    assert_close(found.spatial(), total / (20 * keep), atol=1e-11, rtol=1e-9)


def test_a_score_that_never_changes_is_the_same_everywhere_on_average():
    found = at.attribute(FREE, 3 + 1e-9 * obj.logit("dog"), pictures(1), method=at.rise(800, 3, 0.3)).spatial()
    assert_close(found, torch.full_like(found, 3), atol=0.5, rtol=0)  # 3 standard errors


def test_where_the_network_is_linear_it_orders_places_as_what_they_add():
    net, x = toys.linear(), pictures(1, (12, 12)).float()
    x[..., 6:] = 0
    found = at.attribute(net, obj.channel("conv", 2) ** 2, x, method=at.rise(800, 4, fill=0)).spatial()[0]
    assert found[:, :6].mean() > found[:, 6:].mean()


def test_one_seed_one_answer():
    run = [at.attribute(FREE, "logit('dog')", pictures(1), method=at.rise(8, seed=seed)).values for seed in (0, 0, 1)]
    assert torch.equal(run[0], run[1])
    assert not torch.allclose(run[0], run[2])


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"masks": 0}, "masks is 0.*from 1.*write masks=1"),
        ({"grid": 0}, "grid is 0"),
        ({"keep": 0}, "keep is 0.*0.01 to 0.99"),
        ({"keep": 1}, "keep is 1"),
        ({"fill": None}, "fill, if it is not 'mean', is None"),
        ({"seed": 0.5}, "seed is 0.5"),
    ],
    ids=str,
)
def test_bad_arguments(asked, problem):
    with pytest.raises(BadArgument, match=problem):
        at.rise(**asked)
