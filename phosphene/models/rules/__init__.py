"""Gradient rules: values that change the way back through a network, and leave what it computes bit for bit as it is.

`check` finds which alternative of a rule fits a network, `report` tells what it changes there, `applied` makes a forward
pass with it. For pictures: soft_gate, skip_gradient, leaky_gate, soft_pool, redirected, exact. For explanations: guided,
deconv, passing, softplus, linearize. average_pool serves textures, and alone can change what is computed, where it is told
to. A new rule is a value with its sites and an `apply`; `calls` says which calls there are, `mode` finds them.
"""

from .base import Both, Either, Rule, Scoped
from .check import Match, Report, check, report, sites
from .gates import leaky_gate, soft_gate, softplus
from .guided import deconv, guided, passing
from .mode import applied
from .paths import exact, skip_gradient
from .pools import average_pool, linearize, soft_pool
from .redirected import redirected

__all__ = [
    "Both",
    "Either",
    "Match",
    "Report",
    "Rule",
    "Scoped",
    "applied",
    "average_pool",
    "check",
    "deconv",
    "exact",
    "guided",
    "leaky_gate",
    "linearize",
    "passing",
    "redirected",
    "report",
    "sites",
    "skip_gradient",
    "soft_gate",
    "soft_pool",
    "softplus",
]
