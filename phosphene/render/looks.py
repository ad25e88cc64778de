"""Looking without painting: what an objective gives pictures, and what a network returns for them, over draws."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..errors import ShapeMismatch
from ..models.capture import Capture, probe
from ..models.guard import guarded
from ..models.vision import as_vision, as_visions
from ..objectives.evaluate import Context
from ..objectives.lower import Program
from ..param.picture import picture
from ..transforms import Transform, identity
from ..values import check_integer
from .arguments import as_objective, kind
from .goals import check_layers, labelled
from .resolve import opened
from .views import Views
from .ways import Draws, finished, size_of, through


def score(model: Any, objective: Any, pictures: Any) -> Tensor:
    """The scores (B,) of pictures, as a step of `render` without transforms sees them; those of `expect` at seed 0.

    pictures: what `param.picture` takes, several of one size.  Errors: those of `render` for the objective and the layers.

    >>> import phosphene as ph
    >>> net = ph.load("patterns")
    >>> rings = ph.models.patterns.draw("rings", 0)
    >>> [round(float(x), 2) for x in score(net, "prob('rings')", rings)]
    [0.98]
    """
    visions = as_visions(model)
    one = next(iter(visions.values()))
    x = picture(pictures, channels=None).numbers().to(one.device, one.dtype)
    goal = labelled(as_objective(objective), visions)
    program = Program(goal)
    with opened(visions), torch.no_grad():
        check_layers(goal, visions, identity, x.shape[1], size_of(x), whole=True)
        views = Views(visions, program.sites, identity, dict.fromkeys(visions))
        views.capture_targets(x, goal)
        found, _ = program(views.activations(x, Draws([0] * len(x), 0, 0)), Context(len(x), 0, 0, 1, x.dtype, x.device))
    return found


def outputs(model: Any, pictures: Any, transforms: Transform = identity, draws: int = 1, seed: int = 0) -> Tensor:
    """What a network returns for pictures, (draws, B, classes), each draw of the transforms the same for all of them.

    The draws are of a stream of their own: no picture was painted under them, whatever its seed.  Errors: BadArgument for
    what is no transform; ShapeMismatch for a network that returns anything but scores of classes.

    >>> import phosphene as ph
    >>> net, rings = ph.load("patterns"), ph.models.patterns.draw("rings", 0)
    >>> outputs(net, rings, ph.transforms.rotate(-90, 90), draws=4).shape
    torch.Size([4, 1, 23])
    """
    vision = as_vision(model)
    x = picture(pictures, channels=None).numbers().to(vision.device, vision.dtype)
    look = finished(vision, _checked(transforms, draws, seed), size_of(x))
    shape = probe(vision, {"output": "a look at pictures"}, look.output_size(size_of(x)), x.shape[1])["output"]
    if len(shape) != 2:
        raise ShapeMismatch(
            f"{vision.name} returns {tuple(shape[1:])} for a picture",
            "a score for each class, (classes,), expected",
            "take the mean over places in the network, or render for an objective, obj.channel('output', 3)",
        )
    plan = Capture(vision, ["output"])
    with torch.no_grad(), guarded(vision):
        return torch.stack([plan(_drawn(x, look, draw, seed))["output"] for draw in range(draws)])


def views(pictures: Any, transforms: Transform, draws: int = 6, seed: int = 0) -> Tensor:
    """Pictures under the draws that `outputs` makes, before the network's size: (B, draws, C, h, w), not clamped.

    >>> from phosphene.transforms import rotate
    >>> views(torch.rand(3, 8, 8), rotate(-90, 90), 4).shape
    torch.Size([1, 4, 3, 8, 8])
    """
    x = picture(pictures, channels=None).numbers()
    transforms = _checked(transforms, draws, seed)
    with torch.no_grad():
        return torch.stack([_drawn(x, transforms, draw, seed) for draw in range(draws)], 1)


def _checked(transforms: Any, draws: Any, seed: Any) -> Transform:
    """Transforms, or their text; a number of draws and a seed that there are."""
    check_integer("looks", "draws", draws, 1)
    check_integer("looks", "seed", seed, 0)
    found: Transform = kind("transforms", transforms, Transform)
    return found


def _drawn(x: Tensor, look: Transform, draw: int, seed: int) -> Tensor:
    return through(x, look, "looks", Draws([seed] * len(x), draw, 0))
