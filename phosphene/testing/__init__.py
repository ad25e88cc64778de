"""Hypothesis strategies for the values of the library, and a registry of example terms.

A term of your own is property-tested as the built-in ones are once `register_example` knows a few values of it:

    testing.register_example(my_term("a", 2), my_term("b", 0))

    @given(testing.objectives(), testing.objectives())
    def test_sums_commute(a, b):
        assert a + b == b + a

Examples look at the layers "a" and "b" (4 channels, 2 x 2), "image" (the same) or "output" (4 classes); `activations`
makes random ones for whatever an objective needs. `params` and `transforms` are the strategies of the other rooms, each over
tables that name every word once. Needs the extra `phosphene[testing]`.
"""

from .objectives import (
    CHANNELS,
    FIXED,
    FUNCTIONS,
    LAYERS,
    RANDOM,
    SIZE,
    TAME,
    activations,
    coefficients,
    examples,
    numbers,
    objectives,
    random_transforms,
    register_example,
    shape,
    terms,
    views,
    weights,
)
from .params import MAPS, PARAMS, Kind, params
from .transforms import TRANSFORMS, Effect, transforms

__all__ = [
    "CHANNELS",
    "FIXED",
    "FUNCTIONS",
    "LAYERS",
    "MAPS",
    "PARAMS",
    "RANDOM",
    "SIZE",
    "TAME",
    "TRANSFORMS",
    "Effect",
    "Kind",
    "activations",
    "coefficients",
    "examples",
    "numbers",
    "objectives",
    "params",
    "random_transforms",
    "register_example",
    "shape",
    "terms",
    "transforms",
    "views",
    "weights",
]
