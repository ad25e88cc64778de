"""Nearest neighbours: those with the smallest distances, exactly, without all distances at a time."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import BadArgument, ShapeMismatch
from ..values import check_choice, check_integer

Metric = Literal["cosine", "euclidean"]
BLOCK = 2**23
"""Distances that are held at a time."""
SPARE = 8
"""Candidates more than are asked for; of these the distances are measured once more, without rounding."""


def neighbours(
    points: Any, queries: Any, k: int, metric: Metric = "euclidean"
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The k points nearest to each query: their numbers (q, k) and their distances (q, k), the nearest first.

    points: (n, d).  queries: (q, d).  metric: "euclidean", or "cosine", 1 minus the cosine.  Of equal distances the smaller
    number comes first.  Errors: ShapeMismatch; BadArgument for k beyond n, numbers that are not finite, and a row of zeros,
    which has no cosine.

    >>> neighbours([[0.0, 0], [3, 4], [1, 0]], [[0.0, 0]], 2)[1]
    array([[0., 1.]])
    """
    check_choice("neighbours", "metric", metric, ("cosine", "euclidean"))
    known, asked = rows(points, "points"), rows(queries, "queries")
    if known.shape[1] != asked.shape[1]:
        raise ShapeMismatch(
            f"points of {known.shape[1]} numbers and queries of {asked.shape[1]}", "as many expected", "use one layer"
        )
    check_integer("neighbours", "k", k, 1, len(known))
    known, asked = (prepared(one, metric) for one in (known, asked))
    step = max(1, BLOCK // len(known))
    parts = [_block(known, some, k) for some in torch.split(asked, step)] or [_block(known, asked, k)]
    index, distance = (torch.cat(part) for part in zip(*parts, strict=True))
    if metric == "cosine":
        distance = distance.square() / 2
    return index.numpy(), distance.numpy()


def rows(given: Any, name: str) -> Tensor:
    """Numbers (n, d) in double precision; ShapeMismatch, BadArgument."""
    numbers = torch.as_tensor(np.asarray(given, np.float64))
    if numbers.ndim != 2:
        raise ShapeMismatch(
            f"{name} of shape {tuple(numbers.shape)}", "(n, d) expected", "write one row for each picture"
        )
    if not bool(torch.isfinite(numbers).all()):
        raise BadArgument(f"{name} with NaN or infinity", "finite numbers expected", "leave those rows out")
    return numbers


def prepared(numbers: Tensor, metric: Metric) -> Tensor:
    """Rows whose euclidean distances order as the metric does: for the cosine of length 1, d² / 2 = 1 - cos."""
    if metric == "euclidean":
        return numbers
    length = numbers.norm(dim=1, keepdim=True)
    if bool((length == 0).any()):
        raise BadArgument(
            f"{int((length == 0).sum())} rows of zeros, which have no direction",
            "rows with a direction expected",
            'write metric="euclidean", or leave them out',
        )
    unit: Tensor = numbers / length
    return unit


def _block(known: Tensor, asked: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Neighbours of some queries: candidates by products of matrices, whose distances are then measured exactly."""
    wide = min(k + SPARE, len(known))
    rough, index = torch.cdist(asked, known).topk(wide, largest=False)
    exact = (asked[:, None] - known[index]).norm(dim=2)
    index, exact = _ordered(index, exact, k)
    # A product of matrices is wrong by a few units in the last place of the squares of the lengths.
    error = (
        (64 + known.shape[1]) * torch.finfo(torch.float64).eps * (known.square().sum(1).amax() + asked.square().sum(1))
    )
    unsure = rough[:, -1].square() <= rough[:, k - 1].square() + 2 * error
    if wide < len(known) and bool(unsure.any()):
        index[unsure], exact[unsure] = _plain(known, asked[unsure], k)
    return index, exact


def _plain(known: Tensor, asked: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The same from all distances, for many points that are equally far."""
    parts = []
    for one in asked:
        distance = (one - known).norm(dim=1)
        order = torch.sort(distance, stable=True).indices[:k]
        parts.append((order, distance[order]))
    index, distance = (torch.stack(part) for part in zip(*parts, strict=True))
    return index, distance


def _ordered(index: Tensor, distance: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k smallest of each row, of equal ones the smaller number first."""
    order = torch.from_numpy(np.lexsort((index.numpy(), distance.numpy()), 1)[:, :k])
    return index.gather(1, order), distance.gather(1, order)
