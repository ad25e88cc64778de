"""The one loop: `render` runs it, `steps` hands out its frames.

`resolve` checks the arguments and makes a plan, `loop` runs it, `views` is what the networks see, `result` what comes out.
The places of the loop each have a room of values: `optimizers`, `gradients`, `operators`, `constraints`, `stages`,
`schedules`. A new value is a subclass of the base class of its room. `carry` takes a run from stage to stage, `trial` tries
everything once before step 0.
"""

from . import constraints, gradients, operators, optimizers, schedules
from .api import NonfiniteWarning, render, steps
from .loop import Frame
from .moment import Moment
from .optimizers import adam, lbfgs, sgd
from .result import Render, grid
from .stages import octaves, stage

__all__ = [
    "Frame",
    "Moment",
    "NonfiniteWarning",
    "Render",
    "adam",
    "constraints",
    "gradients",
    "grid",
    "lbfgs",
    "octaves",
    "operators",
    "optimizers",
    "render",
    "schedules",
    "sgd",
    "stage",
    "steps",
]
