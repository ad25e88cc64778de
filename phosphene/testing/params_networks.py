"""Strategies for the parameterizations that go through a network, and the small networks that they use."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from .. import param
from ..param import Param, codes
from ._hypothesis import Strategy, st
from .objectives import numbers


class Generator(nn.Module):
    """Two inputs of four numbers to pictures (3, 2, 3) in (0, 1): affine, tanh, affine, sigmoid."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        self.inner, self.last = nn.Linear(8, 5), nn.Linear(5, 18)
        _fill(self, seed)

    def forward(self, a: Tensor, b: Tensor | None = None) -> Tensor:
        """Pictures of a code, or of two."""
        both = torch.cat([a, torch.zeros_like(a) if b is None else b], 1)
        pictures: Tensor = self.last(self.inner(both).tanh()).sigmoid()
        return pictures.reshape(-1, 3, 2, 3)


def _fill(module: nn.Module, seed: int) -> None:
    with torch.no_grad():
        for place, parameter in enumerate(module.parameters()):
            parameter.copy_(numbers(seed + place, *parameter.shape))


def _painter(seed: int) -> nn.Module:
    painter = nn.Sequential(nn.Conv2d(3, 4, 1), nn.Tanh(), nn.Conv2d(4, 3, 1)).eval()
    _fill(painter, seed)
    return painter


with torch.random.fork_rng(devices=[]):  # layers are born with random numbers, from the global state
    GENERATORS = tuple(Generator(seed).eval() for seed in range(2))
    PAINTERS = tuple(_painter(seed) for seed in range(2))
PICTURES = numbers(5, 4, 3, 2, 3).abs()

KINDS: dict[str, Strategy[codes.Code]] = {
    "param.codes.normal": st.builds(codes.normal, st.just(4), st.sampled_from([1, 0.5])),
    "param.codes.simplex": st.just(codes.simplex(4)),
    "param.codes.sphere": st.builds(codes.sphere, st.just((4,)), st.sampled_from([None, 1, 3.5])),
    "param.codes.interval": st.builds(
        codes.interval, st.just(4), st.sampled_from([-1, 0, -numbers(1, 4).abs()]), st.sampled_from([1, 2.5])
    ),
    "param.codes.frozen": st.sampled_from([(0.5, -0.25, 0.1, 0), numbers(2, 4)]).map(codes.frozen),
}
"""Every kind of input of a generator, with codes of four numbers."""


def free_codes() -> Strategy[codes.Code]:
    """Inputs that are optimized."""
    return st.one_of([kind for name, kind in KINDS.items() if name != "param.codes.frozen"])


@st.composite
def latents(draw: Any) -> Param:
    """Latents with one input or two, with a start or without; their pictures stay within their range."""
    generator, span = draw(st.sampled_from(GENERATORS)), draw(st.sampled_from([(0, 1), (-1, 1)]))
    if draw(st.booleans()):
        made = param.latent(generator, draw(free_codes()), range=span)
    else:
        second = draw(st.one_of(list(KINDS.values())))
        made = param.latent(generator, a=draw(free_codes()), b=second, range=span)
    start = made.init([draw(st.integers(0, 9))], torch.float64)
    return made.at(start) if draw(st.booleans()) else made


def weights() -> Strategy[Param]:
    """Networks from pictures to pictures, by their parameters; three pictures a step."""
    painters = st.sampled_from(PAINTERS)
    return st.builds(
        lambda net, low: param.weights(net, PICTURES, 3) >> param.sigmoid(low), painters, st.integers(-1, 0)
    )


def masks() -> Strategy[Param]:
    """A picture by segments."""
    maps = st.lists(st.integers(-2, 3), min_size=6, max_size=6).map(lambda labels: torch.tensor(labels).reshape(2, 3))
    fills = st.sampled_from(["mean", 0, 0.25])
    return st.builds(lambda i, labels, fill: param.masks(PICTURES[i], labels, fill), st.integers(0, 3), maps, fills)
