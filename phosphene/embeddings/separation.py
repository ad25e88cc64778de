"""How far classes stand apart: silhouettes, and how often the neighbours of a picture vote for its class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import BadArgument, ShapeMismatch
from ..values import check_choice, check_integer
from .nearest import BLOCK, Metric, neighbours, prepared, rows

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Separation:
    """Of n pictures in K classes.

    classes: (K,), their labels, ascending.  count: (K,).  silhouettes: (n,), NaN for pictures without a label.  predicted:
    (n,), the class that the k neighbours vote for, -1 without a label.  label: (n,), the classes as given.
    """

    classes: NDArray[np.int64]
    count: NDArray[np.int64]
    label: NDArray[np.int64]
    silhouettes: Doubles
    predicted: NDArray[np.int64]
    k: int
    metric: Metric

    @property
    def silhouette(self) -> float:
        """The mean over all pictures, from -1 to 1."""
        return float(self.silhouettes[self.label >= 0].mean())

    @property
    def accuracy(self) -> float:
        """The share of pictures for whose class their neighbours vote."""
        return float((self.predicted == self.label)[self.label >= 0].mean())

    @property
    def silhouette_of(self) -> Doubles:
        """The mean over each class, (K,)."""
        return np.array([self.silhouettes[self.label == one].mean() for one in self.classes])

    @property
    def accuracy_of(self) -> Doubles:
        """The share in each class, (K,)."""
        return np.array([(self.predicted == self.label)[self.label == one].mean() for one in self.classes])

    def __repr__(self) -> str:
        return (
            f"Separation({len(self.classes)} classes of {int(self.count.sum())} pictures, {self.metric}: "
            f"silhouette {self.silhouette:.3f}, {self.k}-neighbour accuracy {self.accuracy:.3f})"
        )


def separation(points: Any, labels: Any, k: int = 5, metric: Metric = "cosine") -> Separation:
    """How far the classes of points (n, d) stand apart; labels: (n,), -1 for those that are left out.

    The silhouette of a picture is (b - a) / max(a, b), where a is its mean distance to the others of its class and b the
    smallest mean distance to those of another class; 0 for the only one of a class (Rousseeuw 1987). The neighbours are the k
    nearest of all others; of classes with as many votes the smaller label is chosen.
    Errors: BadArgument for fewer than 2 classes, for as many classes as pictures, for k beyond n - 1; those of `neighbours`.

    >>> separation([[0.0], [1], [10], [11]], [0, 0, 1, 1], k=1, metric="euclidean")
    Separation(2 classes of 4 pictures, euclidean: silhouette 0.900, 1-neighbour accuracy 1.000)
    """
    check_choice("separation", "metric", metric, ("cosine", "euclidean"))
    numbers, label = rows(points, "points"), np.asarray(labels, np.int64)
    if label.shape != (len(numbers),):
        raise ShapeMismatch(
            f"labels of shape {label.shape}", f"one for each of {len(numbers)} points expected", "give all"
        )
    known = label >= 0
    classes, own, count = np.unique(label[known], return_inverse=True, return_counts=True)
    if not 2 <= len(classes) < int(known.sum()):
        raise BadArgument(
            f"{len(classes)} classes of {int(known.sum())} pictures with labels",
            "two classes or more, one of them with several pictures, expected",
            "give labels=, or a source that has them",
        )
    check_integer("separation", "k", k, 1, int(known.sum()) - 1)
    some = numbers[torch.from_numpy(known)]
    silhouettes, predicted = np.full(len(label), np.nan), np.full(len(label), -1)
    silhouettes[known] = _silhouettes(prepared(some, metric), own, count, metric)
    predicted[known] = classes[_voted(some, own, len(classes), k, metric)]
    return Separation(classes, count, label, silhouettes, predicted, k, metric)


def _silhouettes(points: Tensor, own: NDArray[np.int64], count: NDArray[np.int64], metric: Metric) -> Doubles:
    belongs = torch.nn.functional.one_hot(torch.from_numpy(own), len(count)).double()
    sums = torch.cat([_distances(points, some, metric) @ belongs for some in _blocks(points)]).numpy()
    here = np.arange(len(own))
    inside = sums[here, own] / np.maximum(count[own] - 1, 1)
    means = sums / count
    means[here, own] = np.inf
    outside = means.min(1)
    most = np.maximum(inside, outside)
    result: Doubles = np.where((count[own] > 1) & (most > 0), (outside - inside) / np.where(most > 0, most, 1), 0)
    return result


def _distances(points: Tensor, some: Tensor, metric: Metric) -> Tensor:
    found = torch.cdist(some, points, compute_mode="donot_use_mm_for_euclid_dist")
    return found.square() / 2 if metric == "cosine" else found


def _blocks(points: Tensor) -> tuple[Tensor, ...]:
    return torch.split(points, max(1, BLOCK // len(points)))


def _voted(points: Tensor, own: NDArray[np.int64], classes: int, k: int, metric: Metric) -> NDArray[np.int64]:
    """The class that most of the k nearest others have."""
    index, _ = neighbours(points, points, k + 1, metric)
    itself = index == np.arange(len(own))[:, None]
    itself[~itself.any(1), -1] = True  # among more than k that stand at the same place
    others = index[~itself].reshape(len(own), k)
    votes = np.zeros((len(own), classes), np.int64)
    np.add.at(votes, (np.arange(len(own))[:, None], own[others]), 1)
    result: NDArray[np.int64] = votes.argmax(1)
    return result
