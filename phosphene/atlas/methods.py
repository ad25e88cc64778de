"""How directions become places in the plane: values of the room `atlas`, each a function of points and a seed.

Any other function (n, d), seed -> (n, 2) may stand in their place. Rows come in the order of the pictures' keys; a method
whose result depends on the order of its rows gives the same layout for the same pictures nevertheless.
"""

from __future__ import annotations

import contextlib
import importlib
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any, ClassVar

import numpy as np

from ..errors import BadArgument, MissingExtra
from ..values import Value, check_choice, check_integer, check_number
from .census import Doubles
from .projection import signed

USUAL = (
    "Tensorflow not installed",  # an extra of that package
    "Spectral initialisation failed",  # clusters that are far from each other, or few rows: it starts at random places
    "Graph is not fully connected",
    r"A (few|large number) of your vertices were disconnected",  # those have no place, and a layout counts them
)
"""Warnings of UMAP that a layout needs none of."""


class Method(Value, room="atlas", abstract=True):
    """A layout: called with points (n, d), doubles of length 1, and a seed, it gives places (n, 2), NaN where it has none.

    packages: those whose versions change the places; a layout says them.
    """

    packages: ClassVar[tuple[str, ...]] = ("numpy",)

    def __call__(self, points: Doubles, seed: int) -> Doubles:
        """The places of the points."""
        raise NotImplementedError

    def versions(self) -> dict[str, str]:
        """The packages that made the places, as installed."""
        return {name: version(name) for name in self.packages}


def check_method(method: Any, usual: str = "atlas.umap()", places: str = "(n, 2)") -> None:
    """Refuse what cannot lay points out: what cannot be called, and a class that was not; `usual` is what to write."""
    if isinstance(method, type) and issubclass(method, Method):
        name = f"atlas.{method.__name__}"
        raise BadArgument(f"{name}, the class, as a method", "a value of it expected", f"write method={name}()")
    if isinstance(method, type) or not callable(method):
        raise BadArgument(
            f"{method!r} as a method", f"a function (n, d), seed -> {places} expected", f"write method={usual}"
        )


class umap(Method):
    """Neighbours stay neighbours: uniform manifold approximation and projection (McInnes et al. 2018).

    neighbors: of each picture, itself included; more of them show the whole, fewer the detail.  distance: about the least
    one between two places; 0.05, which Carter et al. 2019 have for a million pictures, leaves most cells empty with fewer.
    metric: "cosine" or "euclidean", between activations of length 1.

    Seeded, on one thread: the same places for the same seed, machine and package versions; elsewhere only the same
    neighbourhoods, so keep the layout. The first call in a process compiles for about a minute.
    Errors: BadArgument for no more activations than neighbors; MissingExtra without umap-learn.

    >>> umap(neighbors=20)
    atlas.umap(neighbors=20)
    """

    neighbors: int = 50
    distance: int | float = 0.5
    metric: str = "cosine"

    packages: ClassVar[tuple[str, ...]] = ("umap-learn", "pynndescent", "numba", "numpy", "scipy", "scikit-learn")

    def __post_init__(self) -> None:
        check_integer(self.word, "neighbors", self.neighbors, 2)
        check_number(self.word, "distance", self.distance, 0, 1)
        check_choice(self.word, "metric", self.metric, ("cosine", "euclidean"))

    def __call__(self, points: Doubles, seed: int) -> Doubles:
        """The places of at least neighbors + 1 points."""
        count = len(points)
        if count <= self.neighbors or count < 5:
            raise BadArgument(
                f"{count} activations to lay out by {self!r}",
                f"more than neighbors={self.neighbors}, and 5 or more, expected",
                f"collect more pictures, or write {umap(neighbors=count - 1)!r}" if count > 4 else "write atlas.pca()",
            )
        with _quiet():
            fit = _package("umap").UMAP(
                n_neighbors=self.neighbors,
                min_dist=float(self.distance),
                metric=self.metric,
                random_state=seed,
                n_jobs=1,
            )
            places: Doubles = np.asarray(fit.fit_transform(points.astype(np.float32)), np.float64)
        return places


class pca(Method):
    """The two directions of the largest variance; at once, and for any number of points.

    >>> pca()(np.array([[1.0, 0], [0, 1], [-1, 0]]), 0).round(3) + 0
    array([[ 1.   , -0.333],
           [ 0.   ,  0.667],
           [-1.   , -0.333]])
    """

    def __call__(self, points: Doubles, seed: int) -> Doubles:
        """The places; an axis along which nothing differs is 0."""
        centered = points - points.mean(0)
        sizes, vectors = np.linalg.eigh(centered.T @ centered)
        places = np.zeros((len(points), 2))
        axes = [axis for axis in range(len(sizes))[::-1][:2] if sizes[axis] > 1e-9 * sizes[-1]]
        places[:, : len(axes)] = centered @ signed(vectors[:, axes])
        return places


def _package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as problem:
        raise MissingExtra(
            "atlas.umap needs umap-learn", "the extra `atlas` installed", 'pip install "phosphene[atlas]"'
        ) from problem


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """One thread, and none of the warnings that say what is usual here."""
    with contextlib.ExitStack() as stack, warnings.catch_warnings():
        for text in USUAL:
            warnings.filterwarnings("ignore", text)
        stack.enter_context(_package("threadpoolctl").threadpool_limits(1))
        yield
