"""Weak localization as a figure: the half with the dots is cut out, and its outline and box are drawn around it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from phosphene import recipes
from phosphene.errors import BadArgument, UnknownLabel, UnknownName
from phosphene.figures.colors import AGAINST, FOR
from phosphene.figures.scenes.outline import DIM, enlarged, outlined
from phosphene.models.patterns import draw
from tests.drawings import halves, patterns

ORANGE, BLUE = ([int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in (FOR, AGAINST))


def test_the_outline_lies_inside_the_mask_and_the_box_around_it() -> None:
    grey, mask = np.full((200, 200, 3), 200, np.uint8), torch.zeros(100, 100, dtype=torch.bool)
    mask[20:60, 30:80] = True
    found = outlined(grey, mask, (20, 30, 40, 50))
    orange, blue = ((found == color).all(2) for color in (ORANGE, BLUE))
    inside = mask.repeat_interleave(2, 0).repeat_interleave(2, 1).numpy()
    assert (orange <= inside).all()
    assert not (blue & inside).any()
    assert [int(x.min()) for x in np.nonzero(orange)] == [40, 60]
    assert [int(x.max()) for x in np.nonzero(blue)] == [120, 160]
    plain = ~orange & ~blue
    assert (found[plain & inside] == 200).all()
    assert (found[plain & ~inside] == int(DIM * 200)).all()


def test_small_pictures_are_enlarged_as_squares() -> None:
    picture = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    assert enlarged(picture, 5).shape == (6, 6, 3)
    assert (enlarged(picture, 5)[::3, ::3] == picture).all()
    assert enlarged(picture, 2) is not None


def test_the_half_with_the_dots_is_cut_out() -> None:
    pytest.importorskip("cv2", reason="needs OpenCV")
    both = {"right": halves(), "left": halves().flip(-1)}
    found = recipes.segmentation(patterns(), "dots", both, "occlusion", size=192)
    assert (found.rows, found.columns) == (("right", "left"), ("picture", "occlusion", "cut out"))
    assert found.title == "What patterns takes for dots"
    shown, cut = found.images[:, 0].astype(int), found.images[:, 2].astype(int)
    kept = (shown == cut).all(-1)
    half = shown.shape[2] // 2
    assert kept[0, :, half:].mean() > 0.7
    assert kept[0, :, :half].mean() < 0.3
    assert kept[1, :, :half].mean() > 0.7
    assert "GrabCut" in found.scene().svg()


@pytest.mark.parametrize(
    ("asked", "kind", "message"),
    [
        (("dotts",), UnknownLabel, "Nearest: 'dots'"),
        (("dots", "salience"), UnknownName, "Nearest: 'saliency'"),
        (("dots", "gradcam", "image"), BadArgument, "a layer of the network"),
    ],
)
def test_what_cannot_be_asked(asked: tuple[str, ...], kind: type[Exception], message: str) -> None:
    objective, *how = asked
    with pytest.raises(kind, match=message):
        recipes.segmentation(patterns(), objective, draw("dots", seed=0, size=64), *how, size=64)
