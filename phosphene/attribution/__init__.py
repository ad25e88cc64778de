"""Explaining a picture: what each number of a layer adds to any objective.

`attribute` asks for a layer, `Attribution` is the answer: values with the layer's shape, summed by place or by channel.
How it is measured is a value: `gradient_times_activation` to first order, `integrated_gradients` along a path, so that
the values add up to the score. `between` asks the same of two layers and their places. A new method is a subclass of
`Method`: it is given the `Tail`, the network behind the layer as a function, and returns the values. Next: recipes, which
make figures of these.
"""

from .api import attribute
from .between import between
from .methods import Method, gradient_times_activation, integrated_gradients
from .result import Attribution
from .tail import Tail

__all__ = [
    "Attribution",
    "Method",
    "Tail",
    "attribute",
    "between",
    "gradient_times_activation",
    "integrated_gradients",
]
