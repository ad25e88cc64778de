"""A network with some of its weights drawn anew."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ..errors import BadArgument, UnknownLayer, nearest
from ..models.vision import Vision, as_vision
from ..seeds import stream


def from_the_top(vision: Vision, layers: Sequence[str] | None, owner: str) -> tuple[str, ...]:
    """Names of parts with weights, as given; else those directly below the network, the last first.

    Errors: UnknownLayer for a name that it does not have, BadArgument for a part without weights.
    """
    known = dict(vision.module.named_modules())
    if layers is None:
        found = tuple(name for name, part in vision.module.named_children() if any(True for _ in part.parameters()))
        return found[::-1] or ("",)
    if isinstance(layers, str) or not layers:
        raise BadArgument(f"{owner}: layers is {layers!r}", "a list of names expected", "write ['head', 'block4']")
    for name in layers:
        if name not in known:
            raise UnknownLayer(
                f"{owner}: layer {name!r}", f"{vision.name} has no such part. {nearest(name, known)}", "write its name"
            )
        if not any(True for _ in known[name].parameters()):
            raise BadArgument(f"{owner}: layer {name!r}", "a part with weights expected", "leave it out")
    return tuple(layers)


def redrawn(model: Vision, layers: Sequence[str], seed: int = 0) -> Vision:
    """A copy of a network in which the weights of some parts are random; the network itself stays what it is.

    Every tensor of weights is drawn from the normal distribution with the mean and the standard deviation of its own
    numbers, so that activations keep their size; running means and variances stay.  layers: names of the parts, all of
    what is inside them.  seed: each tensor has a stream of its own, so that parts drawn earlier stay as they are when more
    follow.  Errors: UnknownLayer, BadArgument.

    >>> import phosphene as ph
    >>> net = ph.load("patterns")
    >>> other = redrawn(net, ["head"])
    >>> torch.equal(other.module.head.weight, net.module.head.weight), other.digest() == net.digest()
    (False, False)
    """
    vision = as_vision(model)
    names = from_the_top(vision, layers, "redrawn")
    changed = copy.copy(vision)
    changed.module = copy.deepcopy(vision.module)
    parts = dict(changed.module.named_modules())
    with torch.no_grad():
        for name in names:
            _redraw(parts[name], name, seed)
    return changed


def _redraw(part: nn.Module, name: str, seed: int) -> None:
    for inner, weight in part.named_parameters():
        where = f"{name}.{inner}" if name else inner
        weight.copy_(_drawn(weight, stream(seed, "redrawn weights", where)))


def _drawn(weight: Tensor, generator: torch.Generator) -> Tensor:
    numbers = weight.double()
    drawn = torch.randn(weight.shape, generator=generator, dtype=torch.float64).to(weight.device)
    return (numbers.mean() + numbers.std(correction=0) * drawn).to(weight.dtype)
