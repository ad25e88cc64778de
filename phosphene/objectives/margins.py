"""Losses with a center for each class: center, SphereFace, CosFace, ArcFace, sub-center ArcFace.

Each is a loss of one picture and its label that the user subtracts. `centers` are the classes' vectors (classes, D), or,
with several for each class, (classes, K, D), which stay as they are. Without `centers` the activation brings them along, as
that of `models.embedder.Centered` does, (B, D, 1 + classes * K, 1): first the picture's own vector, then those of all
classes, one class after the other; so they are trained with the network.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..errors import BadArgument, ShapeMismatch
from . import safe
from .labels import Labels, numbered
from .pairs import unit, vectors
from .term import term


@term(couples=True)
def center(activation: Tensor, *, labels: Labels, centers: Tensor | None = None) -> Tensor:
    """Half the squared distance to the center of the class; the gradient is x - c.  (B, ...) -> (B,)

    Source: Wen et al. 2016, whose centers follow the classes' means; here they take the optimizer's steps, or stay.

    >>> center("pool", (1,), torch.tensor([[0.0, 0], [3, 4]]))({"pool": torch.zeros(1, 2)})
    tensor([12.5000])
    """
    x, means, classes = _parted(activation, labels, centers, 1)
    own = means[_rows(x), classes, 0] if means.dim() == 4 else means[classes, 0]
    return (x - own).square().sum(1) / 2


@term(couples=True)
def sphereface(activation: Tensor, *, labels: Labels, centers: Tensor | None = None, margin: int = 4) -> Tensor:
    """Cross entropy of |x| cos(angle to each center), for its own class |x| psi(angle).

    psi = (-1)^k cos(m angle) - 2k for k pi / m <= angle <= (k + 1) pi / m, m = margin.  Source: Liu et al. 2017.
    """
    if margin < 1:
        raise BadArgument(f"sphereface: margin is {margin}", "a whole number from 1 expected", "write margin=4")
    x, cosines, classes = _angles(activation, labels, centers)
    return _entropy(cosines, psi(_own(cosines, classes), margin), classes, safe.norm(x, 1)[:, None])


@term(couples=True)
def cosface(
    activation: Tensor, *, labels: Labels, centers: Tensor | None = None, margin: float = 0.35, scale: float = 64
) -> Tensor:
    """Cross entropy of scale * cosine to each center, for its own class scale * (cosine - margin).

    Source: Wang et al. 2018.
    """
    _, cosines, classes = _angles(activation, labels, centers)
    return _entropy(cosines, _own(cosines, classes) - margin, classes, scale)


@term(couples=True)
def arcface(
    activation: Tensor, *, labels: Labels, centers: Tensor | None = None, margin: float = 0.5, scale: float = 64
) -> Tensor:
    """Cross entropy of scale * cosine to each center, for its own class scale * cos(angle + margin).

    margin: in radians, 0.5 are 28.6 degrees.  Beyond pi - margin it goes on as cosine - margin sin(margin), so that it still
    falls with the angle.  Source: Deng et al. 2019.
    """
    _, cosines, classes = _angles(activation, labels, centers)
    return _entropy(cosines, turned(_own(cosines, classes), margin), classes, scale)


@term(couples=True)
def subcenter_arcface(
    activation: Tensor,
    *,
    labels: Labels,
    centers: Tensor | None = None,
    margin: float = 0.5,
    scale: float = 64,
    subcenters: int = 3,
) -> Tensor:
    """`arcface` with several centers for each class, of which the nearest counts.

    subcenters: how many the activation brings along for each class; `centers` (classes, K, D) say so themselves.
    Source: Deng et al. 2020.
    """
    if subcenters < 1:
        raise BadArgument(
            f"subcenter_arcface: subcenters is {subcenters}", "a whole number from 1 expected", "write subcenters=3"
        )
    _, cosines, classes = _angles(activation, labels, centers, subcenters)
    return _entropy(cosines, turned(_own(cosines, classes), margin), classes, scale)


def psi(cosine: Tensor, m: int) -> Tensor:
    """(-1)^k cos(m angle) - 2k: falls from 1 to 1 - 2m while the angle goes from 0 to pi.

    >>> [round(float(x), 6) for x in psi(torch.tensor([1.0, 0.0, -1.0]), 4)]
    [1.0, -3.0, -7.0]
    """
    before, now = torch.ones_like(cosine), cosine
    for _ in range(m - 1):
        before, now = now, 2 * cosine * now - before  # cos((n + 1) angle), Chebyshev
    k = (m * torch.acos(cosine.detach().clamp(-1, 1)) / math.pi).floor()
    return (1 - 2 * (k % 2)) * now - 2 * k


def turned(cosine: Tensor, margin: float) -> Tensor:
    """cos(angle + margin), beyond pi - margin the cosine less margin sin(margin); the gradient at the angle 0 is finite."""
    sine = safe.root((1 - cosine.square()).clamp_min(0))
    within = cosine >= math.cos(math.pi - margin)
    added = cosine * math.cos(margin) - sine * math.sin(margin)
    return torch.where(within, added, cosine - margin * math.sin(margin))


def _entropy(cosines: Tensor, own: Tensor, classes: Tensor, scale: Tensor | float) -> Tensor:
    """Cross entropy of scaled cosines (B, classes) where that of the picture's own class is replaced."""
    logits = scale * cosines.scatter(1, classes[:, None], own[:, None])
    return logits.logsumexp(1) - _own(logits, classes)


def _own(values: Tensor, classes: Tensor) -> Tensor:
    return values.gather(1, classes[:, None])[:, 0]


def _rows(x: Tensor) -> Tensor:
    return torch.arange(len(x), device=x.device)


def _angles(activation: Tensor, labels: Tensor, centers: Tensor | None, each: int = 1) -> tuple[Tensor, Tensor, Tensor]:
    """Embeddings (B, D), their cosines with the nearest center of each class (B, classes), and labels (B,)."""
    x, means, classes = _parted(activation, labels, centers, each)
    cosines = (
        (unit(x)[:, None, None] * unit(means)).sum(-1)
        if means.dim() == 4
        else torch.einsum("bd,ckd->bck", unit(x), unit(means))
    )
    return x, cosines.amax(-1), classes


def _parted(activation: Tensor, labels: Tensor, centers: Tensor | None, each: int) -> tuple[Tensor, Tensor, Tensor]:
    """Embeddings (B, D), centers (classes, K, D) or those of each picture (B, classes, K, D), and labels (B,)."""
    classes = numbered(labels, activation)
    if centers is None:
        x, means = _brought(activation, each)
    else:
        x, means = vectors(activation), centers if centers.dim() == 3 else centers.flatten(1)[:, None]
        if means.shape[-1] != x.shape[1]:
            raise ShapeMismatch(
                f"centers of shape {tuple(centers.shape)} for embeddings of {x.shape[1]} numbers",
                f"(classes, {x.shape[1]}), or (classes, K, {x.shape[1]}) for several of each class",
                "measure them at the same layer, or look at another one",
            )
    count = means.shape[-3]
    if not bool(((classes >= 0) & (classes < count)).all()):
        raise ShapeMismatch(
            f"labels from {int(classes.min())} to {int(classes.max())} for the centers of {count} classes",
            f"labels from 0 to {count - 1} expected",
            "number the classes from 0, or give a center for each of them",
        )
    return x, means, classes


def _brought(activation: Tensor, each: int) -> tuple[Tensor, Tensor]:
    """The embedding and the centers in an activation (B, D, 1 + classes * each, 1)."""
    rows = activation.shape[2] - 1 if activation.dim() == 4 and activation.shape[3] == 1 else 0
    if rows < each or rows % each:
        raise ShapeMismatch(
            f"no centers, and an activation of shape {tuple(activation.shape[1:])}",
            f"an embedding and {each} x classes centers, (D, 1 + {each} x classes, 1)",
            "write centers=torch.tensor(...), or train models.embedder.Centered(net, classes)",
        )
    both = activation[..., 0].mT
    return both[:, 0], both[:, 1:].reshape(len(both), rows // each, each, -1)
