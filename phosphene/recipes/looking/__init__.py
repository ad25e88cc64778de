"""What is read off the weights and the gradient alone."""

from .checkerboard import checkerboard
from .filters import connections, filters
from .overlap import overlap
from .templates import templates

__all__ = [
    "checkerboard",
    "connections",
    "filters",
    "overlap",
    "templates",
]
