"""The few colors of a picture that is a map of regions, and the regions as masks (Ulyanov 2016, neural doodles)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

FLAT = 16
"""So many colors or fewer are taken as they are; a picture of more has soft edges or was compressed."""
APART = 0.2
"""The distance in RGB below which two colors are one."""
SHARE = 0.01
"""The share of the pixels that a color of its own has at least, where colors are not exact."""


def palette(pictures: Sequence[Tensor], count: int | None = None) -> Tensor:
    """The colors of maps of regions (1, 3, H, W), (n, 3), the most frequent first.

    Exact where all pictures together have at most 16. Otherwise the most frequent color, then the most frequent one that is
    none of those before, and so on, moved to the means of what is nearest to them (k-means).  count: at most so many.

    >>> palette([torch.tensor([[0.0, 1.0, 1.0]]).expand(1, 3, 1, 3)]).tolist()
    [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]
    """
    pixels = torch.cat([picture[0].flatten(1).T for picture in pictures]).float()
    colors, counts = _distinct(pixels)
    if len(colors) <= min(FLAT, count or FLAT):
        exact: Tensor = colors[counts.argsort(descending=True, stable=True)]
        return exact
    cells, inverse = torch.unique((colors * 15.999).floor(), dim=0, return_inverse=True)
    weights = torch.zeros(len(cells)).index_add(0, inverse, counts.float())
    means = torch.zeros(len(cells), 3).index_add(0, inverse, colors * counts[:, None]) / weights[:, None]
    return _means(_leaders(means, weights, count), colors, counts)


def regions(picture: Tensor, colors: Tensor) -> Tensor:
    """The masks (n, 1, H, W) of the pixels of a picture (1, 3, H, W) that are nearest to each of n colors.

    >>> regions(torch.tensor([[0.0, 0.9]]).expand(1, 3, 1, 2), torch.tensor([[1.0] * 3, [0.0] * 3])).flatten().tolist()
    [0.0, 1.0, 1.0, 0.0]
    """
    nearest = _nearest(picture[0].flatten(1).T.float(), colors).reshape(picture.shape[-2:])
    return torch.stack([(nearest == number).float()[None] for number in range(len(colors))])


def _distinct(pixels: Tensor) -> tuple[Tensor, Tensor]:
    """The colors of pixels (N, 3), in order, and how often each is there: torch.unique, channel by channel."""
    place = torch.zeros(len(pixels), dtype=torch.long)
    for channel in pixels.T:
        values, number = torch.unique(channel, return_inverse=True)
        place = torch.unique(place * len(values) + number, return_inverse=True)[1]
    counts = torch.bincount(place)
    return torch.zeros(len(counts), 3).index_copy(0, place, pixels), counts


def _leaders(means: Tensor, weights: Tensor, count: int | None) -> Tensor:
    """The heaviest color, then the heaviest that is not near to one before."""
    left, chosen = weights.clone(), list[Tensor]()
    while len(chosen) < (count or FLAT) and (not chosen or float(left.max()) >= SHARE * float(weights.sum())):
        chosen.append(means[left.argmax()])
        left[(means - chosen[-1]).norm(dim=1) < APART] = 0
    return torch.stack(chosen)


def _means(colors: Tensor, points: Tensor, counts: Tensor, rounds: int = 10) -> Tensor:
    """k-means from `colors` of points that are there so many times each."""
    weights = counts[:, None].float()
    for _ in range(rounds):
        nearest = _nearest(points, colors)
        sums = torch.zeros_like(colors).index_add(0, nearest, points * weights)
        total = torch.zeros(len(colors), 1).index_add(0, nearest, weights)
        colors = torch.where(total > 0, sums / total.clamp_min(1), colors)
    return colors


def _nearest(pixels: Tensor, colors: Tensor) -> Tensor:
    return torch.cdist(pixels, colors).argmin(1)
