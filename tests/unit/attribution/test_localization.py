"""Weak localization: boxes, pointing and mass of maps whose objects are known; and where drawn patterns are found."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import phosphene as ph
from phosphene import attribution as at
from phosphene.errors import BadArgument, ShapeMismatch
from phosphene.filters import gaussian
from tests.quarters import in_a_quarter

sides = st.tuples(st.integers(0, 5), st.integers(0, 7), st.integers(1, 4), st.integers(1, 4))


def filled(box: tuple[int, int, int, int], size: tuple[int, int] = (10, 12)) -> torch.Tensor:
    mask = torch.zeros(size)
    mask[box[0] : box[0] + box[2], box[1] : box[1] + box[3]] = 1
    return mask


@given(sides, sides)
def test_boxes_pointing_and_mass_by_counting_pixels(one, other):
    map, truth = 3 * filled(one) - 1 * (1 - filled(one)), filled(other).bool()
    found = at.localization(map[None], truth[None])
    both = (filled(one).bool() & truth).sum()
    assert float(found.iou) == pytest.approx(float(both / (filled(one).bool() | truth).sum()))
    assert float(found.mass) == pytest.approx(float(both / filled(one).sum()))
    assert bool(found.hit) == bool(truth[one[0], one[1]])
    boxed = at.localization(map[None], torch.tensor([other]))
    assert (boxed.iou, boxed.mass, boxed.hit) == (found.iou, found.mass, found.hit)


def test_the_box_is_around_the_largest_part_above_a_fifth_of_the_maximum():
    map = torch.tensor([[9.0, 0.0, 2.0, 2.0], [0.0, 0.0, 2.0, 1.0]])
    assert at.box(map) == (0, 2, 2, 2)
    assert at.box(map, 0.5) == (0, 0, 1, 1)
    assert at.box(map - 3, 0) == (0, 0, 1, 1)


def test_the_average_is_printed():
    found = at.localization(torch.stack([filled((0, 0, 2, 2)), filled((0, 0, 2, 4))]), torch.tensor([[0, 0, 2, 2]] * 2))
    assert repr(found) == "Localization of 2 maps: iou 0.750, hit 1.000, mass 0.750 on average"


def test_a_map_without_anything_above_0_finds_nothing():
    maps, truth = torch.stack([-filled((0, 0, 2, 2)), filled((0, 0, 2, 2))]), torch.tensor([[0, 0, 2, 2]] * 2)
    found = at.localization(maps, truth)
    assert (found.iou.tolist(), found.hit.tolist(), found.mass.tolist()) == ([0, 1], [False, True], [0, 1])
    with pytest.raises(BadArgument, match="without anything above 0"):
        at.box(maps[0])


@pytest.mark.parametrize(
    ("maps", "truth", "error", "problem"),
    [
        (torch.ones(4, 4), torch.ones(1, 4), ShapeMismatch, r"maps of shape \(4, 4\).*\(B, H, W\).*spatial"),
        (torch.ones(2, 4, 4), torch.ones(2, 5, 4), ShapeMismatch, r"objects of shape \(2, 5, 4\).*boxes \(B, 4\)"),
        (torch.ones(2, 4, 4), torch.ones(1, 4), ShapeMismatch, r"objects of shape \(1, 4\)"),
        (torch.ones(1, 4, 4), torch.tensor([[4, 4, 2, 2]]), BadArgument, "empty mask"),
    ],
)
def test_bad_arguments(maps, truth, error, problem):
    with pytest.raises(error, match=problem):
        at.localization(maps, truth)


def test_patterns_stand_in_their_quarters():
    for number in range(8):
        label, picture, mask = in_a_quarter(number, 32)
        assert label == ph.models.patterns.LABELS[number]
        assert mask.sum() == 256
        outside = picture[:, ~mask]
        assert (bool((outside == 0.5).all())) == (number % 2 == 0)
    assert len({str(in_a_quarter(number, 8)[2].tolist()) for number in range(8)}) == 4


ASKED = {
    "grad_cam": ("block4", at.grad_cam()),
    "integrated_gradients": ("image", at.integrated_gradients(12, 0.5, tolerance=None)),
    "occlusion": ("image", at.occlusion()),
    "lime": ("image", at.lime(at.superpixels.grid(6, 6), samples=100)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ASKED)
def test_most_of_the_positive_mass_is_in_the_right_quarter(name):
    """12 pictures; `benchmarks/truth.py` takes 200. What pixels add is blurred by 5 % of the side, their signs alternate."""
    net, (wrt, method), shares = ph.load("patterns"), ASKED[name], []
    for number in range(12):
        label, picture, mask = in_a_quarter(number)
        map = ph.attribute(net, ph.objectives.logit(label), picture, wrt, method).map()
        map = gaussian(map[None], 4.8)[0] if name == "integrated_gradients" else map
        shares.append(float(at.localization(map, mask[None]).mass))
    assert sum(shares) / len(shares) >= 0.7, shares
