"""Pictures that are taken for something else, and how robust they are."""

from .attack import attack, fgsm
from .eot import eot
from .patch import patch
from .robustness import robustness
from .shown import difference, views
from .textured import still, textured

__all__ = [
    "attack",
    "difference",
    "eot",
    "fgsm",
    "patch",
    "robustness",
    "still",
    "textured",
    "views",
]
