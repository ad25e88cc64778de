"""Gatys et al. 2015, texture synthesis: Gram matrices matched by SciPy's L-BFGS-B within the source's range."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from .networks import Array, Slope


def paint(x: Array, slope: Slope, low: Array, high: Array, steps: int) -> tuple[Array, float]:
    """The picture (3, H, W) and the loss at the end; `slope` is that of minus the loss, low and high are per channel."""

    def loss(flat: Array) -> tuple[float, Array]:
        score, gradient = slope(flat.reshape(1, *x.shape))
        return -float(score[0]), -gradient.ravel()

    bounds = [(low[c], high[c]) for c in range(3) for _ in range(x[0].size)]
    options = {"maxiter": steps, "maxcor": 20, "ftol": 0, "gtol": 0, "maxfun": 10 * steps}
    found = minimize(loss, x.ravel(), jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return found.x.reshape(x.shape), float(found.fun)


def gram_loss(features: list[Array], targets: list[Array], weight: float) -> float:
    """The published loss, w / 4 sum (G - G')^2 / N^2 with G = F F' / M, from features (N, M)."""
    total = 0.0
    for f, t in zip(features, targets, strict=True):
        difference = f @ f.T / f.shape[1] - t @ t.T / t.shape[1]
        total += weight / 4 * float((difference**2).sum()) / f.shape[0] ** 2
    return total


def channel_range(picture: Array) -> tuple[Array, Array]:
    """The least and the largest value of each channel."""
    return picture.min((1, 2)), np.asarray(picture.max((1, 2)))
