"""The places at which a figure opens, on activations that are made up."""

from __future__ import annotations

import numpy as np
import torch

from phosphene.recipes.figures.places import pins
from phosphene.recipes.given.observation import Observation
from tests import toys


def seen(**activations: torch.Tensor) -> Observation:
    return Observation(toys.vision(16), torch.zeros(2, 3, 24, 48), ("a", "b"), activations)


def peaks(rows: int, columns: int, *cells: tuple[int, int]) -> torch.Tensor:
    """Two pictures of a layer with two channels: the first answers at cells, from the most to the least."""
    found = torch.zeros(2, 2, rows, columns)
    found[1, :, rows - 1, 0] = 99
    for rank, (row, column) in enumerate(cells):
        found[0, rank % 2, row, column] = rank - 9.0  # large and negative: the length counts, not the sign
    return found


def test_places_are_where_the_first_picture_answers_most() -> None:
    found = pins(seen(block=peaks(2, 6, (0, 4), (1, 1))), ())
    assert np.allclose(found[:2], [[0.25, 4.5 / 6], [0.75, 1.5 / 6]])


def test_a_tall_layer() -> None:
    found = pins(seen(block=peaks(8, 2, (6, 0), (1, 1))), ())
    assert np.allclose(found[:2], [[6.5 / 8, 0.25], [1.5 / 8, 0.75]])


def test_of_several_layers_the_last_with_positions_counts() -> None:
    first, last = peaks(4, 4, (0, 0), (3, 3)), peaks(4, 4, (3, 0), (0, 3))
    vector = torch.ones(2, 5, 1, 1)
    assert np.allclose(pins(seen(early=first, late=last), ())[0], [0.875, 0.125])
    assert np.allclose(pins(seen(late=last, early=first), ())[0], [0.125, 0.125])
    assert np.allclose(pins(seen(early=first, late=last, head=vector), ())[0], [0.875, 0.125])


def test_places_that_are_given_are_middles_of_pixels() -> None:
    found = pins(seen(block=peaks(2, 6, (0, 4))), [(3, 40), (23, 0)])
    assert np.allclose(found, [[3.5 / 24, 40.5 / 48], [23.5 / 24, 0.5 / 48]])
