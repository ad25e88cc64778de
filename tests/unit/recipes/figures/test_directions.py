"""Activations as directions: of length 1, and whitened as linear algebra says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

import phosphene as ph
from phosphene import icons, presets, recipes
from phosphene import objectives as obj
from phosphene.recipes.figures.directions import unit_directions
from tests import toys

FAST = presets.icon(16, steps=2)


def whitened(vectors: np.ndarray) -> np.ndarray:
    """M_0.3⁻¹ v of length 1, one linear system for each of the vectors (..., C)."""
    rows = vectors.reshape(-1, vectors.shape[-1]).astype(np.float64)
    channels = rows.shape[1]
    moment = sum(np.outer(row, row) for row in rows) / len(rows)
    regular = 0.7 * moment + 0.3 * np.trace(moment) / channels * np.eye(channels)
    solved = np.stack([np.linalg.solve(regular, row) for row in rows])
    lengths = np.linalg.norm(solved, axis=1, keepdims=True)
    return (solved / np.where(lengths > 0, lengths, 1)).reshape(vectors.shape)


@given(st.integers(1, 3), st.integers(1, 4), st.integers(1, 6), st.integers(0, 999))
def test_whitened_directions_solve_the_linear_system(pictures: int, side: int, channels: int, seed: int) -> None:
    shape = pictures, side, side + 1, channels
    vectors = torch.randn(shape, generator=torch.Generator().manual_seed(seed)) * torch.arange(1, channels + 1)
    vectors[0, 0, 0] = 0
    found = unit_directions(vectors, True)
    assert found.dtype == torch.float32
    assert np.allclose(found.numpy(), whitened(vectors.numpy()), atol=1e-5)


@given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 999))
def test_directions_as_they_are_have_length_1_and_point_the_same_way(count: int, channels: int, seed: int) -> None:
    vectors = torch.randn(1, count, 2, channels, generator=torch.Generator().manual_seed(seed))
    vectors[0, 0, 0] = 0
    found = unit_directions(vectors, False)
    for vector, direction in zip(vectors.reshape(-1, channels), found.reshape(-1, channels), strict=True):
        assert torch.allclose(direction * vector.norm(), vector, atol=1e-6)
        assert not vector.any() or abs(float(direction.norm()) - 1) < 1e-5


def test_icons_of_a_whitened_grid_are_painted_for_the_whitened_directions(store: Path) -> None:
    net = toys.vision(None)
    shown = torch.rand(1, 3, 2, 3, generator=torch.Generator().manual_seed(4))
    found = recipes.grid(net, shown, "second", whiten=True, size=(2, 3), icon=FAST, store=store, progress=False)
    vectors = ph.models.capture(net, ["second"], shown)["second"].detach().permute(0, 2, 3, 1).numpy()
    goals = [obj.direction("second", row.astype(np.float32)) for row in whitened(vectors).reshape(-1, 6)]
    expected = icons.Store(store).paint(net, goals, progress=False, **FAST).images
    off = np.abs(found.layers[0].icons.reshape(-1, 1, 16, 16, 3).astype(int) - expected).mean((2, 3, 4))
    assert np.diag(off).max() <= 0.1
    assert (off[~np.eye(6, dtype=bool)] > 0.4).all()
