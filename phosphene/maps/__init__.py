"""Activation maps on pictures, folders and video, one frame at a time: the deep-visualization toolbox's views.

`grid` shows the maps of a layer's channels, `components` its three principal components as colors, `unit` one channel with
its strongest place and what leads back from there; each gives pictures for `video.write`. `clip` keeps frames and maps for a
page that plays them. The numbers themselves: `look`, `principal`, `details`. Next: video, which writes frames, and attribution.
"""

from .clip import Clip, clip, clip_page
from .components import Components, components, principal
from .grid import grid
from .looking import Look, look
from .unit import Detail, details, unit

__all__ = [
    "Clip",
    "Components",
    "Detail",
    "Look",
    "clip",
    "clip_page",
    "components",
    "details",
    "grid",
    "look",
    "principal",
    "unit",
]
