"""Explaining a picture: what each number of a layer adds to any objective.

`attribute` asks for a layer, `Attribution` is the answer: values with the layer's shape, summed by place or by channel.
How it is measured is a value: `gradient_times_activation` to first order, `integrated_gradients` along a path, so that
the values add up to the score. `between` asks the same of two layers and their places. A new method is a subclass of
`Method`: it is given the `Tail`, the network behind the layer as a function, and returns the values. Next: recipes, which
make figures of these.
"""

from .api import attribute
from .between import between
from .localization import Localization, box, localization
from .methods import (
    Method,
    cam,
    deconvnet,
    grad_cam,
    grad_cam_plus_plus,
    gradient,
    gradient_times_activation,
    guided_backprop,
    guided_grad_cam,
    integrated_gradients,
    layer_cam,
    lime,
    occlusion,
    rise,
    saliency,
    smooth_grad,
    superpixels,
    var_grad,
)
from .result import Attribution
from .segment import Segment, segment
from .tail import Tail

__all__ = [
    "Attribution",
    "Localization",
    "Method",
    "Segment",
    "Tail",
    "attribute",
    "between",
    "box",
    "cam",
    "deconvnet",
    "grad_cam",
    "grad_cam_plus_plus",
    "gradient",
    "gradient_times_activation",
    "guided_backprop",
    "guided_grad_cam",
    "integrated_gradients",
    "layer_cam",
    "lime",
    "localization",
    "occlusion",
    "rise",
    "saliency",
    "segment",
    "smooth_grad",
    "superpixels",
    "var_grad",
]
