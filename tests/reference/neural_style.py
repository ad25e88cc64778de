"""The plain loops of style transfer: Adam written out, and SciPy's L-BFGS-B with a bound on its looks at the loss."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from .networks import Array, Slope


def adam(x: Array, slope: Slope, steps: int, rate: float = 10 / 255) -> Array:
    """Adam of neural-style (rate 10 for pictures of 0 ... 255), clipped to [0, 1]; `slope` is that of minus the loss."""
    mean, square = np.zeros_like(x), np.zeros_like(x)
    for step in range(1, steps + 1):
        g = -slope(x[None])[1][0]
        mean, square = 0.9 * mean + 0.1 * g, 0.999 * square + 0.001 * g**2
        x = x - rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        x = np.clip(x, 0, 1)
    return x


def lbfgs(x: Array, slope: Slope, looks: int) -> Array:
    """L-BFGS with the history of 100 of neural-style, within [0, 1], for at most so many looks at the loss."""

    def loss(flat: Array) -> tuple[float, Array]:
        score, gradient = slope(flat.reshape(1, *x.shape))
        return -float(score[0]), -gradient.ravel()

    options = {"maxcor": 100, "maxfun": looks, "maxiter": looks, "ftol": 0, "gtol": 0}
    found = minimize(loss, x.ravel(), jac=True, method="L-BFGS-B", bounds=[(0, 1)] * x.size, options=options)
    return found.x.reshape(x.shape)
