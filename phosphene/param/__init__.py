"""What to paint with: a parameterization turns a state, which is optimized, into a picture.

A source makes numbers (`pixels`, `spectrum`), maps follow it with `>>` (`decorrelate`, `sigmoid`, `clip`); `pixel` and
`fourier` are the usual compositions. `.starting_from(photo)` starts any of them from a picture. A new one is a subclass
of `Source` or `Map` in a file of its own (see `base`). Next: `phosphene.transforms`, what the picture must survive.
"""

from .base import Map, Param, Range, Size, Source, State, normal, pair
from .color import covariance, decorrelate
from .compose import composed, maps
from .fourier import fourier, spectrum
from .maps import clip, sigmoid
from .picture import picture
from .pixel import pixel, pixels
from .start import started

__all__ = [
    "Map",
    "Param",
    "Range",
    "Size",
    "Source",
    "State",
    "clip",
    "composed",
    "covariance",
    "decorrelate",
    "fourier",
    "maps",
    "normal",
    "pair",
    "picture",
    "pixel",
    "pixels",
    "sigmoid",
    "spectrum",
    "started",
]
