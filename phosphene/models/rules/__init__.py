"""Gradient rules: values that change the way back through a network, and leave what it computes bit for bit as it is.

`check` finds which alternative of a rule fits a network; `applied` makes a forward pass with it. A new rule is a value
with its `sites` and an `apply`, in `gates` or `paths`; `mode` finds the calls.
"""

from .base import Both, Either, Rule
from .check import check, sites
from .gates import leaky_gate, soft_gate
from .mode import applied
from .paths import skip_gradient, soft_pool

__all__ = [
    "Both",
    "Either",
    "Rule",
    "applied",
    "check",
    "leaky_gate",
    "sites",
    "skip_gradient",
    "soft_gate",
    "soft_pool",
]
