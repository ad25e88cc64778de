"""The layout method that keeps neighbours of few and sparse pictures: t-SNE."""

from __future__ import annotations

from importlib import import_module
from typing import ClassVar

import numpy as np

from ..errors import BadArgument, MissingExtra
from ..values import check_choice, check_integer, check_number
from .census import Doubles
from .methods import Method


class tsne(Method):
    """Neighbours stay neighbours: t-distributed stochastic neighbour embedding (van der Maaten and Hinton 2008).

    perplexity: of how many neighbours each picture takes note.  metric: "cosine" or "euclidean".  axes: 2 for `layout`, 1
    for a line, as `compared` takes it.  Without the atlas' usual distances: sparse sets, such as those of one class, keep
    their groups. Starts from the principal components; seeded, on one thread. For some thousand pictures, not for millions.
    Errors: BadArgument for no more activations than perplexity; MissingExtra without scikit-learn.

    >>> tsne(axes=1)
    atlas.tsne(axes=1)
    """

    perplexity: int | float = 50
    metric: str = "cosine"
    axes: int = 2

    packages: ClassVar[tuple[str, ...]] = ("scikit-learn", "numpy", "scipy")

    def __post_init__(self) -> None:
        check_number(self.word, "perplexity", self.perplexity, 1)
        check_choice(self.word, "metric", self.metric, ("cosine", "euclidean"))
        check_integer(self.word, "axes", self.axes, 1, 2)

    def __call__(self, points: Doubles, seed: int) -> Doubles:
        """The places (n, axes) of more than `perplexity` points."""
        if len(points) <= self.perplexity:
            raise BadArgument(
                f"{len(points)} activations to lay out by {self!r}",
                f"more than perplexity={self.perplexity:g} expected",
                "collect more pictures, or write "
                + (f"{_smaller(self, len(points))!r}" if len(points) > 2 else "atlas.pca()"),
            )
        try:
            manifold, pools = import_module("sklearn.manifold"), import_module("threadpoolctl")
        except ImportError as problem:
            raise MissingExtra(
                "atlas.tsne needs scikit-learn", "the extra `atlas` installed", 'pip install "phosphene[atlas]"'
            ) from problem
        fit = manifold.TSNE(
            self.axes, perplexity=float(self.perplexity), metric=self.metric, init="pca", random_state=seed, n_jobs=1
        )
        with pools.threadpool_limits(1):
            places: Doubles = np.asarray(fit.fit_transform(points), np.float64)
        return places


def _smaller(method: tsne, count: int) -> tsne:
    return tsne(perplexity=max(1, (count - 1) // 3), metric=method.metric, axes=method.axes)
