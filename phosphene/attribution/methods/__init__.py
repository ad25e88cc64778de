"""How attribution is measured, one value a method: a new one is a subclass of `Method` with `values(tail)`."""

from . import superpixels
from .base import Method
from .cam import cam, grad_cam, grad_cam_plus_plus, layer_cam
from .first_order import gradient, gradient_times_activation, saliency
from .guided import deconvnet, guided_backprop, guided_grad_cam
from .lime import lime
from .occlusion import occlusion
from .path import integrated_gradients
from .rise import rise
from .smooth import smooth_grad, var_grad

__all__ = [
    "Method",
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
    "occlusion",
    "rise",
    "saliency",
    "smooth_grad",
    "superpixels",
    "var_grad",
]
