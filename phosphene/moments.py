"""Second moments of activations, and vectors with what all activations share taken away.

A few channels answer everywhere; multiplication by the inverse of the second moment M = E[a aᵀ] leaves what is special to
a vector. Everything here is computed in double precision.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .errors import BadArgument, Nonfinite, ShapeMismatch
from .values import check_number

Doubles = NDArray[np.float64]


def second_moment(activations: Any, centered: bool = False) -> Doubles:
    """The mean of a aᵀ over activations (N, C): (C, C); with `centered`, of their differences from the mean activation.

    Errors: ShapeMismatch unless (N, C) with N, C >= 1; Nonfinite.

    >>> second_moment([[1.0, 0.0], [1.0, 2.0]])
    array([[1., 1.],
           [1., 2.]])
    """
    rows = _doubles(activations, "activations")
    if rows.ndim != 2 or not rows.size:
        raise ShapeMismatch(
            f"activations of shape {rows.shape}", "(N, C), one row for each, expected", "write a.reshape(-1, channels)"
        )
    if centered:
        still = rows.max(0) == rows.min(0)  # a mean is rounded; a channel that never changes has no variance at all
        rows = np.where(still, 0, rows - rows.mean(0))
    moment: Doubles = rows.T @ rows / len(rows)
    return (moment + moment.T) / 2


def whitened(vectors: Any, moment: Any, strength: float = 1e-3) -> Doubles:
    """Vectors v (..., C) as M_λ⁻¹ v, with M_λ = (1 - λ) M + λ (tr M / C) I and λ the `strength`, in [0, 1].

    Solved by Cholesky factors, never by an inverse; the condition number is at most C (1 - λ) / λ + 1, so fewer activations
    than channels and channels that are alike do no harm. Channels that are dead, M_cc = 0, take no part: 0 comes out.
    Errors: ShapeMismatch where the channels differ; BadArgument for a moment that is not symmetric or not positive
    definite with this strength; Nonfinite.

    Source: Carter et al. 2019, Activation Atlas, with regularization (Ledoit and Wolf 2004).

    >>> whitened([2.0, 4.0, 1.0], np.diag([1.0, 2.0, 0.0]), strength=0)
    array([2., 2., 0.])
    """
    check_number("whitened", "strength", strength, 0, 1)
    numbers, matrix = _doubles(vectors, "vectors"), _moment(moment)
    channels = len(matrix)
    if not numbers.ndim or numbers.shape[-1] != channels:
        raise ShapeMismatch(
            f"vectors of shape {numbers.shape} and a moment of {channels} channels",
            f"vectors (..., {channels}) expected",
            "put the channels last: a.permute(0, 2, 3, 1)",
        )
    live = np.diag(matrix) > 0
    result = np.zeros_like(numbers)
    if live.any():
        result[..., live] = _solved(matrix[np.ix_(live, live)], numbers[..., live], strength)
    return result


def whitening(moment: Any, strength: float = 1e-3) -> Doubles:
    """W (K, C) with W'W = M_λ⁻¹ on the K channels that are not dead, and 0 for the others; M_λ as in `whitened`.

    The dot product of W a and W v is that of a with the whitened v.  Errors: BadArgument, ShapeMismatch, Nonfinite.

    >>> whitening(np.diag([4.0, 0.0, 1.0]), strength=0)
    array([[0.5, 0. , 0. ],
           [0. , 0. , 1. ]])
    """
    check_number("whitening", "strength", strength, 0, 1)
    matrix = _moment(moment)
    live = np.diag(matrix) > 0
    result = np.zeros((int(live.sum()), len(matrix)))
    if live.any():
        factor = _factor(matrix[np.ix_(live, live)], strength)
        unit = torch.eye(len(factor), dtype=torch.float64)
        result[:, live] = torch.linalg.solve_triangular(factor, unit, upper=False).numpy()
    return result


def _solved(matrix: Doubles, vectors: Doubles, strength: float) -> Doubles:
    """M_λ⁻¹ v for a moment without dead channels."""
    columns = torch.from_numpy(np.ascontiguousarray(vectors.reshape(-1, len(matrix)).T))
    solved: Doubles = torch.cholesky_solve(columns, _factor(matrix, strength)).T.numpy().reshape(vectors.shape)
    return solved


def _factor(matrix: Doubles, strength: float) -> Tensor:
    """The Cholesky factor of M_λ for a moment without dead channels."""
    count = len(matrix)
    regular = (1 - strength) * matrix + strength * np.trace(matrix) / count * np.eye(count)
    factor, problem = torch.linalg.cholesky_ex(torch.from_numpy(regular))
    if bool(problem):
        raise BadArgument(
            f"a moment that is not positive definite with strength={strength:g}",
            "the second moment of activations, regularized where channels are alike or outnumber them, expected",
            "write strength=1e-3",
        )
    return cast(Tensor, factor)


def _moment(moment: Any) -> Doubles:
    """A square symmetric matrix without negative numbers on its diagonal."""
    matrix = _doubles(moment, "moment")
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ShapeMismatch(f"a moment of shape {matrix.shape}", "(C, C) expected", "write second_moment(activations)")
    size = float(np.abs(matrix).max(initial=0))
    if bool((np.abs(matrix - matrix.T) > 1e-9 * size).any()) or bool((np.diag(matrix) < 0).any()):
        raise BadArgument(
            "a moment that is no second moment",
            "a symmetric matrix with no negative number on its diagonal expected",
            "write second_moment(activations)",
        )
    return matrix


def _doubles(numbers: Any, name: str) -> Doubles:
    array = np.asarray(numbers.detach().cpu() if isinstance(numbers, Tensor) else numbers, np.float64)
    if not np.isfinite(array).all():
        raise Nonfinite(f"{name} with NaN or infinity", "finite numbers expected", "look at the layer before it")
    return array
