"""What the picture must survive: random transforms, drawn for each picture and step from its own stream.

`s >> t` is one after another, `s | t` one of them at random, `identity` the unit. Whatever moves pixels fuses into one
bilinear warp (`stack`); `noise` changes values. `standard`, `lucid` and `wide` are ready-made. A new transform is a
subclass of `Transform`, or of `Geometric` where it is an affine. Next: `phosphene.render`, the loop that uses them.
"""

from .base import Draw, Geometric, Transform, draw, identity, integer, uniform
from .geometry import jitter, pad, rotate, scale
from .photometric import noise
from .presets import lucid, standard, wide
from .stack import choice, sequence
from .window import center_crop, crop, resize, roam

__all__ = [
    "Draw",
    "Geometric",
    "Transform",
    "center_crop",
    "choice",
    "crop",
    "draw",
    "identity",
    "integer",
    "jitter",
    "lucid",
    "noise",
    "pad",
    "resize",
    "roam",
    "rotate",
    "scale",
    "sequence",
    "standard",
    "uniform",
    "wide",
]
