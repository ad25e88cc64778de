"""Named bundles of arguments for `render`, used with `**`: `render(net, goal, **presets.clear)`.

`plain` is what the true gradient gives. `clear` bends the way back through the network (gradient rules) and looks from
near and far, which makes pictures that other networks, and people, recognize. `quick` does the best that 64 steps can: views
of the whole picture. benchmarks/recognition.py has the measurements.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .models import rules
from .render.optimizers import adam
from .render.schedules import cosine
from .transforms import lucid, standard, wide

plain: Mapping[str, Any] = MappingProxyType({"transforms": standard, "steps": 256, "optimizer": adam(0.05)})

FITTING = (
    rules.soft_gate() & rules.skip_gradient()
    | rules.skip_gradient()
    | rules.leaky_gate() & rules.soft_pool()
    | rules.leaky_gate()
)
"""For networks with residual branches and ReLUs; with smooth gates; without branches; without max pooling either."""

clear: Mapping[str, Any] = MappingProxyType(
    {
        "transforms": wide,
        "steps": 256,
        "optimizer": adam(cosine(0.05)),
        "rules": FITTING,
    }
)

quick: Mapping[str, Any] = MappingProxyType({**clear, "transforms": lucid, "steps": 64})
