"""Stacks with a name: `standard`, `lucid`, `wide`, `maco`, `eot_2d`, `eot_print`, `eot_3d`."""

from __future__ import annotations

from ..values import register
from .base import Transform
from .bend import perspective
from .geometry import jitter, pad
from .globe import globe
from .noises import noise, uniform_noise
from .similar import place, rotate, scale
from .tone import brightness, printing
from .wander import crops, roam

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

maco: Transform = register(
    "tf.maco", crops(224, 0.25, 0.3, spread=0.15, fill=0.5) >> noise(0.01) >> uniform_noise(0.005)
)
"""MaCo's crops with noise (Fel et al. 2023, arXiv:2306.06805), as the authors' program Horama draws them.

Horama's values reach from -2.5 to 2.5; its noise is divided by 5 here, and grey lies outside. Made for canvases of 1280.
"""

eot_2d: Transform = register(
    "tf.eot_2d", place(0.9, 1.4, fill=0.5) >> rotate(-22.5, 22.5) >> brightness(-0.05, 0.05) >> noise(0, 0.1)
)
"""The two-dimensional distribution of Athalye et al. 2018 (arXiv:1707.07397), translation in bounds; grey lies outside."""

eot_print: Transform = register(
    "tf.eot_print",
    place(0.6, 1.2, fill=0.5) >> perspective(0.2) >> rotate(-22.5, 22.5) >> printing() >> noise(0, 0.1),
)
"""A printed patch seen from the side: perspective, then the colors and noise of Athalye et al. 2018 for physical objects.

The turtle of that paper is rendered in three dimensions; perspective and distance here are the plane's share of it.
"""

eot_3d: Transform = register("tf.eot_3d", globe(distance=(2.5, 3), ground=(0.1, 1)) >> printing() >> noise(0, 0.1))
"""The distribution of Athalye et al. 2018 for a printed object in three dimensions, a ball: any side, light, camera noise."""
