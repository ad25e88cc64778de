"""The gradient chain: what happens to the gradient of the score on its way from the network to the parameters.

Links are applied in the order in which they are written, those of the frame "view" first, then "canvas", then "state".
`tiles` decides how the gradient is computed. A new link is a subclass of `Gradient`.
"""

from .base import FRAMES, Frame, Gradient
from .size import clip, normalize, percentile, sign
from .smooth import blur, laplacian, sobolev
from .tiles import tiles

__all__ = [
    "FRAMES",
    "Frame",
    "Gradient",
    "blur",
    "clip",
    "laplacian",
    "normalize",
    "percentile",
    "sign",
    "sobolev",
    "tiles",
]
