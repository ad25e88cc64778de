"""t-SNE as a method of layouts."""

from __future__ import annotations

import pickle
import sys
from typing import Any

import numpy as np
import pytest

import phosphene as ph
from phosphene.atlas import Method, layout, tsne
from phosphene.errors import BadArgument, MissingExtra
from tests.atlas_rows import made, parts, whole


def clusters(count: int = 3, each: int = 30, channels: int = 12) -> Any:
    dice = np.random.default_rng(0)
    centres = 3 * np.eye(channels)[:count]
    return np.repeat(centres, each, 0) + dice.random((count * each, channels)) * 0.5


@pytest.mark.parametrize("method", [tsne(), tsne(perplexity=5.5, metric="euclidean", axes=1)])
def test_it_is_a_frozen_value(method: Method) -> None:
    assert ph.parse(repr(method)) == method == pickle.loads(pickle.dumps(method))


def test_groups_stay_together_and_the_seed_decides() -> None:
    rows = made(clusters())
    found = layout(whole(rows), tsne(perplexity=10), seed=3)
    again = layout(parts(rows, 7, order=np.random.default_rng(1).permutation(90)), tsne(perplexity=10), seed=3)
    np.testing.assert_array_equal(found.place, again.place)
    assert "scikit-learn" in found.made
    group = np.arange(90) // 30
    seen = np.isfinite(found.place).all(1)
    distance = np.linalg.norm(found.place[seen][:, None] - found.place[seen][None], axis=2)
    np.fill_diagonal(distance, np.inf)
    assert (group[seen][distance.argmin(1)] == group[seen]).all()


def test_one_axis_is_a_line() -> None:
    points = clusters() / np.linalg.norm(clusters(), axis=1, keepdims=True)
    line = tsne(perplexity=10, axes=1)(points, 0)
    assert line.shape == (90, 1)
    np.testing.assert_array_equal(line, tsne(perplexity=10, axes=1)(points, 0))
    other = tsne(perplexity=10, axes=1)(points, 1)
    assert np.corrcoef(line[:, 0], other[:, 0])[0, 1] > 0.99, "it starts from the principal components"
    spans = sorted((line[k : k + 30].min(), line[k : k + 30].max()) for k in (0, 30, 60))
    assert spans[0][1] < spans[1][0] < spans[1][1] < spans[2][0], "three groups, one after the other"


def test_the_global_random_state_is_left_alone() -> None:
    np.random.seed(5)
    before = np.random.get_state()[1].copy()  # type: ignore[index, union-attr]
    tsne(perplexity=5)(clusters(), 0)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # type: ignore[index]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"perplexity": 0}, "perplexity is 0"),
        ({"metric": "cosinus"}, "one of 'cosine', 'euclidean' expected"),
        ({"axes": 3}, "axes is 3"),
    ],
)
def test_bad_arguments_are_refused(arguments: Any, message: str) -> None:
    with pytest.raises(BadArgument, match=message):
        tsne(**arguments)


def test_too_few_activations_are_refused() -> None:
    with pytest.raises(BadArgument, match=r"30 activations.*or write atlas\.tsne\(perplexity=9, axes=1\)"):
        tsne(axes=1)(np.eye(30), 0)
    with pytest.raises(BadArgument, match=r"or write atlas\.pca\(\)"):
        tsne()(np.eye(2), 0)


def test_without_scikit_learn_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.manifold", None)
    with pytest.raises(MissingExtra, match=r'pip install "phosphene\[atlas\]"'):
        tsne(5)(np.eye(20), 0)
