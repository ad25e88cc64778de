"""Cutting an object out by its map: a square whose place is known, in three kinds of maps."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import phosphene as ph
from phosphene import attribution as at
from phosphene.attribution.components import around, components, largest
from phosphene.errors import BadArgument, BadPicture, MissingExtra, ShapeMismatch
from phosphene.filters import gaussian


def square(size: tuple[int, int] = (64, 64)) -> tuple[Tensor, Tensor]:
    """A red square of 24 x 32 pixels on grey, and where it is."""
    inside = torch.zeros(size, dtype=torch.bool)
    inside[20:44, 16:48] = True
    picture = torch.full((3, *size), 0.5)
    picture[:, inside] = torch.tensor([[0.8], [0.15], [0.15]])
    return picture, inside


def blob(size: tuple[int, int] = (64, 64)) -> Tensor:
    """A smooth map with its top in the middle of the square."""
    rows, columns = torch.arange(size[0])[:, None] - 31.5, torch.arange(size[1]) - 31.5
    return (-(rows**2) / 288 - columns**2 / 512).exp()


def patchy() -> Tensor:
    """Few pixels of the square, as a gradient may find them, and white noise behind it: 0 elsewhere in the square."""
    dice = torch.Generator().manual_seed(0)
    inside = square()[1]
    map = torch.rand(64, 64, generator=dice) * 0.3
    map[inside] = 0
    map[20:44, 16:26] = 1 + torch.rand(24, 10, generator=dice)
    return map


def overlap(one: Tensor, other: Tensor) -> float:
    return float((one & other).sum() / (one | other).sum())


@pytest.mark.parametrize("size", [(64, 64), (60, 96)])
def test_a_smooth_map_finds_the_square(size):
    pytest.importorskip("cv2")
    picture, inside = square(size)
    for blur in (0, 0.04):
        found = at.segment(blob(size), picture, blur=blur)
        assert overlap(found.mask, inside) == 1
        assert found.box == (20, 16, 24, 32)
        assert torch.equal(found.overlay[:, inside], picture[:, inside])
        assert torch.equal(found.overlay[:, ~inside], 0.25 * picture[:, ~inside])


def test_white_noise_behind_it_makes_the_square_background_and_blurring_mends_that():
    """Below the 30 % quantile of the noise lies what the map left out of the square: 528 of its 768 pixels."""
    pytest.importorskip("cv2")
    picture, inside = square()
    assert overlap(at.segment(patchy(), picture, blur=0).mask, inside) == 0.3125
    rough = blob() * torch.randn(64, 64, generator=torch.Generator().manual_seed(0)).abs()
    assert overlap(at.segment(rough, picture, blur=0).mask, inside) < 0.95
    assert overlap(at.segment(rough, picture, blur=0.06).mask, inside) == 1


def test_a_map_of_a_layer_is_resized_to_the_picture():
    pytest.importorskip("cv2")
    picture, inside = square()
    small = torch.nn.functional.avg_pool2d(blob()[None, None], 8)
    assert overlap(at.segment(small, picture).mask, inside) == 1
    net = ph.models.load("patterns")
    found = at.attribute(net, "logit('dots')", picture, "block4")
    assert at.segment(found.spatial()[0], picture).mask.shape == (64, 64)


def test_one_map_one_answer():
    pytest.importorskip("cv2")
    state = torch.random.get_rng_state()
    photo = ph.models.patterns.draw("stars", 1, size=64)
    first, again = (at.segment(gaussian(photo[:1, None], 4.0)[0, 0], photo) for _ in range(2))
    assert torch.equal(first.mask, again.mask)
    assert torch.equal(torch.random.get_rng_state(), state)
    labels = components(first.mask)
    assert labels[first.mask].unique().numel() == 1


@pytest.mark.parametrize(
    ("call", "error", "problem"),
    [
        (lambda x, m: at.segment(m[None].expand(2, -1, -1), x), ShapeMismatch, "a map of shape.*one map.*for each"),
        (lambda x, m: at.segment(m, torch.stack([x, x])), ShapeMismatch, "2 pictures to cut.*one picture"),
        (lambda x, m: at.segment(m, x[:1]), BadPicture, "3"),
        (lambda x, m: at.segment(torch.ones(8, 8), x), BadArgument, "quantiles at 0.3 and 0.95 are the same.*differ"),
        (lambda x, m: at.segment(m / 0, x), BadArgument, "NaN or infinity"),
        (lambda x, m: at.segment(m, x, blur=-1), BadArgument, "blur is -1"),
        (lambda x, m: at.segment(m, x, foreground=2), BadArgument, "foreground is 2"),
        (lambda x, m: at.segment(m, x, background=0.99), BadArgument, "background is 0.99.*0 to 0.95"),
        (lambda x, m: at.segment(m, x, steps=0), BadArgument, "steps is 0"),
    ],
)
def test_bad_arguments(call, error, problem):
    pytest.importorskip("cv2")
    with pytest.raises(error, match=problem):
        call(square()[0], blob())


def test_without_opencv(monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(MissingExtra, match=r"segment needs OpenCV.*phosphene\[cv\]"):
        at.segment(blob(), square()[0])


# Connected parts and boxes.

masks = st.tuples(st.integers(1, 12), st.integers(1, 12), st.floats(0, 1), st.integers(0, 10**6)).map(
    lambda asked: torch.from_numpy(np.random.default_rng(asked[3]).random(asked[:2]) < asked[2])
)


def flooded(mask: Tensor) -> list[set[tuple[int, int]]]:
    """Connected parts by walking from pixel to pixel."""
    left, parts = {tuple(at) for at in mask.nonzero().tolist()}, []
    while left:
        part, edge = set(), [min(left)]
        while edge:
            row, column = edge.pop()
            if (row, column) in left:
                left.remove((row, column))
                part.add((row, column))
                edge += [(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        parts.append(part)
    return parts


@given(masks)
def test_components_are_what_walking_reaches(mask):
    labels, parts = components(mask), flooded(mask)
    assert len(labels[mask].unique()) == len(parts)
    for part in parts:
        first = min(part)
        assert {int(labels[place]) for place in part} == {first[0] * mask.shape[1] + first[1] + 1}
    assert (labels[~mask] == 0).all()
    if parts:
        most = max(parts, key=lambda part: (len(part), [-i for i in min(part)]))
        assert {tuple(place) for place in largest(mask).nonzero().tolist()} == most
        top, left, height, width = around(mask)
        rows, columns = zip(*mask.nonzero().tolist(), strict=True)
        assert (top, left, top + height - 1, left + width - 1) == (min(rows), min(columns), max(rows), max(columns))


def test_components_are_scipys():
    label = pytest.importorskip("scipy.ndimage").label
    mask = torch.rand(60, 90, generator=torch.Generator().manual_seed(0)) < 0.35
    theirs = label(mask.numpy(), np.ones((3, 3)))[0]
    assert torch.equal(torch.unique(components(mask), return_inverse=True)[1], torch.from_numpy(theirs).long())


def test_a_long_way_round_is_one_part():
    mask = torch.zeros(41, 41, dtype=torch.bool)
    for ring in range(0, 20, 2):  # a spiral
        mask[ring, ring : 41 - ring] = mask[ring : 41 - ring, 40 - ring] = mask[40 - ring, ring : 41 - ring] = True
        mask[ring + 2 : 41 - ring, ring] = True
        mask[ring + 2, ring : ring + 3] = True
    assert components(mask)[mask].unique().tolist() == [1]


def test_an_empty_mask():
    empty = torch.zeros(3, 3, dtype=torch.bool)
    assert not largest(empty).any()
    with pytest.raises(BadArgument, match=r"around an empty mask.*lower the threshold"):
        around(empty)
