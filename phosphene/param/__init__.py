"""What to paint with: a parameterization turns a state, which is optimized, into a picture.

A source makes numbers (`pixels`, `spectrum`, `pyramid`, `phase`, `cppn`), maps follow it with `>>` (`decorrelate`,
`sigmoid`, `clip`), and `+` adds sources up (`shared` is for sums); `pixel`, `fourier` and `maco` are the usual
compositions. `masked` keeps a part of a picture, `alpha` adds transparency. `.starting_from(photo)` starts any of them that
has an inverse from a picture.
`latent` paints with the code of a generator (`codes`, `walk`, `combine`), `weights` with a network's parameters, `masks` with
the segments of a picture.
A new one is a subclass of `Source` or `Map` in a file of its own (see `base`) and a line in
`phosphene.testing.params`. Next: `phosphene.transforms`, what the picture must survive.
"""

from . import codes
from .alpha import alpha, keep_alpha, transparent
from .base import Map, Param, Range, Size, Source, State, normal, pair
from .color import covariance, decorrelate
from .compose import composed, maps
from .cppn import cppn
from .fourier import fourier, spectrum
from .given import given
from .latent import latent
from .maco import maco, magnitude_of, phase
from .maps import clip, repeat, sigmoid, unbounded
from .masked import masked
from .masks import masks
from .network import network
from .picture import picture
from .pixel import pixel, pixels
from .pyramid import pyramid
from .shared import shared
from .stack import stack
from .start import started
from .walks import combine, features, lerp, slerp, walk
from .weights import trained, weights

__all__ = [
    "Map",
    "Param",
    "Range",
    "Size",
    "Source",
    "State",
    "alpha",
    "clip",
    "codes",
    "combine",
    "composed",
    "covariance",
    "cppn",
    "decorrelate",
    "features",
    "fourier",
    "given",
    "keep_alpha",
    "latent",
    "lerp",
    "maco",
    "magnitude_of",
    "maps",
    "masked",
    "masks",
    "network",
    "normal",
    "pair",
    "phase",
    "picture",
    "pixel",
    "pixels",
    "pyramid",
    "repeat",
    "shared",
    "sigmoid",
    "slerp",
    "spectrum",
    "stack",
    "started",
    "trained",
    "transparent",
    "unbounded",
    "walk",
    "weights",
]
