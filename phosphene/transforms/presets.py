"""Stacks with a name: `standard`, `lucid`, `wide`."""

from __future__ import annotations

from ..values import register
from .base import Transform
from .geometry import jitter, pad, rotate, scale
from .window import roam

lucid: Transform = register(
    "tf.lucid",
    pad(12)
    >> jitter(8)
    >> scale(tuple(round(0.9 + 0.02 * n, 2) for n in range(11)))
    >> rotate((*range(-10, 11), *[0] * 5))
    >> jitter(4),
)
"""Lucid's standard stack with its lists of scales and angles, here in one warp with one fill."""

standard: Transform = register("tf.standard", pad(12) >> jitter(8) >> scale(0.9, 1.1) >> rotate(-10, 10) >> jitter(4))
"""Lucid's ranges drawn continuously: the setting of most published figures."""

wide: Transform = register("tf.wide", roam())
"""Views from near and far, half to double size: what makes painted pictures recognizable to other networks."""
