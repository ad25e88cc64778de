"""Layouts by UMAP against UMAP itself, and what they are for: pictures that are alike stand together.

UMAP compiles for about a minute in each process: all that needs it is computed once.
"""

from __future__ import annotations

import importlib.util
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from scipy.stats import vonmises_fisher

from phosphene.atlas import Layout, cell_of, cells, layout, umap
from phosphene.collection import Rows
from tests.atlas_rows import made, parts, whole

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("umap") is None, reason="the extra `atlas` is not installed"),
]

CLUSTERS, CHANNELS, COUNT, MARKS = 20, 64, 2400, 1200
METHOD = umap(neighbors=20, distance=0.01)


class Fits(NamedTuple):
    """The layouts of one set of clusters: by landmarks, also of shuffled rows; of all rows; and UMAP's own of the latter."""

    rows: Rows
    cluster: Any
    marked: Layout
    shuffled: Layout
    full: Layout
    direct: Any
    states: tuple[Any, Any]


def state() -> list[Any]:
    return [np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()]


@pytest.fixture(scope="session")
def fits() -> Fits:
    dice = np.random.default_rng(0)
    means = dice.normal(size=(CLUSTERS, CHANNELS))
    means /= np.linalg.norm(means, axis=1)[:, None]
    cluster = dice.integers(0, CLUSTERS, COUNT)
    drawn = np.empty((COUNT, CHANNELS))
    for number, mean in enumerate(means):
        drawn[cluster == number] = vonmises_fisher(mean, 80, seed=dice).rvs((cluster == number).sum())
    rows = made(drawn * dice.lognormal(0, 1, (COUNT, 1)))
    before = state()
    marked = layout(whole(rows), METHOD, seed=3, landmarks=MARKS, components=50)
    shuffled = layout(
        parts(rows, 100, 333, order=dice.permutation(COUNT)), METHOD, seed=3, landmarks=MARKS, components=50
    )
    full = layout(whole(rows), METHOD, seed=3, components=CHANNELS)
    after = state()
    import umap as package

    order = sorted(range(COUNT), key=lambda i: rows.key[i].tobytes())
    a = rows.activation[order].astype(np.float64)
    a = np.rint(a / np.linalg.norm(a, axis=1)[:, None] * 2**20) / 2**20
    direct = np.empty((COUNT, 2))
    direct[order] = package.UMAP(
        n_neighbors=20, min_dist=0.01, metric="cosine", random_state=3, n_jobs=1
    ).fit_transform(a.astype(np.float32))
    return Fits(rows, cluster, marked, shuffled, full, direct, (before, after))


def purity(place: Any, cluster: Any, count: int = 15) -> float:
    seen = np.isfinite(place).all(1)
    place, cluster = place[seen], cluster[seen]
    distance = np.linalg.norm(place[:, None] - place[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    nearest = np.argsort(distance, axis=1)[:, :count]
    return float((cluster[nearest] == cluster[:, None]).mean())


def test_a_layout_is_umaps_own_turned_and_scaled(fits: Fits) -> None:
    seen = np.isfinite(fits.full.place).all(1)
    centered = fits.direct - fits.direct.mean(0)
    turned = centered @ np.linalg.svd(centered, full_matrices=False)[2].T
    turned *= np.where((turned**3).sum(0) < 0, -1, 1)
    low, high = np.percentile(turned, [1, 99], axis=0)
    expected = (turned - low + 0.1 * (high - low)) / (1.2 * (high - low))
    inside = ((expected >= 0) & (expected <= 1)).all(1)
    assert (inside == seen).all()
    np.testing.assert_allclose(fits.full.place[seen], expected[seen], atol=1e-6)


def test_the_order_of_the_input_changes_no_bit(fits: Fits) -> None:
    np.testing.assert_array_equal(fits.shuffled.place, fits.marked.place)
    assert fits.shuffled.outliers == fits.marked.outliers


def test_the_global_random_state_is_left_alone(fits: Fits) -> None:
    before, after = fits.states
    assert before == after


def test_clusters_stay_whole(fits: Fits) -> None:
    full, marked = (purity(one.place, fits.cluster) for one in (fits.full, fits.marked))
    assert full >= 0.98
    assert marked > full - 0.01
    assert sum(fits.full.outliers.values()) + np.isfinite(fits.full.place[:, 0]).sum() == COUNT
    assert fits.marked.outliers.get("far", 0) <= 0.03 * COUNT


@pytest.mark.parametrize("name", ["full", "marked"])
def test_cells_are_pure(fits: Fits, name: str) -> None:
    found = getattr(fits, name)
    for level in cells(whole(fits.rows), found, sides=(20, 40)):
        where = cell_of(found.place, level.side)
        most = [np.bincount(fits.cluster[where == cell]).max() for cell in level.cell]
        assert len(level.cell) >= CLUSTERS
        assert np.mean(most / level.count) >= 0.95
        assert sum(most) / level.count.sum() >= 0.95


def test_versions_are_said(fits: Fits) -> None:
    assert fits.full.made["method"] == "atlas.umap(neighbors=20, distance=0.01)"
    assert {"umap-learn", "pynndescent", "numba"} <= set(fits.full.made)
