"""Every method of attribution once by its word, and a strategy for them."""

from __future__ import annotations

import torch

from .. import attribution as a
from ..attribution import Method
from ..values import hold
from ._hypothesis import Strategy, st

METHODS: dict[str, tuple[Method, ...]] = {
    "attribution.cam": (a.cam(),),
    "attribution.deconvnet": (a.deconvnet(), a.deconvnet(acts=("relu",))),
    "attribution.grad_cam": (a.grad_cam(),),
    "attribution.grad_cam_plus_plus": (a.grad_cam_plus_plus(),),
    "attribution.gradient": (a.gradient(),),
    "attribution.guided_backprop": (a.guided_backprop(), a.guided_backprop(acts=("relu", "silu"))),
    "attribution.guided_grad_cam": (
        a.guided_grad_cam("second"),
        a.guided_grad_cam("first", mode="nearest", acts=("relu",)),
    ),
    "attribution.layer_cam": (a.layer_cam(),),
    "attribution.saliency": (a.saliency(), a.saliency(reduce="sum")),
    "attribution.smooth_grad": (a.smooth_grad(samples=3), a.smooth_grad(2, 0.05, a.saliency(), seed=3)),
    "attribution.var_grad": (a.var_grad(samples=3), a.var_grad(2, 0.5, a.gradient_times_activation())),
    "attribution.gradient_times_activation": (a.gradient_times_activation(),),
    "attribution.integrated_gradients": (
        a.integrated_gradients(),
        a.integrated_gradients(steps=8, baseline=0.25, tolerance=None),
    ),
    "attribution.lime": (
        a.lime(samples=40),
        a.lime(a.superpixels.grid(2, 3), samples=8, ridge=0.5, width=0.5, fill=0, seed=3),
    ),
    "attribution.occlusion": (a.occlusion(), a.occlusion(window=(3, 5), stride=(2, 3), fill=0.5)),
    "attribution.rise": (a.rise(masks=20), a.rise(masks=8, grid=3, keep=0.75, fill=0, seed=3)),
}
"""By word, values with the defaults and with other arguments."""


def methods() -> Strategy[Method]:
    """Methods of all kinds, with any arguments."""
    baselines = st.one_of(st.integers(-2, 2), st.floats(-1, 1), st.just(hold(torch.full((1, 1), 0.5))))
    limits = st.one_of(st.none(), st.floats(0, 1))
    paths = st.builds(a.integrated_gradients, steps=st.integers(1, 500), baseline=baselines, tolerance=limits)
    fills = st.one_of(st.just("mean"), st.floats(-1, 1))
    windows = st.one_of(st.floats(0.01, 0.99), st.integers(1, 9), st.tuples(st.integers(1, 9), st.integers(1, 9)))
    covering = st.builds(a.occlusion, window=windows, stride=st.one_of(st.none(), st.integers(1, 3)), fill=fills)
    cut = a.superpixels
    ways = st.one_of(
        st.builds(cut.grid, rows=st.integers(1, 9), columns=st.integers(1, 9)),
        st.builds(cut.quickshift, kernel=st.floats(1, 9), ratio=st.floats(0, 1)),
        st.builds(cut.slic, count=st.integers(2, 99)),
        st.just(hold(torch.tensor([[0, 1], [2, 1]]))),
    )
    linear = st.builds(a.lime, superpixels=ways, samples=st.integers(2, 99), fill=fills, seed=st.integers(0, 9))
    random = st.builds(a.rise, masks=st.integers(1, 99), keep=st.floats(0.1, 0.9), fill=fills, seed=st.integers(0, 9))
    return st.one_of(st.sampled_from(sum(METHODS.values(), ())), paths, covering, linear, random)
