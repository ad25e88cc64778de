"""Named bundles of arguments for `render`, used with `**`: `render(net, goal, **presets.clear)`.

`plain` is what the true gradient gives. `clear` bends the way back through the network (gradient rules) and looks from
near and far, which makes pictures that other networks, and people, recognize. `quick` does the best that 64 steps can: views
of the whole picture; `icon` does the same at the size of an icon. benchmarks/recognition.py has the measurements.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .models import rules
from .param import fourier
from .render.optimizers import adam
from .render.schedules import cosine
from .transforms import jitter, lucid, resize, standard, wide
from .values import check_integer

plain: Mapping[str, Any] = MappingProxyType({"transforms": standard, "steps": 256, "optimizer": adam(0.05)})

FITTING = (
    rules.soft_gate() & rules.skip_gradient()
    | rules.skip_gradient()
    | rules.leaky_gate() & rules.soft_pool()
    | rules.leaky_gate()
    | rules.exact()
)
"""For networks with residual branches and ReLUs; with smooth gates; without branches; without max pooling; of any kind."""

clear: Mapping[str, Any] = MappingProxyType(
    {
        "transforms": wide,
        "steps": 256,
        "optimizer": adam(cosine(0.05)),
        "rules": FITTING,
    }
)

quick: Mapping[str, Any] = MappingProxyType({**clear, "transforms": lucid, "steps": 64})


def icon(size: int = 64, steps: int = 64, seen: int | None = None) -> Mapping[str, Any]:
    """`quick` at the size of an icon, which the network sees at that size, too.

    size: pixels.  steps: updates.  seen: pixels at which the network sees the icon, where another: at its own 224 an icon
    costs twelve times as much, but deep layers, whose positions see all of 64 pixels, show more at 112. The icon is rolled
    before it is seen, so that none of its edges stays an edge.

    >>> icon(32)["param"].size, icon()["steps"]
    ((32, 32), 64)
    """
    for name, value in (("size", size), ("steps", steps), ("seen", size if seen is None else seen)):
        check_integer("presets.icon", name, value, 1)
    view = jitter(max(1, size // 8), fill="wrap") >> lucid >> resize(size if seen is None else seen)
    return MappingProxyType({**quick, "param": fourier(size), "transforms": view, "steps": steps})
