"""Pictures on a canvas, and the layers that are chosen for them."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

import phosphene as ph
from phosphene.errors import BadArgument, BadPicture
from phosphene.param.picture import fit
from phosphene.recipes.given.canvas import canvas_of, mask_of, opened, placed
from phosphene.recipes.given.scales import scales

sides = st.integers(1, 40)


@given(sides, sides, sides, sides, st.booleans())
def test_placed_holds_all_of_a_picture_and_mirrors_it(h: int, w: int, height: int, width: int, enlarge: bool) -> None:
    one = torch.rand(1, 3, h, w, generator=torch.Generator().manual_seed(1))
    found, mask = placed(one, (height, width), enlarge)
    assert found.shape == (1, 3, height, width)
    rows, columns = (int(mask.amax(axis).sum()) for axis in (-1, -2))
    inside = found[mask.expand_as(found) > 0].reshape(1, 3, rows, columns)
    torch.testing.assert_close(inside, fit(one, (rows, columns)), atol=1e-6, rtol=1e-6)
    scale = min(height / h, width / w)
    scale = scale if enlarge else min(scale, 1)
    assert abs(rows - max(1, h * scale)) <= 0.5
    assert abs(columns - max(1, w * scale)) <= 0.5
    assert float(found.min()) >= float(inside.min())
    assert float(found.max()) <= float(inside.max())


@pytest.mark.parametrize(
    ("shape", "size", "expected"),
    [
        ((30, 60), None, (30, 60)),
        ((600, 1200), None, (256, 512)),
        ((30, 60), 100, (50, 100)),
        ((30, 60), (7, 9), (7, 9)),
    ],
)
def test_the_canvas_has_the_proportions_of_the_picture(shape: tuple[int, int], size: object, expected: object) -> None:
    assert canvas_of(torch.zeros(1, 3, *shape), size) == expected


def test_a_canvas_beyond_any_memory() -> None:
    with pytest.raises(BadArgument, match=r"size is 1000.*from 1 to 65536"):
        canvas_of(torch.zeros(1, 3, 8, 8), 10**400)


def test_a_number_is_no_picture() -> None:
    with pytest.raises(BadPicture, match=r"a picture of shape \(\)"):
        opened(torch.tensor(1.0))


def test_grey_and_transparent_tensors_become_color_on_white() -> None:
    assert torch.equal(opened(torch.full((1, 2, 2), 0.25)), torch.full((1, 3, 2, 2), 0.25))
    half = torch.cat([torch.zeros(3, 2, 2), torch.full((1, 2, 2), 0.5)])
    assert torch.equal(opened(half), torch.full((1, 3, 2, 2), 0.5))
    with pytest.raises(BadPicture, match=r"shape .1, 2, 4, 4.*1, 3 or 4 channels"):
        opened(torch.zeros(2, 4, 4))


def test_masks_are_numbers_or_booleans() -> None:
    assert torch.equal(mask_of(torch.eye(4) > 0, (4, 4)), torch.eye(4)[None, None])
    assert mask_of(torch.ones(4, 4), (8, 6)).shape == (1, 1, 8, 6)


def test_vgg_has_the_layers_of_johnson() -> None:
    """relu1_2, relu2_2, relu3_3, relu4_3, relu5_3 of VGG-16"""
    vgg = pytest.importorskip("torchvision").models.vgg16
    with torch.device("meta"):
        features = vgg().features
    net = ph.Vision(_thin(features), [0.5] * 3, [0.5] * 3)
    assert scales(net, (64, 64)) == ("3", "8", "15", "22", "29")


def _thin(features: nn.Sequential) -> nn.Sequential:
    """The same layers with two channels."""
    convolutions = [part for part in features if isinstance(part, nn.Conv2d)]
    narrow = iter(nn.Conv2d(3 if part is convolutions[0] else 2, 2, 3, padding=1) for part in convolutions)
    return nn.Sequential(*(next(narrow) if isinstance(part, nn.Conv2d) else part for part in features)).eval()
