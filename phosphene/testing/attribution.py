"""Every method of attribution once by its word, and a strategy for them."""

from __future__ import annotations

import torch

from .. import attribution as a
from ..attribution import Method
from ..values import hold
from ._hypothesis import Strategy, st

METHODS: dict[str, tuple[Method, ...]] = {
    "attribution.gradient_times_activation": (a.gradient_times_activation(),),
    "attribution.integrated_gradients": (
        a.integrated_gradients(),
        a.integrated_gradients(steps=8, baseline=0.25, tolerance=None),
    ),
}
"""By word, values with the defaults and with other arguments."""


def methods() -> Strategy[Method]:
    """Methods of all kinds, with any arguments."""
    baselines = st.one_of(st.integers(-2, 2), st.floats(-1, 1), st.just(hold(torch.full((1, 1), 0.5))))
    limits = st.one_of(st.none(), st.floats(0, 1))
    paths = st.builds(a.integrated_gradients, steps=st.integers(1, 500), baseline=baselines, tolerance=limits)
    return st.one_of(st.sampled_from(sum(METHODS.values(), ())), paths)
