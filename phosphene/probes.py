"""Linear probes: what tells the activations of some pictures from those of others."""

from __future__ import annotations

import torch
from torch import Tensor

from .errors import BadArgument, MissingExtra, ShapeMismatch
from .values import check_integer


def probe(activations: Tensor, others: Tensor, *, parts: int = 1) -> Tensor:
    """The weights of a logistic regression that tells activations (P, C, h, w) from others (Q, C, h, w).

    parts: rows and columns of places over which activations are averaged first. Returns (C,), or (C, parts, parts). A score
    is positive for the first kind. The intercept is left out; the weights of a part have the Euclidean length 1, in the mean.
    Errors: ShapeMismatch, BadArgument; MissingExtra without scikit-learn.  Source: Goh et al. 2021 (facets).

    >>> left, right = torch.zeros(2, 4, 2, 2, 2)
    >>> left[:, 0], right[:, 1] = 1, 1
    >>> probe(left, right)
    tensor([ 0.7071, -0.7071])
    """
    check_integer("probe", "parts", parts, 1)
    if activations.dim() != 4 or activations.shape[1:] != others.shape[1:]:
        raise ShapeMismatch(
            f"activations of shapes {tuple(activations.shape)} and {tuple(others.shape)}",
            "both (pictures, C, h, w) expected, of one layer",
            "write phosphene.recipes.probes(model, pictures, others, layers)",
        )
    if not len(activations) or not len(others):
        raise BadArgument(
            f"{len(activations)} pictures and {len(others)} others", "some of both expected", "give one at least"
        )
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as problem:
        raise MissingExtra(
            "probe needs scikit-learn", "the extra `groups` installed", 'pip install "phosphene[groups]"'
        ) from problem
    seen = torch.nn.functional.adaptive_avg_pool2d(torch.cat([activations, others]).double().cpu(), parts)
    flat = (seen / seen.std().clamp_min(1e-12)).flatten(1).numpy()
    told = LogisticRegression(max_iter=2000).fit(flat, [1] * len(activations) + [0] * len(others))
    weights = torch.from_numpy(told.coef_[0]).float().reshape(seen.shape[1:])
    weights = weights / weights.square().sum(0).mean().sqrt().clamp_min(1e-12)
    return weights.flatten() if parts == 1 else weights
