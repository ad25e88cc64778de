"""Layout methods as values."""

from __future__ import annotations

import pickle
import sys
from typing import Any

import numpy as np
import pytest

import phosphene as ph
from phosphene.atlas import Method, pca, umap
from phosphene.errors import BadArgument, MissingExtra


@pytest.mark.parametrize("method", [pca(), umap(), umap(neighbors=20, distance=0.01, metric="euclidean")])
def test_methods_are_frozen_values(method: Method) -> None:
    assert ph.parse(repr(method)) == method == pickle.loads(pickle.dumps(method))
    assert len({method, ph.parse(repr(method))}) == 1


def test_methods_print_as_source() -> None:
    assert repr(umap()) == "atlas.umap()"
    assert repr(umap(20, distance=0.1)) == "atlas.umap(neighbors=20, distance=0.1)"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"neighbors": 1}, "neighbors is 1"),
        ({"neighbors": 2.0}, "neighbors is 2.0"),
        ({"distance": -0.1}, "distance is -0.1"),
        ({"distance": 2}, "a number from 0 to 1 expected"),
        ({"metric": "cosinus"}, "one of 'cosine', 'euclidean' expected"),
    ],
)
def test_bad_arguments_are_refused(arguments: Any, message: str) -> None:
    with pytest.raises(BadArgument, match=message):
        umap(**arguments)


@pytest.mark.parametrize(
    ("count", "neighbors", "instead"),
    [(30, 50, r"or write atlas\.umap\(neighbors=29\)"), (50, 50, "neighbors=49"), (4, 2, r"write atlas\.pca\(\)")],
)
def test_too_few_activations_for_umap_are_refused(count: int, neighbors: int, instead: str) -> None:
    with pytest.raises(BadArgument, match=instead):
        umap(neighbors)(np.eye(count), 0)


def test_without_umap_learn_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(MissingExtra, match=r'pip install "phosphene\[atlas\]"'):
        umap(5)(np.eye(20), 0)


def test_versions_are_said() -> None:
    assert pca().versions() == {"numpy": np.__version__}
