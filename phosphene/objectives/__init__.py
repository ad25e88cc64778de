"""What to look for: objectives as algebraic values.

Start with the words (`channel`, `logit`, `tv`, ...) in `units`, `matching`, `priors` and `batch`; `algebra` has the
operators that combine them, `term` makes new words, `analysis` asks questions about an objective, `lower` compiles it.
"""

from .algebra import Objective, const
from .analysis import Site, couples_batch, degree, is_linear, layers, needed, sites, terms
from .batch import alignment, diversity, each, interpolate, place
from .embedding import contrastive, n_pair, quadruplet, triplet
from .expansion import expand
from .facets import facet
from .functions import absolute, clamp, elementwise, exp, log, relu, sigmoid, softplus, sqrt, tanh
from .gradient import grad
from .margins import arcface, center, cosface, sphereface, subcenter_arcface
from .matching import content, gram, guide, region_style, style
from .modules import from_module
from .perceptual import lab_distance
from .priors import blur, boundary, l1, l2, linf, lp, tv
from .term import Channel, Column, Label, Picture, Region, Row, Slope, term
from .tree import expect
from .units import (
    caricature,
    channel,
    cosine_direction,
    direction,
    dot,
    layer,
    logit,
    logprob,
    neuron,
    prob,
    spatial,
    tensor_direction,
)
from .whitening import cosine_spatial

__all__ = [
    "Channel",
    "Column",
    "Label",
    "Objective",
    "Picture",
    "Region",
    "Row",
    "Site",
    "Slope",
    "absolute",
    "alignment",
    "arcface",
    "blur",
    "boundary",
    "caricature",
    "center",
    "channel",
    "clamp",
    "const",
    "content",
    "contrastive",
    "cosface",
    "cosine_direction",
    "cosine_spatial",
    "couples_batch",
    "degree",
    "direction",
    "diversity",
    "dot",
    "each",
    "elementwise",
    "exp",
    "expand",
    "expect",
    "facet",
    "from_module",
    "grad",
    "gram",
    "guide",
    "interpolate",
    "is_linear",
    "l1",
    "l2",
    "lab_distance",
    "layer",
    "layers",
    "linf",
    "log",
    "logit",
    "logprob",
    "lp",
    "n_pair",
    "needed",
    "neuron",
    "place",
    "prob",
    "quadruplet",
    "region_style",
    "relu",
    "sigmoid",
    "sites",
    "softplus",
    "spatial",
    "sphereface",
    "sqrt",
    "style",
    "subcenter_arcface",
    "tanh",
    "tensor_direction",
    "term",
    "terms",
    "triplet",
    "tv",
]
