"""The colors of maps of regions, and their masks."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from phosphene.palette import _distinct, palette, regions

BASE = torch.tensor([[1.0, 0, 0], [0, 0, 1], [0, 0.6, 0], [1, 1, 1], [0, 0, 0]])


def drawn(count: int, seed: int, size: int = 24) -> tuple[torch.Tensor, torch.Tensor]:
    """Blocks of `count` colors: the picture (1, 3, size, size), and the number of each pixel's color."""
    coarse = torch.randint(0, count, (4, 4), generator=torch.Generator().manual_seed(seed))
    coarse.view(-1)[:count] = torch.arange(count)
    place = coarse.repeat_interleave(size // 4, 0).repeat_interleave(size // 4, 1)
    return BASE[place].permute(2, 0, 1)[None], place


@given(st.integers(1, 5), st.integers(0, 99))
def test_exact_colors_are_found_and_their_regions_part_the_picture(count: int, seed: int) -> None:
    picture, place = drawn(count, seed)
    colors = palette([picture])
    assert {tuple(color) for color in colors.tolist()} == {tuple(color) for color in BASE[:count].tolist()}
    masks = regions(picture, colors)
    assert torch.equal(masks.sum(0), torch.ones(1, 24, 24))
    assert torch.equal((masks * colors[:, :, None, None]).sum(0), picture[0])
    shares = masks.flatten(1).sum(1).tolist()
    assert shares == sorted(shares, reverse=True)
    assert len(place.unique()) == count


@given(st.integers(1, 5), st.integers(0, 99))
def test_colors_with_noise_are_found_again(count: int, seed: int) -> None:
    picture, place = drawn(count, seed)
    noise = 0.04 * torch.randn(picture.shape, generator=torch.Generator().manual_seed(seed))
    masks = regions((picture + noise).clamp(0, 1), palette([(picture + noise).clamp(0, 1)]))
    assert len(masks) == count
    truth = torch.stack([(place == number).float() for number in range(count)])
    overlap = (masks[:, 0, None] * truth[None]).sum((2, 3)) / truth.sum((1, 2))
    assert float(overlap.amax(0).min()) > 0.99


@given(st.integers(1, 200), st.integers(1, 6), st.integers(0, 99))
def test_colors_are_counted_as_torch_counts_them(count: int, levels: int, seed: int) -> None:
    pixels = torch.randint(0, levels, (count, 3), generator=torch.Generator().manual_seed(seed)) / levels
    colors, counts = torch.unique(pixels, dim=0, return_counts=True)
    found = _distinct(pixels)
    assert torch.equal(found[0], colors)
    assert torch.equal(found[1], counts)


@given(st.integers(1, 4))
def test_at_most_as_many_colors_as_asked_for(count: int) -> None:
    picture, _ = drawn(5, 1)
    assert len(palette([picture], count)) == count
