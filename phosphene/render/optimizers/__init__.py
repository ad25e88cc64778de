"""How the state follows the gradient: adam, adamw, nadam, sgd, progress, lbfgs, and average around any of them.

Each is a value with pure functions over a memory that the loop keeps. Pictures of a batch are optimized as if each were
alone. A new one is a subclass of `Optimizer`.
"""

from .adam import adam, adamw, nadam
from .average import average
from .base import Optimizer, State
from .descent import progress, sgd
from .lbfgs import lbfgs

__all__ = ["Optimizer", "State", "adam", "adamw", "average", "lbfgs", "nadam", "progress", "sgd"]
