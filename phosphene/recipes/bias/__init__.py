"""Texture or shape: pictures whose cues contradict each other."""

from .categories import SIXTEEN
from .shape_bias import cue_conflict, shape_bias
from .stimuli import BiasWarning, Stimuli

__all__ = [
    "SIXTEEN",
    "BiasWarning",
    "Stimuli",
    "cue_conflict",
    "shape_bias",
]
