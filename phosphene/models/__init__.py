"""Networks and how they are looked at: what goes in, what comes out of a layer, and which way the gradient takes back.

`load` finds a network and `Vision` wraps your own, with the range of its input; `layers` lists the names that
objectives use. `Capture` is the forward pass of the render loop, `probe` checks names before it, `guarded` keeps the
network as it was, `propagate` takes regions of a picture to layers, `replaced` puts another activation in the place of
a layer's; `rules` are gradient rules. Next: objectives, made of these names, and render, which runs them.
"""

from . import rules
from .capture import Capture, capture, probe
from .distinct import distinct
from .guard import frozen, guarded
from .layers import Layer, Layers, layers
from .regions import RegionWarning, propagate
from .replace import edited, replaced
from .vision import Vision, as_vision, as_visions
from .zoo import load, names

__all__ = [
    "Capture",
    "Layer",
    "Layers",
    "RegionWarning",
    "Vision",
    "as_vision",
    "as_visions",
    "capture",
    "distinct",
    "edited",
    "frozen",
    "guarded",
    "layers",
    "load",
    "names",
    "probe",
    "propagate",
    "replaced",
    "rules",
]
