"""Looking without painting: what is wrong is said as `render` says it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import phosphene as ph
from phosphene import errors
from phosphene import transforms as tf
from phosphene.render import looks
from tests import toys

NET = toys.vision()
PHOTO = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(1))


class Twice(nn.Module):
    """A network that calls a layer two times."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.conv(self.conv(x))
        return result.mean((2, 3))


def _vision(module: nn.Module) -> ph.Vision:
    return ph.Vision(module.eval(), [0.5] * 3, [0.25] * 3, size=16)


@pytest.mark.parametrize("transforms", [None, [], 3, lambda x: x], ids=["none", "list", "number", "function"])
def test_what_is_no_transform(transforms: Any) -> None:
    with pytest.raises(errors.BadArgument, match="kind Transform expected"):
        looks.outputs(NET, PHOTO, transforms)
    with pytest.raises(errors.BadArgument, match="kind Transform expected"):
        looks.views(PHOTO, transforms)


def test_numbers_of_draws_and_seeds() -> None:
    for wrong in (0, 1.5, "x"):
        with pytest.raises(errors.BadArgument, match="draws"):
            looks.outputs(NET, PHOTO, draws=wrong)  # type: ignore[arg-type]
        with pytest.raises(errors.BadArgument, match="draws"):
            looks.views(PHOTO, tf.identity, wrong)  # type: ignore[arg-type]
    with pytest.raises(errors.BadArgument, match="seed"):
        looks.outputs(NET, PHOTO, seed=-1)


def test_transforms_as_text() -> None:
    here = looks.outputs(NET, PHOTO, "tf.rotate(-5, 5)", 2)  # type: ignore[arg-type]
    assert torch.equal(here, looks.outputs(NET, PHOTO, tf.rotate(-5, 5), 2))


def test_a_network_without_classes() -> None:
    with pytest.raises(errors.ShapeMismatch, match=r"returns \(4, 14, 14\) for a picture.*a score for each class"):
        looks.outputs(_vision(nn.Conv2d(3, 4, 3)), PHOTO)


def test_pictures_that_the_network_cannot_take() -> None:
    with pytest.raises(errors.ShapeMismatch, match="cannot take a picture"):
        looks.outputs(NET, PHOTO[:2])


@pytest.mark.parametrize(
    ("goal", "error", "message"),
    [
        ("channel('conv', 0)", errors.AmbiguousLayer, "calls 2 times.*'conv#0', 'conv#1'"),
        ("channel('conv#1', 9)", errors.ShapeMismatch, "has index 0 to 2"),
        ("channel('conf', 0)", errors.UnknownLayer, "Nearest: 'conv'"),
    ],
)
def test_a_score_says_what_render_says(goal: str, error: type[Exception], message: str) -> None:
    net = _vision(Twice())
    with pytest.raises(error, match=message) as here:
        looks.score(net, goal, PHOTO)
    with pytest.raises(error) as there:
        ph.render(net, goal, ph.param.fourier(16), steps=1, progress=False)
    assert str(here.value) == str(there.value)
