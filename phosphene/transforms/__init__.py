"""What the picture must survive: random transforms, drawn for each picture and step from its own stream.

`s >> t` is one after another, `s | t` one of them at random, `identity` the unit, `frozen(t)` the same draw always.
Whatever moves pixels fuses into one bilinear warp (`fusion`); `noise`, `blur`, `hue` ... change values. `standard`, `lucid`,
`wide`, `maco`, `eot_2d` and `eot_print` are ready-made. A new transform is a subclass of `Transform`: of `Geometric` where it
moves pixels, of `Photometric` where it changes values. Next: `phosphene.render`, the loop that uses them.
"""

from .base import Draw, Geometric, Transform, draw, identity
from .bend import elastic, perspective
from .compression import jpeg
from .freeze import frozen
from .geometry import flip, jitter, pad, translate
from .globe import globe
from .noises import dropout, noise, uniform_noise
from .photometric import Photometric, blur
from .presets import eot_2d, eot_3d, eot_print, lucid, maco, standard, wide
from .ranges import integer, uniform
from .similar import place, rotate, scale, shear
from .stack import choice, sequence
from .tone import brightness, contrast, gamma, hue, printing, saturation
from .wander import crops, roam
from .window import center_crop, crop, resize

__all__ = [
    "Draw",
    "Geometric",
    "Photometric",
    "Transform",
    "blur",
    "brightness",
    "center_crop",
    "choice",
    "contrast",
    "crop",
    "crops",
    "draw",
    "dropout",
    "elastic",
    "eot_2d",
    "eot_3d",
    "eot_print",
    "flip",
    "frozen",
    "gamma",
    "globe",
    "hue",
    "identity",
    "integer",
    "jitter",
    "jpeg",
    "lucid",
    "maco",
    "noise",
    "pad",
    "perspective",
    "place",
    "printing",
    "resize",
    "roam",
    "rotate",
    "saturation",
    "scale",
    "sequence",
    "shear",
    "standard",
    "translate",
    "uniform",
    "uniform_noise",
    "wide",
]
