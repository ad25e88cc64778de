"""Non-negative factors: a few directions whose sums make up many activations."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from .errors import BadArgument, MissingExtra, Nonfinite, ShapeMismatch
from .values import check_integer

Doubles = NDArray[np.float64]

MOST, WORTH = 8, 0.02
"""Without a count: groups at most, and the share of the squares that each has to add."""

SEEDS = 2**32
"""scikit-learn takes no seed beyond; larger ones begin anew."""

TURNS, ROUNDS, SETTLED = 20, 500, 1e-6
"""A fit goes on in turns of so many rounds, until one of them adds less than this share of the squares."""


class UnfinishedWarning(UserWarning):
    """A factorization that was still changing when it was stopped."""


@dataclass(frozen=True, eq=False)
class Factors:
    """A matrix (P, C) as weights @ directions, the direction with the largest total weight first.

    weights: (P, g).  directions: (g, C), each with the sum 1.  Both have no negative number.  explained: the share of the
    sum of the matrix's squares that the product makes up, 1 - ‖A - SF‖² / ‖A‖².
    """

    weights: Doubles
    directions: Doubles
    explained: float


def factorize(matrix: Any, count: int | None = None, seed: int = 0) -> Factors:
    """Activations (P, C), none negative, as sums of `count` directions: non-negative matrix factorization.

    count: without one, the smallest from 1 to 8 after which one more direction would add less than 2 % of the squares.
    Coordinate descent in double precision. The order of the rows and of the columns changes the order of the result alone,
    and a factor of the matrix the weights alone. seed: from 0. Warns (UnfinishedWarning) where 10,000 rounds are too few.

    Errors: ShapeMismatch unless (P, C); Nonfinite; BadArgument for negative numbers, for a matrix of zeros, for a seed below
    0, for a count beyond min(P, C) and for one beyond what the matrix is made of; MissingExtra without scikit-learn.

    Source: Lee and Seung 1999; start by Boutsidis and Gallopoulos 2008 (NNDSVDa); as groups of neurons Olah et al. 2018.

    >>> found = factorize([[2.0, 2, 0], [0, 0, 1], [1, 1, 0], [0, 0, 1]], count=2)
    >>> found.directions.round(6) + 0, round(found.explained, 6)
    (array([[0.5, 0.5, 0. ],
           [0. , 0. , 1. ]]), 1.0)
    """
    check_integer("factorize", "seed", seed, 0)
    seed %= SEEDS
    numbers = _checked(matrix)
    room = min(numbers.shape)
    if count is not None:
        check_integer("factorize", "count", count, 1)
        if count > room:
            raise BadArgument(
                f"{count} groups of a matrix of shape {numbers.shape}",
                "no more groups than positions and channels expected",
                f"write count={room}",
            )
    rows, columns = _order(numbers), _order(numbers.T)
    scale = float(numbers.max())
    ordered = numbers[np.ix_(rows, columns)] / scale
    weights, directions, explained = _chosen(ordered, seed, room) if count is None else _fit(ordered, count, seed)
    found = _named(weights, directions, explained)
    return Factors(_placed(found.weights * scale, rows), _placed(found.directions.T, columns).T, explained)


def _checked(matrix: Any) -> Doubles:
    numbers = np.asarray(matrix.detach().cpu() if isinstance(matrix, torch.Tensor) else matrix, np.float64)
    if numbers.ndim != 2 or not numbers.size:
        raise ShapeMismatch(
            f"a matrix of shape {numbers.shape}", "(positions, channels) expected", "write a.reshape(-1, channels)"
        )
    if not np.isfinite(numbers).all():
        raise Nonfinite("a matrix with NaN or infinity", "finite numbers expected", "look at the layer before it")
    if (numbers < 0).any():
        raise BadArgument(
            f"a matrix with negative numbers, the least {numbers.min():.3g}",
            "activations as they are after a ReLU expected",
            "choose the layer after the ReLU, or write matrix.clip(0)",
        )
    if not numbers.any():
        raise BadArgument(
            "a matrix of zeros", "activations that are not all 0 expected", "choose another layer or picture"
        )
    return numbers


def _order(numbers: Doubles) -> NDArray[np.intp]:
    """An order of the rows that depends on the numbers in each of them, not on how rows and columns are ordered."""
    return np.lexsort(np.sort(numbers, axis=1).T)


def _placed(ordered: Doubles, order: NDArray[np.intp]) -> Doubles:
    """Rows back from an order into their places."""
    result = np.empty_like(ordered)
    result[order] = ordered
    return result


def _chosen(numbers: Doubles, seed: int, room: int) -> tuple[Doubles, Doubles, float]:
    """The factors of the smallest count after which one more is not worth it."""
    best = _fit(numbers, 1, seed)
    for count in range(2, min(MOST, room) + 1):
        found = _fit(numbers, count, seed)
        if found[2] - best[2] < WORTH:
            break
        best = found
    return best


def _fit(numbers: Doubles, count: int, seed: int) -> tuple[Doubles, Doubles, float]:
    try:
        from sklearn.decomposition import NMF
    except ImportError as problem:
        raise MissingExtra(
            "factorize needs scikit-learn", "the extra `groups` installed", 'pip install "phosphene[groups]"'
        ) from problem
    squares, share = np.square(numbers).sum(), -1.0
    start: dict[str, Doubles] = {}
    for _ in range(TURNS):
        way = "custom" if start else "nndsvda"
        model = NMF(count, init=way, solver="cd", random_state=seed, max_iter=ROUNDS)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # said below, in words of our own
            start = {"W": np.ascontiguousarray(model.fit_transform(numbers, **start)), "H": model.components_}
        before, share = share, float(1 - np.square(numbers - start["W"] @ start["H"]).sum() / squares)
        if model.n_iter_ < ROUNDS or share - before < SETTLED:
            break
    else:
        warnings.warn(
            f"the factorization into {count} groups still changed after {TURNS * ROUNDS} rounds. A settled one was "
            f"expected. Write count={max(count - 1, 1)}, or take it as a rough one.",
            UnfinishedWarning,
            stacklevel=4,
        )
    return start["W"], start["H"], share


def _named(weights: Doubles, directions: Doubles, explained: float) -> Factors:
    """The scale in the weights, and the largest total first."""
    sums = directions.sum(1)
    totals = weights.sum(0) * sums
    live = int((totals > 1e-9 * totals.max()).sum())
    if live < len(totals):
        raise BadArgument(
            f"{len(totals)} groups of a matrix that {live} make up",
            "no more groups than there are independent ones expected",
            f"write count={live}",
        )
    order = np.argsort(-totals, kind="stable")
    return Factors((weights * sums)[:, order], (directions / sums[:, None])[order], explained)
