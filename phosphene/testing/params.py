"""Strategies for parameterizations and maps, word by word, with what each kind promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .. import param
from ..param import Map, Param
from ._hypothesis import Strategy, st
from .objectives import numbers
from .params_networks import latents, masks, weights


def _itself(p: Param, picture: Tensor) -> Tensor:
    return picture


@dataclass(frozen=True)
class Kind:
    """One word: its values, and which laws hold for them.

    invertible: there is `encode`. linear: the picture is linear in the state. bounded: a range is declared. coupled:
    pictures of a batch share numbers. learns: every entry that is not declared redundant has a gradient. shows: the
    picture nearest to a given one that the value can paint.
    """

    values: Strategy[Any]
    invertible: bool = True
    linear: bool = False
    bounded: bool = False
    coupled: bool = False
    learns: bool = True
    shows: Callable[[Any, Tensor], Tensor] = _itself


def photos(channels: int, size: param.Size = (5, 7), pictures: int = 2) -> Tensor:
    """Pictures (pictures, channels, H, W) in [0, 1], always the same."""
    return numbers(channels, pictures, channels, *size).abs()


_sizes = st.tuples(st.integers(1, 7), st.integers(1, 7))
_sides = st.tuples(st.integers(2, 7), st.integers(2, 7))
_channels = st.sampled_from([1, 3, 4])
_bounds = st.sampled_from([(0, 1), (0.25, 0.5), (-1, 2), (0.1, 0.7), (-0.7, 0.9)])
_bounding: Strategy[Map] = st.one_of(
    st.builds(lambda b: param.sigmoid(*b), _bounds), st.builds(lambda b: param.clip(*b), _bounds)
)
_pixels = st.builds(param.pixels, _sizes, _channels, mean=st.sampled_from([0, 0.5]))
_spectrum = st.builds(param.spectrum, _sizes, st.sampled_from([0, 1, 1.5]), _channels)
_pyramid = st.builds(param.pyramid, _sizes, st.integers(1, 5), _channels)
_linear: Strategy[Param] = st.one_of(_pixels, _spectrum, _pyramid)


@st.composite
def _composed(draw: Any) -> Any:
    """A source, perhaps a color map, and a map that bounds the picture."""
    source, last = draw(_linear), draw(_bounding)
    colors = draw(st.sampled_from(["none", "measured", *["imagenet"] * (source.channels == 3)]))
    if colors == "none":
        return source >> last
    return source >> param.decorrelate(photos(source.channels) if colors == "measured" else colors) >> last


@st.composite
def _shared(draw: Any, size: param.Size | None = None, channels: int | None = None) -> Param:
    height, width = draw(_sizes) if size is None else size
    small = draw(st.integers(1, height)), draw(st.integers(1, width))
    source = draw(st.sampled_from([param.pixels, param.pyramid]))
    inner = source(small, channels=draw(_channels) if channels is None else channels)
    return param.shared(inner, (height, width), draw(st.integers(1, 3)))


@st.composite
def _stack(draw: Any, coupled: bool = False) -> Any:
    """Two or three linear sources of one size."""
    first, levels = draw(st.one_of(_pixels, _spectrum)), draw(st.integers(1, 3))
    rest = param.pyramid(first.size, levels, first.channels)
    return first + rest + draw(_shared(first.size, first.channels)) if coupled else first + rest


@st.composite
def _masked(draw: Any) -> Any:
    inner = draw(st.one_of(_pixels, _spectrum).filter(lambda p: min(p.size) > 1))
    soft, photo = numbers(draw(st.integers(0, 99)), *inner.size).abs(), photos(inner.channels, inner.size, 1)
    mask = draw(st.sampled_from([soft, (soft > 0.5).double(), (soft - 0.5).clamp(min=0)]))
    mask[0, 0] = 1
    return param.masked(inner >> param.sigmoid(), mask, photo)


@st.composite
def _started(draw: Any) -> Any:
    inner = draw(st.one_of(_composed(), _stack(coupled=True).map(lambda p: p >> param.sigmoid())))
    return inner.starting_from(photos(inner.channels, inner.size, 1))


@st.composite
def _phases(draw: Any) -> Any:
    """The arguments of `phase` and `maco`."""
    size, channels = draw(_sides), draw(_channels)
    return size, draw(st.sampled_from(["power", photos(channels)])), 1.0, channels


def _pasted(p: param.masked, picture: Tensor) -> Tensor:
    """The picture under the mask, the kept one elsewhere."""
    mask, kept = p.mask.numbers().to(picture.dtype), p.picture.numbers().to(picture.dtype)
    shown: Tensor = mask * picture + (1 - mask) * kept
    return shown


def _networks(layers: int = 3) -> Strategy[Param]:
    return st.builds(param.cppn, _sizes, st.integers(1, 4), st.integers(1, layers), channels=_channels)


PARAMS: dict[str, Kind] = {
    "param.pixels": Kind(_pixels, linear=True),
    "param.spectrum": Kind(_spectrum, linear=True),
    "param.pyramid": Kind(_pyramid, linear=True),
    "param.pixel": Kind(st.builds(param.pixel, _sizes, _channels), bounded=True),
    "param.fourier": Kind(st.builds(param.fourier, _sizes, st.just(1.0), _channels), bounded=True),
    "param.phase": Kind(_phases().map(lambda given: param.phase(*given)), invertible=False),
    "param.maco": Kind(_phases().map(lambda given: param.maco(*given)), invertible=False, bounded=True),
    "param.cppn": Kind(_networks(), invertible=False),
    "param.composed": Kind(_composed(), bounded=True),
    "param.shared": Kind(_shared(), invertible=False, linear=True, coupled=True),
    "param.stack": Kind(st.one_of(_stack(), _stack(coupled=True)), linear=True, coupled=True),
    "param.masked": Kind(_masked(), bounded=True, learns=False, shows=_pasted),
    "param.alpha": Kind(
        st.builds(lambda size, c: param.alpha(param.fourier(size, channels=c)), _sizes, st.sampled_from([2, 4])),
        bounded=True,
    ),
    "param.transparent": Kind(st.builds(param.transparent, _sizes), bounded=True),
    "param.started": Kind(_started(), bounded=True, coupled=True),
    "param.latent": Kind(latents(), invertible=False, bounded=True),
    "param.weights": Kind(weights(), invertible=False, bounded=True, coupled=True),
    "param.masks": Kind(masks(), invertible=False),
}
"""Every word that makes a parameterization, and what it promises; a new word gets its line here. The laws F 47-53 are
tested for each of them, as far as they apply."""

MAPS: dict[str, Strategy[Map]] = {
    "param.sigmoid": st.builds(lambda b: param.sigmoid(*b), _bounds),
    "param.clip": st.builds(lambda b: param.clip(*b), _bounds),
    "param.unbounded": st.just(param.unbounded()),
    "param.decorrelate": st.sampled_from([param.decorrelate("imagenet"), param.decorrelate(photos(3))]),
    "param.keep_alpha": st.sampled_from([2, 4]).map(lambda c: param.keep_alpha(param.decorrelate(photos(c)))),
    "param.repeat": st.builds(param.repeat, st.integers(1, 4)),
    "param.maps": st.builds(lambda m, n: m >> n, st.just(param.decorrelate("imagenet")), _bounding),
}
"""Every word that makes a map."""


def params(**promises: bool) -> Strategy[Param]:
    """Parameterizations of all kinds, or of those with the given promises: `params(invertible=True)`.

    >>> [word for word, kind in PARAMS.items() if kind.linear]
    ['param.pixels', 'param.spectrum', 'param.pyramid', 'param.shared', 'param.stack']
    """
    kinds = [kind for kind in PARAMS.values() if all(getattr(kind, name) == want for name, want in promises.items())]
    return st.one_of([kind.values for kind in kinds])


def random_state(p: Param, seed: int, batch: int = 1) -> param.State:
    """A state of the right shapes, all numbers in [-1, 1), in float64."""
    like = p.init(range(batch), torch.float64)
    return {key: numbers(seed + place, *x.shape) for place, (key, x) in enumerate(like.items())}
