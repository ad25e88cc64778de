"""Feature inversion: the recipe is the restated procedure, keeps what its mask says, and saves what replays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import phosphene as ph
from phosphene import recipes
from phosphene.errors import BadPicture, ShapeMismatch, UnknownLayer
from phosphene.figures import Table, load
from phosphene.param.base import normal
from phosphene.recipes.inversion.invert import SIGMA, SIXTH, published
from tests.reference import mahendran, networks

SEED, STEPS = 5, 24
SMALL = {"size": 32, "transforms": ph.transforms.resize(32), "progress": False}
"""Painted and seen at 32 pixels."""


@pytest.fixture(scope="module")
def drawing() -> torch.Tensor:
    return ph.models.patterns.draw("spiral", 3, 1, 32)


@pytest.mark.parametrize(("layer", "variation"), [("first", None), ("second", 10), ("head", 100)])
def test_it_is_the_restated_procedure(layer: str, variation: float | None) -> None:
    vision = networks.vision()
    picture = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    square = SIGMA**2 * picture.numel()
    made = recipes.invert(vision, picture, layer, variation=variation, size=16, steps=STEPS, seed=SEED, progress=False)
    weight = published(vision, layer, (16, 16)) if variation is None else variation
    assert weight == {"first": 1, "second": 10, "head": 100}[layer]

    wanted = networks.activation(vision, layer, picture[None]).detach()

    def score(x: torch.Tensor) -> torch.Tensor:
        apart = (networks.activation(vision, layer, x + 0.5) - wanted).square().flatten(1).sum(1)
        return -apart / wanted.square().sum()

    x = normal(range(SEED, SEED + 4), "pixels", (3, 16, 16), torch.float64, "cpu").numpy()
    x = x / np.sqrt((x**2).sum((1, 2, 3), keepdims=True)) * square**0.5
    rates = [0.004 * square] * 6 + [0.0004 * square] * 12 + [0.00004 * square] * 6
    *_, last = mahendran.paint(x, networks.slope(score), rates, weight / 2 / square, SIXTH / square)
    assert len(made.images) == 4
    assert float(np.abs(made.images.numpy() - last - 0.5).max()) < 1e-10


def test_the_constants_do_not_depend_on_the_range() -> None:
    """the published loss on 0 ... 255 without a mean is ours on [0, 1]"""
    x = torch.rand(1, 3, 227, 227, generator=torch.Generator().manual_seed(1), dtype=torch.float64) - 0.5
    large, size = 255 * x, 27098.0
    down = torch.nn.functional.pad(large[:, :, 1:] - large[:, :, :-1], (0, 0, 0, 1))
    right = torch.nn.functional.pad(large[..., 1:] - large[..., :-1], (0, 1))
    theirs = (10 / 2 * (down**2 + right**2).sum() + 8e-10 / 2 * (large**6).sum()) / size**2
    square = SIGMA**2 * x.numel()
    variation = ph.objectives.tv(beta=2, convention="mahendran")
    inside = ph.objectives.lp(6, center=0.5, reduction="sum")
    ours = (10 / 2 / square * variation + SIXTH / square * inside)({"image": x + 0.5})
    assert float(ours) == pytest.approx(float(theirs), rel=2e-4)  # SIGMA has four digits


def test_layers_keep_less_the_deeper_they_are(drawing: torch.Tensor) -> None:
    net = ph.load("patterns")
    apart = [
        float((recipes.invert(net, drawing, layer, steps=60, batch=1, **SMALL).images - drawing).abs().mean())
        for layer in ("stem", "block3")
    ]
    assert apart[0] < apart[1]


def test_a_mask_leaves_out_what_it_says(drawing: torch.Tensor) -> None:
    """places outside the mask are as they are without any target: the variation alone is left there"""
    net = ph.load("patterns")
    left = torch.zeros(16, 16)
    left[:, :8] = 1
    made = recipes.invert(net, drawing, "stem", mask=left, steps=60, batch=1, **SMALL).images[0]
    apart = (made - drawing).abs().mean(0)
    assert apart[:, :12].mean() < apart[:, 20:].mean()
    with pytest.raises(ShapeMismatch, match=r"a mask of shape \(7, 7\).*broadcasts to the layer's \(32, 16, 16\)"):
        recipes.invert(net, drawing, "stem", mask=torch.ones(7, 7), steps=2, **SMALL)


def test_a_masked_distance_is_that_of_the_part() -> None:
    a, b = (torch.rand(2, 3, 4, 5, generator=torch.Generator().manual_seed(n)) for n in (1, 2))
    content = ph.objectives.content.function
    some = torch.tensor([1.0, 0, 1])[:, None, None]
    for convention in ("gatys", "relative"):
        whole = content(a[:, [0, 2]], like=b[:1, [0, 2]], convention=convention)
        torch.testing.assert_close(content(a, like=b[:1], convention=convention, mask=some), whole)


def test_it_saves_and_replays(drawing: torch.Tensor, tmp_path: Path) -> None:
    made = recipes.invert(ph.load("patterns"), drawing, "block1", steps=4, batch=2, **SMALL)
    again = ph.Render.load(made.save(tmp_path / "made.png")).replay()
    assert torch.equal(again.images, made.images)


def test_several_layers_are_a_table(drawing: torch.Tensor, tmp_path: Path) -> None:
    net = ph.load("patterns")
    table = recipes.inversions(net, drawing, ["stem", "block2"], steps=3, batch=2, **SMALL)
    assert table.columns == ("picture", "stem", "block2")
    assert table.images.shape == (2, 3, 32, 32, 3)
    again = load(table.save(tmp_path / "table.npz"))
    assert isinstance(again, Table)
    assert np.array_equal(again.images, table.images)
    for name in ("table.png", "table.html", "table.svg"):
        assert table.save(tmp_path / name).stat().st_size > 1000


def test_pictures_of_any_size_and_kind_are_taken(tmp_path: Path) -> None:
    wide = (np.random.default_rng(0).random((40, 90)) * 65535).astype(np.uint16)
    made = recipes.invert(ph.load("patterns"), wide[None].repeat(3, 0), "stem", steps=2, batch=1, **SMALL)
    assert made.images.shape == (1, 3, 32, 32)
    with pytest.raises(BadPicture, match="no such file"):
        recipes.invert(ph.load("patterns"), tmp_path / "none.png", "stem")
    with pytest.raises(UnknownLayer, match="Nearest: 'stem"):
        recipes.invert(ph.load("patterns"), wide[None].repeat(3, 0), "stm", **SMALL)
