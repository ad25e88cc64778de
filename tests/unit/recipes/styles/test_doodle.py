"""Doodles: regions by color, their means, maps and canvases of any size, bad maps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import phosphene as ph
from phosphene.errors import BadArgument
from phosphene.models.regions import RegionWarning
from phosphene.objectives.analysis import Site
from phosphene.recipes import doodle
from phosphene.recipes.styles.placing import paired
from phosphene.render.regions import on_canvas

DRAW = ph.models.patterns.draw
RED, BLUE, GREEN = torch.eye(3)[[0, 2, 1]][..., None, None]


sides = st.integers(1, 60)


def halves(size: int) -> torch.Tensor:
    left = (torch.arange(size) < size // 2).float().expand(1, size, size)
    return left * RED + (1 - left) * BLUE


def disk(size: int) -> torch.Tensor:
    line = torch.linspace(-1, 1, size)
    inside = (line[:, None] ** 2 + line**2 < 0.5).float()[None]
    return inside * RED + (1 - inside) * BLUE


def two(size: int) -> torch.Tensor:
    """Bricks at the left, waves at the right."""
    return torch.cat([DRAW(kind, 1, size=size)[..., : size // 2] for kind in ("bricks", "waves")], -1)


def means(picture: torch.Tensor, regions: torch.Tensor) -> torch.Tensor:
    """The mean color of the red and of the blue region, (2, 3)."""
    return torch.stack([(picture * mask).sum((1, 2)) / mask.sum() for mask in (regions[0], regions[2])])


def test_each_region_has_the_mean_color_of_its_style(tmp_path: Path) -> None:
    net, size = ph.models.load("patterns"), 64
    made = doodle(net, two(size), halves(size), disk(size), layers=("input", "block1", "block2"), steps=(12, 6))
    wanted = means(two(size), halves(size))
    torch.testing.assert_close(means(made.images[0], disk(size)), wanted, atol=0.02, rtol=0)
    assert float((wanted[0] - wanted[1]).norm()) > 0.05
    again = ph.Render.load(made.save(tmp_path / "doodle.png")).replay()
    assert again.grid().tobytes() == made.grid().tobytes()


def test_flat_regions_are_found_by_the_gram_matrices_alone() -> None:
    """the two-region doodle of systems.md: without the last step, too"""
    net, size = ph.models.load("patterns"), 32
    style = torch.where(halves(size)[:1] > 0.5, torch.tensor([0.925, 0.026, 0.025])[:, None, None], 0.5)
    made = doodle(net, style, halves(size), disk(size), layers="input", smooth=0, steps=(40, 40), match=False)
    torch.testing.assert_close(
        means(made.images[0], disk(size)).square(), means(style, halves(size)).square(), atol=0.02, rtol=0
    )


def test_maps_and_style_of_other_sizes_and_modes() -> None:
    from PIL import Image

    net, target = ph.models.load("patterns"), Image.new("P", (40, 32))
    target.putpalette([255, 0, 0, 0, 0, 255])
    made = doodle(net, two(48), halves(30), target, layers="block1", steps=(2, 2))
    assert made.images.shape == (1, 3, 32, 40)


@given(sides, sides, sides, sides, st.integers(0, 99))
def test_no_size_makes_new_colors(height: int, width: int, h: int, w: int, seed: int) -> None:
    """regions at any size are parts of the picture, one for each color that is drawn and still in it"""
    kinds = torch.randint(0, 3, (40, 30), generator=torch.Generator().manual_seed(seed))
    kinds.view(-1)[:3] = torch.arange(3)
    drawn = torch.stack([RED, BLUE, GREEN]).squeeze()[kinds].permute(2, 0, 1)[None]
    pairs = paired(drawn, drawn.flip(-1), (h, w), (height, width), None)
    assert 1 <= len(pairs) <= 3
    assert {(here.shape, there.shape) for here, there in pairs} == {((1, 1, height, width), (1, 1, h, w))}
    torch.testing.assert_close(sum(here for here, _ in pairs), torch.ones(1, 1, height, width))
    assert all(float(there.max()) == 1 for _, there in pairs)


@pytest.mark.parametrize("size", [32, 64, (20, 33)])
def test_maps_with_straight_edges_at_any_size(size: int | tuple[int, int]) -> None:
    torn = torch.zeros(3, 50, 50)
    torn[:, :, :27] = 1
    net = ph.models.load("patterns")
    made = doodle(net, two(32), torn, torn, layers="block1", size=size, steps=(1, 1))
    assert made.images.shape[-2:] == ((size, size) if isinstance(size, int) else size)
    assert len(made.terms) == 3, "one for each color, and the smoothness"


def test_a_map_larger_than_the_canvas_by_default() -> None:
    torn = torch.zeros(1, 3, 600, 600)
    torn[..., :301] = 1
    pairs = paired(torn, torn, (600, 600), (512, 512), None)
    assert [float(here.mean()) for here, _ in pairs] == pytest.approx([301 / 600, 299 / 600], abs=1e-4)


def test_a_color_that_is_cut_off_needs_no_style() -> None:
    wide = torch.cat([GREEN.expand(3, 32, 16), halves(32), GREEN.expand(3, 32, 16)], -1)
    made = doodle(ph.models.load("patterns"), two(32), halves(32), wide, layers="block1", size=(32, 32), steps=(1, 1))
    assert len(made.terms) == 3


@given(st.integers(1, 300), st.integers(1, 300), st.floats(0.01, 1))
def test_a_region_follows_a_stage_of_any_scale(height: int, width: int, scale: float) -> None:
    site = Site("block1", (), None, ph.param.picture(torch.ones(1, height, width), channels=1))
    for rounded in (round, int):
        size = max(1, rounded(height * scale)), max(1, rounded(width * scale))
        assert on_canvas(site, torch.zeros(1, 3, *size)).shape == (1, 1, *size)


@pytest.mark.parametrize("shape", [(45, 100), (9, 40), (41, 8)])
def test_canvases_of_any_size(shape: tuple[int, int]) -> None:
    target = torch.zeros(3, *shape)
    target[:, : shape[0] // 2] = 1
    made = doodle(ph.models.load("patterns"), two(32), target, target, layers="input", steps=(1, 1))
    assert made.images.shape[-2:] == shape


def test_a_color_without_a_style() -> None:
    target = disk(32).clone()
    target[:, :4] = GREEN
    with pytest.raises(
        BadArgument, match=r"#00ff00, which the mask of the style does not show.*the region in the style"
    ):
        doodle(ph.models.load("patterns"), two(32), halves(32), target, steps=(1, 1))


def test_a_style_that_is_nowhere_in_the_target_is_left_out() -> None:
    target = RED.expand(3, 32, 32)
    made = doodle(ph.models.load("patterns"), two(32), halves(32), target, layers="block1", steps=(1, 1))
    assert len(made.terms) == 2


def test_a_region_thinner_than_the_receptive_field_warns() -> None:
    target = BLUE.expand(3, 64, 64).clone()
    target[:, :, 31] = RED[..., 0]
    with pytest.warns(RegionWarning, match="a region covers at most .* of a position of layer 'block3'"):
        doodle(ph.models.load("patterns"), two(64), halves(64), target, layers="block3", steps=(1, 1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"colors": 0}, r"doodle: colors is 0.*an integer from 1"),
        ({"colors": 1.5}, r"doodle: colors is 1.5.*an integer from 1"),
        ({"colors": "a"}, r"doodle: colors is 'a'.*an integer from 1"),
        ({"steps": 3}, r"doodle: steps is 3\. two integers expected"),
        ({"steps": None}, r"doodle: steps is None\. two integers expected"),
        ({"steps": (1,)}, r"doodle: steps is \(1,\)\. two integers expected"),
        ({"steps": (1, 0)}, r"doodle: steps is 0.*from 1"),
        ({"layers": {"block1": 0}}, r"layers: \[0.0\]\. one above 0 expected"),
        ({"smooth": -1}, r"smooth is -1.*from 0"),
        ({"match": np.ones(3)}, r"doodle: match is array.*one of True, False"),
        ({"match": torch.ones(3)}, r"doodle: match is tensor.*one of True, False"),
        ({"match": None}, r"doodle: match is None.*one of True, False"),
    ],
)
def test_bad_input(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(BadArgument, match=message):
        doodle(
            ph.models.load("patterns"),
            two(32),
            halves(32),
            halves(32),
            **{"layers": "block1", "steps": (1, 1)} | arguments,
        )
