"""How attribution is measured, one value a method: a new one is a subclass of `Method` with `values(tail)`."""

from .base import Method
from .first_order import gradient_times_activation
from .path import integrated_gradients

__all__ = ["Method", "gradient_times_activation", "integrated_gradients"]
