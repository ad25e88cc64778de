"""DeepDream, and the zoom into it."""

from .dream import dream
from .dreaming import random_class
from .zoom import zoom

__all__ = [
    "dream",
    "random_class",
    "zoom",
]
