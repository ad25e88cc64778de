"""Metric losses: how far a batch of embeddings is from classes that lie close together and far from one another.

Each is a loss, positive or 0, that the user subtracts: `-triplet("pool", labels)`. Its mean over the batch is the mean over
the pairs (triplets, ...) of the batch, each counted at its anchor. The embedding is the activation at the layer, all its
numbers; of a network that is trained by `param.weights`, it is "image". Losses with a center for each class: `margins`.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from .labels import Compared, Fourfold, Mined, Paired, numbered
from .pairs import Metric, Mining, alike, by_anchor, by_row, distances, every_triplet, mined, vectors
from .term import term


@term(couples=True)
def contrastive(
    activation: Tensor,
    *,
    labels: Compared,
    convention: Literal["hadsell", "linear"],
    margin: float = 1,
    normalize: bool = False,
) -> Tensor:
    """Distance within classes, lack of distance between them: the mean over the pairs of each kind, added up.

    convention: "hadsell", d^2 / 2 and [margin - d]+^2 / 2 (Hadsell et al. 2006); "linear", d and [margin - d]+
    (pytorch-metric-learning, which normalizes).  normalize: embeddings of length 1.

    >>> contrastive("pool", (0, 0, 1), "hadsell", margin=3)
    contrastive('pool', (0, 0, 1), 'hadsell', margin=3)
    >>> points = torch.tensor([[0.0, 0], [2, 0], [0, 1]])
    >>> contrastive("pool", (0, 0, 1), "linear", margin=3)({"pool": points}).tolist()
    [4.5, 3.572949171066284, 3.072949171066284]
    """
    d = distances(vectors(activation, normalize), "euclidean")
    near, apart = alike(numbered(labels, activation))
    lacking = (margin - d).clamp_min(0)
    if convention == "linear":
        return by_row(d, near) + by_row(lacking, apart)
    return by_row(d.square() / 2, near) + by_row(lacking.square() / 2, apart)


@term(couples=True)
def triplet(
    activation: Tensor,
    *,
    labels: Mined,
    margin: float = 0.2,
    distance: Metric = "squared",
    normalize: bool = False,
    mining: Mining = "all",
) -> Tensor:
    """[d(a, p) - d(a, n) + margin]+, the mean over the triplets of anchor, positive and negative that are mined.

    distance: "squared" (Schroff et al. 2015) or "euclidean" (pytorch-metric-learning).  mining: by the gap d(a, n) - d(a, p):
    "easy", above the margin; "semihard", in (0, margin]; "hard", 0 or below; "violating", the latter two; "all", every
    triplet. Without a triplet of that kind in the batch it is 0.
    """
    between = distances(vectors(activation, normalize), distance)
    a, p, n = mined(between, numbered(labels, activation), margin, mining)
    return by_anchor((between[a, p] - between[a, n] + margin).clamp_min(0), a, len(activation))


@term(couples=True)
def quadruplet(
    activation: Tensor, *, labels: Fourfold, margin: float = 1, second: float = 0.5, normalize: bool = False
) -> Tensor:
    """The mean of [d2(a, p) - d2(a, n) + margin]+ and that of [d2(a, p) - d2(m, n) + second]+, added up.

    d2: squared distances; a, p: of one class; m, n: of two others.  Source: Chen et al. 2017.
    """
    between, classes = distances(vectors(activation, normalize)), numbered(labels, activation)
    a, p, n = every_triplet(classes)
    first = by_anchor((between[a, p] - between[a, n] + margin).clamp_min(0), a, len(activation))
    near, apart = alike(classes)
    (a, p), (m, n) = near.nonzero(as_tuple=True), apart.triu().nonzero(as_tuple=True)
    pair, other = ((classes[a][:, None] != classes[m]) & (classes[a][:, None] != classes[n])).nonzero(as_tuple=True)
    losses = (between[a, p][pair] - between[m, n][other] + second).clamp_min(0)
    return first + by_anchor(losses, a[pair], len(activation))


@term(couples=True)
def n_pair(activation: Tensor, *, labels: Paired, normalize: bool = False) -> Tensor:
    """log(1 + sum over other classes j of exp(a_i . p_j - a_i . p_i)), the mean over the classes i with two pictures.

    The first picture of a class is its anchor a, the second its positive p; further ones are not looked at.
    normalize: as pytorch-metric-learning does.  Source: Sohn 2016 (without).
    """
    x, classes = vectors(activation, normalize), numbered(labels, activation)
    order = torch.arange(len(classes), device=classes.device)
    place = (alike(classes)[0] & (order < order[:, None])).sum(1)  # how many of its class stand before it
    anchor = (place == 0).nonzero()[:, 0]
    partner = (classes[anchor][:, None] == classes) & (place == 1)
    anchor, positive = anchor[partner.any(1)], partner.nonzero()[:, 1]
    likeness = x[anchor] @ x[positive].T
    return by_anchor(likeness.logsumexp(1) - likeness.diagonal(), anchor, len(activation))
